//! Create, update, delete, look and import: what the operations do with what the parts know.
//!
//! A create that fails before its distribution exists is an error and leaves a tainted, cheap object. Whatever fails after
//! the distribution is a warning: the application serves, and the missing revision makes the next plan finish the work.

use zt_aws::{Secret, Tags};
use zt_framework::{
    ApplyOutcome, Context, CreateRequest, Diagnostic, Diagnostics, ImportOutcome, ImportRequest, Severity,
    UpdateRequest, Value,
};

use super::component::{Scope, keys_secret};
use super::config::{Sections, Settings};
use super::converge::{self, Ended, Facts, Work};
use super::form::Form;
use super::names::Names;
use super::remove::Farewell;
use super::state::Account;
use super::{EdgeApp, import, read, remove, revision, state};
use crate::connection::Connected;
use crate::marks::{Mark, Stage};
use crate::tagging;

/// What a scope is made of, owned.
struct Ground {
    connected: Connected,
    names: Names,
    mark: Mark,
    tags: Tags,
}

impl Ground {
    fn new(connected: Connected, mark: Mark, object: &Value) -> Self {
        let tags = tagging::merge(&connected.default_tags, object.get("tags"));
        Self {
            names: Names::of(&mark.store, &mark.application),
            connected,
            mark,
            tags,
        }
    }

    fn scope<'a>(&'a self, context: &'a Context) -> Scope<'a> {
        Scope {
            aws: &self.connected.aws,
            context,
            names: &self.names,
            mark: &self.mark,
            tags: &self.tags,
        }
    }
}

/// What an apply is about.
struct Desired<'a> {
    settings: &'a Settings,
    prior: Option<&'a Settings>,
    distribution_id: Option<&'a str>,
    planned: &'a Value,
    config: &'a Value,
    stage: Stage,
}

/// What an apply came to.
struct Applied {
    facts: Facts,
    diagnostics: Diagnostics,
    ended: Option<Ended>,
}

/// A state whose next plan is an update.
pub(super) fn unfinished(mut object: Value) -> Value {
    object.set("deployed_revision", Value::Null);
    state::without_unknown(object)
}

/// The identity of an object, when its names are known.
pub(super) fn identity_of(object: &Value) -> Option<Value> {
    let store = object.get("session_store").get("name").as_str()?;
    Some(import::identity(store, object.get("name").as_str()?))
}

fn stored_mark(object: &Value) -> Result<Mark, Diagnostic> {
    let part = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(unreadable);
    Ok(Mark {
        application: part(object.get("name"))?,
        store: part(object.get("session_store").get("name"))?,
        instance: part(object.get("instance_id"))?,
        stage: Stage::Live,
    })
}

fn other_form(mark: &Mark, form: Form) -> Diagnostic {
    Diagnostic::error(
        format!("Application {} is a {}", mark.application, form.type_name()),
        format!(
            "It {} a distribution of its own, so this type cannot manage it. Import it into a {}.",
            if form == Form::Whole { "has" } else { "has not" },
            form.type_name()
        ),
    )
}

fn unreadable() -> Diagnostic {
    Diagnostic::error(
        "The stored application cannot be read",
        "Its state lacks what the provider once wrote into it. Import the application again.",
    )
}

impl EdgeApp {
    pub(super) async fn make(&self, context: &Context, request: CreateRequest) -> Result<ApplyOutcome, Diagnostics> {
        let connected = self.connection.need(context)?;
        let settings = Settings::read(self.form, &request.planned)?;
        let fresh = Mark {
            application: settings.name.clone(),
            store: settings.store.name.clone(),
            instance: converge::instance()?,
            stage: Stage::Live,
        };
        let anchor = Names::of(&fresh.store, &fresh.application).keys_secret;
        let mark = keys_secret::claim(&connected.aws, &anchor, fresh)
            .await
            .map_err(|fault| fault.diagnostic("looking for an application of this name"))?;
        let ground = Ground::new(connected, mark, &request.planned);
        let desired = Desired {
            settings: &settings,
            prior: None,
            distribution_id: None,
            planned: &request.planned,
            config: &request.config,
            stage: Stage::Creating,
        };
        let mut applied = run(&ground, context, &desired).await?;
        let state = written(&ground, &settings, &request.planned, &applied.facts);
        let serves = applied.facts.distribution.is_some();
        applied.explain(serves);
        let identity = identity_of(&state);
        Ok(ApplyOutcome {
            state: Some(state),
            identity,
            private: request.private,
            diagnostics: applied.diagnostics,
        })
    }

    pub(super) async fn change(&self, context: &Context, request: UpdateRequest) -> Result<ApplyOutcome, Diagnostics> {
        let connected = self.connection.need(context)?;
        let settings = Settings::read(self.form, &request.planned)?;
        let prior = Settings::read(self.form, &request.prior).ok();
        let mark = stored_mark(&request.prior)?;
        let ground = Ground::new(connected, mark, &request.planned);
        let desired = Desired {
            settings: &settings,
            prior: prior.as_ref(),
            distribution_id: request.prior.get("distribution_id").as_str(),
            planned: &request.planned,
            config: &request.config,
            stage: Stage::Live,
        };
        let mut applied = run(&ground, context, &desired).await?;
        // Where the plan promised the revision, only the whole work keeps the promise.
        let may_wait = applied.facts.distribution.is_some() && request.planned.get("deployed_revision").is_unknown();
        let stopped = applied.ended.is_some();
        applied.explain(may_wait);
        let state = match stopped && !may_wait {
            true => unfinished(request.prior),
            false => written(&ground, &settings, &request.planned, &applied.facts),
        };
        let identity = identity_of(&state);
        Ok(ApplyOutcome {
            state: Some(state),
            identity,
            private: request.private,
            diagnostics: applied.diagnostics,
        })
    }

