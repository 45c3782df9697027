//! The life of a token: the secret first, then the document that follows from it, and last the word that it is complete.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use zt_aws::Tags;
use zt_aws::error::optional;
use zt_framework::{
    ApplyOutcome, Context, CreateRequest, DeleteOutcome, DeleteRequest, Diagnostic, Diagnostics, IdentitySchema,
    ImportOutcome, ImportRequest, Path, Plan, PlanRequest, ReadOutcome, ReadRequest, Resource, Schema, UpdateRequest,
    Value, async_trait,
};
use zt_model::instant::Instant;
use zt_model::store::{ServiceTokenDocument, ServiceTokenSecret, application_key};

use super::anchor::{self, Anchor, Found};
use super::content::{Content, Order};
use super::names::Names;
use super::reading::{self, Place, token_id};
use super::source::Source;
use super::{plan, schema};
use crate::connection::{Connected, Connection};
use crate::failure::diagnostic;
use crate::marks::Stage;
use crate::store_writer::Edit;
use crate::tagging;

/// The resource type `zt_service_token`.
pub struct ServiceToken {
    connection: Connection,
    /// Secrets that a create of this process is at work on: what it has begun looks to another like the rest of a killed one.
    under_way: Mutex<BTreeSet<String>>,
}

/// What an apply was asked for.
struct Job {
    connected: Connected,
    names: Names,
    source: Source,
    own: Option<ServiceTokenSecret>,
    store_arn: String,
    tags: Tags,
    now: Instant,
}

/// A token after an apply, which may have ended early.
struct Made {
    arn: String,
    content: Content,
    failed: Option<Diagnostic>,
}

impl ServiceToken {
    /// The resource over this connection.
    pub fn new(connection: Connection) -> Self {
        Self {
            connection,
            under_way: Mutex::default(),
        }
    }

    async fn job(&self, context: &Context, config: &Value, planned: &Value) -> Result<Job, Diagnostic> {
        context.check().map_err(|_| stopped())?;
        let connected = self.connection.need(context)?;
        let store_arn = planned
            .get("session_store")
            .get("arn")
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let now = connected.aws.keyvalue(&store_arn).aws_time().await;
        Ok(Job {
            names: Names::read(planned)?,
            source: Source::read(planned),
            own: own_secret(config)?,
            tags: tagging::merge(&connected.default_tags, planned.get("tags")),
            now: Instant::from_seconds(now.map_err(|error| diagnostic(&error))?),
            store_arn,
            connected,
        })
    }

    async fn make(&self, job: &Job) -> Result<Made, Diagnostic> {
        let _under_way = UnderWay::claim(&self.under_way, &job.names)?;
        job.need_application().await?;
        let aws = &job.connected.aws;
        let (anchor, content) = match anchor::look(aws, &job.names).await? {
            Found::Nothing => {
                let content = Content::first(anchor::fresh_id()?, &job.order())?;
                (anchor::create(aws, &job.names, &content, &job.tags).await?, content)
            }
            // Nobody was told what is in there, so it is not worth keeping.
            Found::Ours(anchor) if anchor.is_up_for_taking() => {
                let content = Content::first(anchor.id.clone(), &job.order())?;
                anchor::put(aws, &anchor, &content).await?;
                let marked = anchor::mark(aws, anchor, (&job.names, Stage::Creating), &job.tags).await?;
                (marked, content)
            }
            Found::Ours(_) | Found::Foreign => return Err(job.names.exists()),
        };
        Ok(job.finish(anchor, content).await)
    }

    async fn change(&self, job: &Job, prior: &Value) -> Result<Made, Diagnostic> {
        let (aws, names) = (&job.connected.aws, &job.names);
        let id = token_id(prior)?;
        let (anchor, content) = match anchor::look(aws, names).await? {
            Found::Ours(anchor) if anchor.id == id => {
                anchor::restore(aws, &anchor).await?;
                let anchor = anchor.restored();
                let held = anchor::content(aws, &anchor, names).await?;
                let next = match &held {
                    Some((held, _)) => held.turned(&job.order())?,
                    None => job.succeeding(&anchor.id).await?,
                };
                if held.is_none_or(|(_, text)| text != next.text()) {
                    anchor::put(aws, &anchor, &next).await?;
                }
                (anchor, next)
            }
            Found::Nothing => {
                let next = job.succeeding(&id).await?;
                (anchor::create(aws, names, &next, &job.tags).await?, next)
            }
            Found::Ours(_) | Found::Foreign => return Err(names.exists()),
        };
        Ok(job.finish(anchor, content).await)
    }

