//! The life of a token: the secret first, then the document that follows from it, and last the word that it is complete.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use zt_aws::error::optional;
use zt_framework::{
    ApplyOutcome, Context, CreateRequest, DeleteOutcome, DeleteRequest, Diagnostic, Diagnostics, IdentitySchema,
    ImportOutcome, ImportRequest, Plan, PlanRequest, ReadOutcome, ReadRequest, Resource, Schema, UpdateRequest, Value,
    async_trait,
};

use super::anchor::{self, Found};
use super::content::Content;
use super::job::{Job, Made};
use super::names::Names;
use super::reading::{self, token_id};
use super::source::Source;
use super::{plan, schema};
use crate::connection::Connection;
use crate::failure::diagnostic;
use crate::marks::Stage;
use crate::store_writer::Edit;

/// The resource type `zt_service_token`.
pub struct ServiceToken {
    connection: Connection,
    /// Secrets that a create of this process is at work on: what it has begun looks to another like the rest of a killed one.
    under_way: Mutex<BTreeSet<String>>,
}

impl ServiceToken {
    /// The resource over this connection.
    pub fn new(connection: Connection) -> Self {
        Self {
            connection,
            under_way: Mutex::default(),
        }
    }

    async fn job(&self, context: &Context, (config, planned): (&Value, &Value)) -> Result<Job, Diagnostic> {
        context.check().map_err(|_| stopped())?;
        Job::read(self.connection.need(context)?, config, planned).await
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

fn stopped() -> Diagnostic {
    Diagnostic::error(
        "Stopped",
        "Terraform asked to stop before anything was written. Apply again.",
    )
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
        let job = match self.job(context, (&request.config, &request.planned)).await {
            Ok(job) => job,
            Err(error) => return ApplyOutcome::failed(error),
        };
        match self.make(&job).await {
            Ok(made) => job.outcome(&request.planned, made),
            Err(error) => ApplyOutcome::failed(error),
        }
    }

    async fn update(&self, context: &Context, request: UpdateRequest) -> ApplyOutcome {
        let job = match self.job(context, (&request.config, &request.planned)).await {
            Ok(job) => job,
            Err(error) => return ApplyOutcome::failed(error),
        };
        match self.change(&job, &request.prior).await {
            Ok(made) => job.outcome(&request.planned, made),
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
