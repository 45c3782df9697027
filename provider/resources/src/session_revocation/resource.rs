//! The life of a revocation: edits of the store's documents, by way of the one writer of the store.

use zt_aws::error::optional;
use zt_framework::{
    ApplyOutcome, Context, CreateRequest, DeleteOutcome, DeleteRequest, Diagnostic, Diagnostics, IdentitySchema,
    ImportOutcome, ImportRequest, Path, Plan, PlanRequest, ReadOutcome, ReadRequest, Resource, Schema, UpdateRequest,
    Value, async_trait,
};
use zt_model::ids::{ApplicationName, BlockId};
use zt_model::instant::Instant;
use zt_model::store::{STORE_KEY, StoreDocument};

use super::edits::{edits, store_edits};
use super::others::OtherBlocks;
use super::presence::Presence;
use super::revocation::Revocation;
use super::{import_id, schema, time};
use crate::connection::{Connected, Connection};
use crate::failure::diagnostic;
use crate::random;
use crate::store_writer::{Edit, StoreWriter};

/// The resource type `zt_session_revocation`.
pub struct SessionRevocation {
    connection: Connection,
}

impl SessionRevocation {
    /// The resource over this connection.
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }

    /// Writes what leads from one revocation to another.
    ///
    /// Once handed to the writer a change may reach AWS at any moment, so a stop does not interrupt it: the writer
    /// itself ends within its own limit. The store's own document goes first: an application that is made meanwhile
    /// inherits from it, and one that was made before is listed after it.
    async fn write(
        &self,
        context: &Context,
        store: &Value,
        before: Option<&Revocation>,
        after: Option<&Revocation>,
    ) -> Result<Written, Failure> {
        let connected = self.connection.need(context).map_err(Failure::before)?;
        let facts = connected
            .facts
            .of(&connected.aws, store)
            .await
            .map_err(Failure::before)?;
        let arn = store.get("arn").as_str().unwrap_or_default();
        let writer = connected.writers.of(&connected.aws, arn);
        let others = OtherBlocks::default();
        let mut at = None;
        let whole = |revocation: &Revocation| revocation.whole_store;
        if before.is_some_and(whole) || after.is_some_and(whole) {
            at = apply(&writer, store_edits((before, after), &[], &others)).await?;
            let applications = applications(&connected, arn).await.map_err(Failure::after)?;
            apply(&writer, store_edits((before, after), &applications, &others)).await?;
        }
        let subjects = edits((before, after), &facts.pepper, facts.longest, &others);
        let written = apply(&writer, subjects).await?;
        let warnings = others.take().iter().map(|other| other.warning(arn)).collect();
        Ok(Written {
            at: at.or(written),
            warnings,
        })
    }

    /// The new state, with errors where the store may hold a part of it: then the object exists and is tainted, so that
    /// nothing is forgotten.
    async fn make(&self, context: &Context, planned: &Value) -> Result<(Value, Diagnostics), Diagnostic> {
        context.check().map_err(|_| stopped())?;
        let revocation = Revocation::read(planned, fresh_id()?)?;
        let store = planned.get("session_store");
        let mut state = planned.clone();
        state.set("revocation_id", revocation.id.as_str());
        let (at, diagnostics) = match self.write(context, store, None, Some(&revocation)).await {
            Ok(written) => (written.at, written.warnings),
            Err(failure) if !failure.handed_over => return Err(failure.diagnostic),
            Err(failure) => {
                state.set("in_force", false);
                (None, failure.diagnostic.into())
            }
        };
        let at = match at {
            Some(at) => at,
            None => self.aws_time(context, store).await.unwrap_or(Instant::ZERO),
        };
        state.set("revoked_at", time::format(at));
        state.set("import_id", import_id::of(&state));
        Ok((state, diagnostics))
    }

    async fn aws_time(&self, context: &Context, store: &Value) -> Result<Instant, Diagnostic> {
        let connected = self.connection.need(context)?;
        let arn = store.get("arn").as_str().unwrap_or_default();
        let seconds = connected
            .aws
            .keyvalue(arn)
            .aws_time()
            .await
            .map_err(|error| diagnostic(&error))?;
        Ok(Instant::from_seconds(seconds))
    }

    async fn change(&self, context: &Context, prior: &Value, planned: &Value) -> Result<(Value, Diagnostics), Failure> {
        context.check().map_err(|_| Failure::before(stopped()))?;
        let id = block_id(prior).map_err(Failure::before)?;
        let before = Revocation::read(prior, id.clone()).map_err(Failure::before)?;
        let after = Revocation::read(planned, id).map_err(Failure::before)?;
        let store = planned.get("session_store");
        let mut written = self.write(context, store, Some(&before), Some(&after)).await?;
        if prior.get("in_force").as_bool() != Some(true) {
            written = self.write(context, store, None, Some(&after)).await?;
        }
        let mut state = planned.clone();
        for kept in ["revocation_id", "revoked_at"] {
            state.set(kept, prior.get(kept).clone());
        }
        state.set("import_id", import_id::of(&state));
        Ok((state, written.warnings))
    }

    async fn look(&self, context: &Context, mut state: Value) -> Result<Option<Value>, Diagnostic> {
        let connected = self.connection.need(context)?;
        let aws = &connected.aws;
        let arn = state
            .get("session_store")
            .get("arn")
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let store = aws.keyvalue(&arn);
        let usage = optional(store.describe().await).map_err(|error| diagnostic(&error))?;
        if usage.is_none() {
            tracing::warn!("the session store of a revocation is gone");
            return Ok(None);
        }
        let facts = connected.facts.of(aws, state.get("session_store")).await?;
        let revocation = Revocation::read(&state, block_id(&state)?)?;
        let since = state
            .get("revoked_at")
            .as_str()
            .and_then(time::parse)
            .unwrap_or(Instant::ZERO);
        let presence = Presence::read(&store, &revocation, &facts, since)
            .await
            .map_err(|error| diagnostic(&error))?;
        state.set("in_force", presence.holds());
        state.set("import_id", import_id::of(&state));
        Ok(Some(state))
    }

    async fn remove(&self, context: &Context, prior: &Value) -> Result<Diagnostics, Diagnostic> {
        let revocation = Revocation::read(prior, block_id(prior)?)?;
        let store = prior.get("session_store");
        let arn = store.get("arn").as_str().unwrap_or_default();
        let connected = self.connection.need(context)?;
        let there = optional(connected.aws.keyvalue(arn).describe().await).map_err(|error| diagnostic(&error))?;
        if there.is_none() {
            return Ok(Diagnostics::new());
        }
        let written = self.write(context, store, Some(&revocation), None).await;
        written
            .map(|written| written.warnings)
            .map_err(|failure| failure.diagnostic)
    }

    async fn find(&self, context: &Context, id: &str) -> Result<Value, Diagnostic> {
        let mut state = import_id::parse(id).ok_or_else(|| not_an_import_id(id))?;
        let connected = self.connection.need(context)?;
        let arn = state
            .get("session_store")
            .get("arn")
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let text = optional(connected.aws.keyvalue(&arn).get(STORE_KEY).await).map_err(|error| diagnostic(&error))?;
        let document = text.flatten().and_then(|text| StoreDocument::parse(&text).ok());
        let document = document.ok_or_else(|| not_an_import_id(id))?;
        let secret = connected
            .aws
            .secretsmanager()
            .describe(&format!("zt/{}/pepper", document.name))
            .await;
        let secret = secret.map_err(|error| diagnostic(&error))?;
        state.set(
            "session_store",
            Value::object([
                ("arn", arn.into()),
                ("name", document.name.as_str().into()),
                ("max_session_lifetime", document.longest.to_string().into()),
                ("pepper_secret_arn", secret.arn.into()),
            ]),
        );
        state.set("import_id", id);
        Revocation::read(&state, block_id(&state)?)?;
        Ok(state)
    }
}