    async fn remove(&self, context: &Context, prior: &Value) -> Result<(), Diagnostic> {
        let connected = self.connection.need(context)?;
        let (names, id) = (Names::read(prior)?, token_id(prior)?);
        // The document first: from then on the token opens nothing.
        let store_arn = prior.get("session_store").get("arn").as_str().unwrap_or_default();
        let store = optional(connected.aws.keyvalue(store_arn).describe().await);
        if store.map_err(|error| diagnostic(&error))?.is_some() {
            let writer = connected.writers.of(&connected.aws, store_arn);
            let removed = writer.apply(vec![Edit::removal(names.key(&id))]).await;
            removed.map_err(|error| error.diagnostic())?;
        }
        match anchor::look(&connected.aws, &names).await? {
            Found::Ours(anchor) if anchor.id == id && !anchor.deleted => {
                let days = Source::read(prior).secret_recovery_days;
                anchor::remove(&connected.aws, anchor, &names, days).await
            }
            _ => Ok(()),
        }
    }

    async fn find(&self, context: &Context, request: &ImportRequest) -> Result<(Value, Names), Diagnostic> {
        let names = match &request.identity {
            Some(identity) => Names::identified(identity),
            None => Names::parse(&request.id),
        };
        let names = names.ok_or_else(|| reading::not_found(&request.id))?;
        let connected = self.connection.need(context)?;
        Ok((reading::find(&connected, &names).await?, names))
    }
}

impl Job {
    fn order(&self) -> Order<'_> {
        Order {
            names: &self.names,
            source: &self.source,
            own: self.own.as_ref(),
            now: self.now,
        }
    }

    /// Another token in the place of one that was lost, beside the document as far as it is there.
    async fn succeeding(&self, id: &zt_model::ids::ServiceTokenId) -> Result<Content, Diagnostic> {
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
    async fn need_application(&self) -> Result<(), Diagnostic> {
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
    async fn finish(&self, anchor: Anchor, content: Content) -> Made {
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
}

/// A create at work; it ends with this value.
struct UnderWay<'all> {
    all: &'all Mutex<BTreeSet<String>>,
    secret: String,
}

impl<'all> UnderWay<'all> {
    fn claim(all: &'all Mutex<BTreeSet<String>>, names: &Names) -> Result<Self, Diagnostic> {
        let secret = names.secret();
        let claimed = all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(secret.clone());
        claimed.then_some(Self { all, secret }).ok_or_else(|| names.exists())
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.secret);
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

fn stopped() -> Diagnostic {
    Diagnostic::error(
        "Stopped",
        "Terraform asked to stop before anything was written. Apply again.",
    )
}

/// The state of what was made, and what went wrong on the way.
fn outcome(job: &Job, planned: &Value, made: Made) -> ApplyOutcome {
    let state = job.state(planned, &made);
    ApplyOutcome {
        diagnostics: made.failed.map(Diagnostics::from).unwrap_or_default(),
        ..ApplyOutcome::done(state).identity(job.names.identity())
    }
}

#[async_trait]
impl Resource for ServiceToken {
    fn type_name(&self) -> &'static str {
        "zt_service_token"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(schema::identity())
    }

    async fn validate(&self, context: &Context, config: &Value, diagnostics: &mut Diagnostics) {
        plan::validate(context, config, diagnostics);
    }

    async fn plan(&self, context: &Context, request: &PlanRequest, plan: &mut Plan, diagnostics: &mut Diagnostics) {
        plan::refine((&self.connection, context), request.prior.as_ref(), plan, diagnostics).await;
    }

    async fn read(&self, context: &Context, request: ReadRequest) -> ReadOutcome {
        let looked = match self.connection.need(context) {
            Ok(connected) => reading::look(&connected, request.state).await,
            Err(error) => Err(error),
        };
        match looked {
            Ok(Some(state)) => {
                let names = Names::read(&state).map(|names| names.identity());
                ReadOutcome {
                    identity: names.ok(),
                    ..ReadOutcome::found(state)
                }
            }
            Ok(None) => ReadOutcome::gone(),
            Err(error) => ReadOutcome::failed(error),
        }
    }

    async fn create(&self, context: &Context, request: CreateRequest) -> ApplyOutcome {
        let job = match self.job(context, &request.config, &request.planned).await {
            Ok(job) => job,
            Err(error) => return ApplyOutcome::failed(error),
        };
        match self.make(&job).await {
            Ok(made) => outcome(&job, &request.planned, made),
            Err(error) => ApplyOutcome::failed(error),
        }
    }

    async fn update(&self, context: &Context, request: UpdateRequest) -> ApplyOutcome {
        let job = match self.job(context, &request.config, &request.planned).await {
            Ok(job) => job,
            Err(error) => return ApplyOutcome::failed(error),
        };
        match self.change(&job, &request.prior).await {
            Ok(made) => outcome(&job, &request.planned, made),
            Err(error) => ApplyOutcome::failed(error),
        }
    }

    async fn delete(&self, context: &Context, request: DeleteRequest) -> DeleteOutcome {
        match self.remove(context, &request.prior).await {
            Ok(()) => DeleteOutcome::gone(),
            Err(error) => DeleteOutcome::failed(error),
        }
    }

    async fn import(&self, context: &Context, request: ImportRequest) -> ImportOutcome {
        match self.find(context, &request).await {
            Ok((state, names)) => ImportOutcome::found(state).identity(names.identity()),
            Err(error) => ImportOutcome::failed(error),
        }
    }
}