    /// Yields what there is to say of it.
    pub(super) async fn take_down(&self, context: &Context, prior: &Value) -> Result<Diagnostics, Diagnostic> {
        let connected = self.connection.need(context)?;
        let sections = Sections::read(self.form, prior, &mut Diagnostics::new());
        let (Some(store), Some(replicas)) = (&sections.store, sections.replica_deletion) else {
            return Err(unreadable());
        };
        let ground = Ground::new(connected, stored_mark(prior)?, prior);
        let origins = sections.origins.clone().unwrap_or_default();
        let farewell = Farewell {
            form: self.form,
            scope: ground.scope(context),
            distribution_id: prior.get("distribution_id").as_str(),
            store,
            origins: &origins,
            replicas,
            recovery_days: sections.secret_recovery_days.unwrap_or(7),
            log_regions: sections.logging.map(|logging| logging.regions).unwrap_or_default(),
        };
        Box::pin(remove::remove(&farewell)).await
    }

    /// The state as it stands with what there is to say, or nothing when the application is gone.
    pub(super) async fn look(
        &self,
        context: &Context,
        stored: &Value,
    ) -> Result<Option<(Value, Diagnostics)>, Diagnostics> {
        let connected = self.connection.need(context)?;
        let mut ground = Ground::new(connected, stored_mark(stored)?, stored);
        if stored.get("tags_all").is_set() {
            // Other default tags are a change that a plan shows, not one from outside.
            ground.tags = tagging::read(stored.get("tags_all"));
        }
        let Ok(settings) = Settings::read(self.form, stored) else {
            // What this version cannot read it cannot compare either: the next apply brings what is written by then.
            return Ok(Some((unfinished(stored.clone()), Diagnostics::new())));
        };
        let schema = self.form.schema();
        let configuration = revision::configuration(&schema, stored).unwrap_or_default();
        let scope = ground.scope(context);
        let seen = Box::pin(read::look(&scope, &settings, stored, &configuration))
            .await
            .map_err(|fault| fault.diagnostic("reading the application"))?;
        if seen.gone {
            return Ok(None);
        }
        let mut facts = seen.facts;
        // What is on its way is neither finished nor drifted: it stays as it was.
        let was_complete = !stored.get("deployed_revision").is_null();
        facts.complete &= was_complete || !seen.deploying;
        let mut diagnostics = Diagnostics::new();
        if was_complete && !seen.drift.is_empty() {
            diagnostics.push_warning(
                format!("Application {} has changed outside of Terraform", settings.name),
                format!("Found: {}. The next apply puts it right.", seen.drift.join("; ")),
            );
        }
        let state = written(&ground, &settings, stored, &facts);
        Ok(Some((state, diagnostics)))
    }

    pub(super) async fn take_over(
        &self,
        context: &Context,
        request: &ImportRequest,
    ) -> Result<ImportOutcome, Diagnostics> {
        let connected = self.connection.need(context)?;
        let found = import::find(&connected.aws, request).await?;
        let (form, mut state) = import::state(&connected.aws, &found).await?;
        if form != self.form {
            return Err(other_form(&found.mark, form).into());
        }
        let tags = tagging::merge(&connected.default_tags, state.get("tags"));
        state.set("tags_all", tagging::value(&tags));
        let identity = import::identity(&found.mark.store, &found.mark.application);
        Ok(ImportOutcome::found(state).identity(identity))
    }
}

async fn run(ground: &Ground, context: &Context, desired: &Desired<'_>) -> Result<Applied, Diagnostic> {
    let configuration =
        revision::configuration(&desired.settings.form.schema(), desired.planned).ok_or_else(unreadable)?;
    let secret = desired.config.get("identity_provider").get("client_secret_wo").as_str();
    let work = Work {
        scope: ground.scope(context),
        writers: &ground.connected.writers,
        settings: desired.settings,
        prior: desired.prior,
        distribution_id: desired.distribution_id,
        configuration: &configuration,
        client_secret: secret.map(Secret::new),
        stage: desired.stage,
    };
    let (mut facts, mut diagnostics) = (Facts::default(), Diagnostics::new());
    let ended = Box::pin(converge::converge(&work, &mut facts, &mut diagnostics))
        .await
        .err();
    Ok(Applied {
        facts,
        diagnostics,
        ended,
    })
}

fn written(ground: &Ground, settings: &Settings, object: &Value, facts: &Facts) -> Value {
    let account = Account {
        schema: &settings.form.schema(),
        settings,
        facts,
        instance: &ground.mark.instance,
        region: ground.connected.aws.region(),
    };
    state::write(object, &account)
}

impl Applied {
    /// Says why it ended early: as a warning where the next apply can go on without harm.
    fn explain(&mut self, may_wait: bool) {
        let Some(ended) = &self.ended else { return };
        let mut diagnostic = ended.fault.diagnostic(ended.doing);
        if !diagnostic.detail.contains(ended.doing) {
            let step = format!("\nThis happened while {}.", ended.doing);
            diagnostic.detail.push_str(&step);
        }
        if may_wait {
            diagnostic.severity = Severity::Warning;
            diagnostic
                .detail
                .push_str("\nThe application serves its viewers; the next apply finishes the work.");
        }
        self.diagnostics.push(diagnostic);
    }
}