/// Hands edits to the writer; answers with AWS's time, or none when there are none.
async fn apply(writer: &StoreWriter, edits: Vec<Edit>) -> Result<Option<Instant>, Failure> {
    if edits.is_empty() {
        return Ok(None);
    }
    writer
        .apply(edits)
        .await
        .map(Some)
        .map_err(|error| Failure::after(error.diagnostic()))
}

/// Why a write failed, and whether a part of it may have reached the store.
struct Failure {
    diagnostic: Diagnostic,
    handed_over: bool,
}

impl Failure {
    fn before(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            handed_over: false,
        }
    }

    fn after(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            handed_over: true,
        }
    }
}

/// What a write came to.
#[derive(Default)]
struct Written {
    /// AWS's time; none when nothing was to be written.
    at: Option<Instant>,
    warnings: Diagnostics,
}

/// The applications of a store, by their documents.
async fn applications(connected: &Connected, arn: &str) -> Result<Vec<ApplicationName>, Diagnostic> {
    let pairs = connected
        .aws
        .keyvalue(arn)
        .list()
        .await
        .map_err(|error| diagnostic(&error))?;
    let names = pairs.iter().filter_map(|pair| pair.key.strip_prefix("a:"));
    Ok(names.filter_map(|name| ApplicationName::parse(name).ok()).collect())
}

