//! What one apply of a token was asked for, and the steps that create and update share.

use zt_aws::Tags;
use zt_framework::{ApplyOutcome, Diagnostic, Diagnostics, Path, Value};
use zt_model::ids::ServiceTokenId;
use zt_model::instant::Instant;
use zt_model::store::{ServiceTokenDocument, ServiceTokenSecret, application_key};

use super::anchor::{self, Anchor};
use super::content::{Content, Order};
use super::names::Names;
use super::reading::{self, Place};
use super::source::Source;
use crate::connection::Connected;
use crate::failure::diagnostic;
use crate::marks::Stage;
use crate::store_writer::Edit;
use crate::tagging;

/// What an apply was asked for.
pub(super) struct Job {
    pub(super) connected: Connected,
    pub(super) names: Names,
    pub(super) source: Source,
    pub(super) own: Option<ServiceTokenSecret>,
    pub(super) store_arn: String,
    pub(super) tags: Tags,
    pub(super) now: Instant,
}

/// A token after an apply, which may have ended early.
pub(super) struct Made {
    pub(super) arn: String,
    pub(super) content: Content,
    pub(super) failed: Option<Diagnostic>,
}

impl Job {
    /// Reads a wholly known plan and the write-only half of its configuration.
    pub(super) async fn read(connected: Connected, config: &Value, planned: &Value) -> Result<Self, Diagnostic> {
        let store_arn = planned.get("session_store").get("arn").as_str();
        let store_arn = store_arn.unwrap_or_default().to_owned();
        let now = connected.aws.keyvalue(&store_arn).aws_time().await;
        Ok(Self {
            names: Names::read(planned)?,
            source: Source::read(planned),
            own: own_secret(config)?,
            tags: tagging::merge(&connected.default_tags, planned.get("tags")),
            now: Instant::from_seconds(now.map_err(|error| diagnostic(&error))?),
            store_arn,
            connected,
        })
    }

    pub(super) fn order(&self) -> Order<'_> {
        Order {
            names: &self.names,
            source: &self.source,
            own: self.own.as_ref(),
            now: self.now,
        }
    }

    /// Another token in the place of one that was lost, beside the document as far as it is there.
    pub(super) async fn succeeding(&self, id: &ServiceTokenId) -> Result<Content, Diagnostic> {
        let place = Place {
            aws: &self.connected.aws,
            store_arn: &self.store_arn,
            names: &self.names,
        };
        let document = place.document(id).await?;
        let document = document.and_then(|text| ServiceTokenDocument::parse(&text).ok());
        Content::succeeding(id.clone(), document.as_ref(), &self.order())
    }

    /// A token of no application would open nothing, and nobody would be told.
    pub(super) async fn need_application(&self) -> Result<(), Diagnostic> {
        let application = &self.names.application;
        let store = self.connected.aws.keyvalue(&self.store_arn);
        let found = store
            .get(&application_key(application))
            .await
            .map_err(|error| diagnostic(&error))?;
        found.map(drop).ok_or_else(|| {
            Diagnostic::error(
                format!("There is no application {application}"),
                format!(
                    "The session store {} knows none of that name. Write application = zt_edge_app.<name>.name, so that \
                     the application is made before its token.",
                    self.names.store
                ),
            )
            .at(Path::root().attribute("application"))
        })
    }

    /// From the secret to the store, and the word that all is there.
    pub(super) async fn finish(&self, anchor: Anchor, content: Content) -> Made {
        let arn = anchor.arn.clone();
        let failed = self.publish(anchor, &content).await.err();
        Made { arn, content, failed }
    }

    async fn publish(&self, anchor: Anchor, content: &Content) -> Result<(), Diagnostic> {
        let aws = &self.connected.aws;
        let text = content.document.text();
        let edit = Edit::new(self.names.key(&content.id), move |_, _| Ok(Some(text.clone())));
        let writer = self.connected.writers.of(aws, &self.store_arn);
        writer.apply(vec![edit]).await.map_err(|error| error.diagnostic())?;
        anchor::mark(aws, anchor, (&self.names, Stage::Live), &self.tags)
            .await
            .map(drop)
    }

    fn state(&self, planned: &Value, made: &Made) -> Value {
        let mut state = planned.clone();
        reading::put(&mut state, &made.content);
        state.set("secret_arn", made.arn.as_str());
        state.set("tags_all", tagging::value(&self.tags));
        state.set("in_force", made.failed.is_none());
        state
    }

    /// The state of what was made, and what went wrong on the way.
    pub(super) fn outcome(&self, planned: &Value, made: Made) -> ApplyOutcome {
        let state = self.state(planned, &made);
        ApplyOutcome {
            diagnostics: made.failed.map(Diagnostics::from).unwrap_or_default(),
            ..ApplyOutcome::done(state).identity(self.names.identity())
        }
    }
}

fn own_secret(config: &Value) -> Result<Option<ServiceTokenSecret>, Diagnostic> {
    let Some(text) = config.get("secret_wo").as_str() else {
        return Ok(None);
    };
    let parsed = ServiceTokenSecret::parse(text);
    parsed.map(Some).ok_or_else(|| {
        Diagnostic::error(
            "The secret is not of its form",
            "secret_wo has to be 43 characters of base64url.",
        )
        .at(Path::root().attribute("secret_wo"))
    })
}