fn fresh_id() -> Result<BlockId, Diagnostic> {
    let id = random::id()?;
    BlockId::parse(&id).map_err(|error| Diagnostic::error("An id cannot be made", error.to_string()))
}

fn block_id(state: &Value) -> Result<BlockId, Diagnostic> {
    let id = state.get("revocation_id").as_str().unwrap_or_default();
    BlockId::parse(id).map_err(|error| Diagnostic::error("The state names no revocation", format!("{error}.")))
}

fn stopped() -> Diagnostic {
    Diagnostic::error(
        "Stopped",
        "Terraform asked to stop before anything was written. Apply again.",
    )
}

fn not_an_import_id(id: &str) -> Diagnostic {
    Diagnostic::error(
        "A revocation cannot be imported by this id",
        format!(
            "{id:?} does not name a revocation in a session store of this account. Use the `import_id` of its state, which \
             carries its subjects; the store holds only fingerprints of them."
        ),
    )
}

#[async_trait]
impl Resource for SessionRevocation {
    fn type_name(&self) -> &'static str {
        "zt_session_revocation"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(schema::identity())
    }

    async fn validate(&self, _context: &Context, config: &Value, diagnostics: &mut Diagnostics) {
        if ["users", "sessions", "everyone"]
            .iter()
            .all(|name| config.get(name).is_null())
        {
            diagnostics.push_error(
                "A revocation revokes somebody",
                "None of users, sessions and everyone is set. Write users = [{ issuer = \"https://…\", subject = \"…\" }].",
            );
        }
        if config.get("mode").as_str() == Some("sign_out") && config.get("expires_at").is_set() {
            diagnostics.error_at(
                Path::root().attribute("expires_at"),
                "A sign-out has no end",
                "It ends sessions once, so there is nothing that could expire. Leave expires_at out, or use mode = \"block\".",
            );
        }
    }

    async fn plan(&self, context: &Context, _request: &PlanRequest, plan: &mut Plan, _diagnostics: &mut Diagnostics) {
        plan.planned.set("in_force", true);
        let arn = plan.planned.get("session_store").get("arn").as_str();
        if let (Some(connected), Some(arn)) = (self.connection.get(context), arn) {
            connected.writers.of(&connected.aws, arn).expect_edits();
        }
    }

    async fn read(&self, context: &Context, request: ReadRequest) -> ReadOutcome {
        match self.look(context, request.state).await {
            Ok(Some(state)) => ReadOutcome::found(state),
            Ok(None) => ReadOutcome::gone(),
            Err(error) => ReadOutcome::failed(error),
        }
    }

    async fn create(&self, context: &Context, request: CreateRequest) -> ApplyOutcome {
        match self.make(context, &request.planned).await {
            Ok((state, diagnostics)) => {
                let identity = identity(&state);
                ApplyOutcome {
                    diagnostics,
                    ..ApplyOutcome::done(state).identity(identity)
                }
            }
            Err(error) => ApplyOutcome::failed(error),
        }
    }

    async fn update(&self, context: &Context, request: UpdateRequest) -> ApplyOutcome {
        match self.change(context, &request.prior, &request.planned).await {
            Ok((state, diagnostics)) => ApplyOutcome {
                identity: request.identity,
                diagnostics,
                ..ApplyOutcome::done(state)
            },
            Err(failure) => {
                // Part of it may stand in the store: the next plan takes it up.
                let mut state = request.prior;
                if failure.handed_over {
                    state.set("in_force", false);
                }
                ApplyOutcome {
                    identity: request.identity,
                    diagnostics: failure.diagnostic.into(),
                    ..ApplyOutcome::done(state)
                }
            }
        }
    }

    async fn delete(&self, context: &Context, request: DeleteRequest) -> DeleteOutcome {
        match self.remove(context, &request.prior).await {
            Ok(diagnostics) => DeleteOutcome {
                diagnostics,
                ..DeleteOutcome::gone()
            },
            Err(error) => DeleteOutcome::failed(error),
        }
    }

    async fn import(&self, context: &Context, request: ImportRequest) -> ImportOutcome {
        let given = request
            .identity
            .as_ref()
            .and_then(|identity| identity.get("import_id").as_str());
        match self.find(context, given.unwrap_or(&request.id)).await {
            Ok(state) => {
                let identity = identity(&state);
                ImportOutcome::found(state).identity(identity)
            }
            Err(error) => ImportOutcome::failed(error),
        }
    }
}

/// Identities never change, so it is the id of the first state; a revocation without one has the store's own id of it.
fn identity(state: &Value) -> Value {
    let id = state.get("import_id");
    Value::object([(
        "import_id",
        if id.is_null() {
            state.get("revocation_id").clone()
        } else {
            id.clone()
        },
    )])
}
