//! The life of a revocation: edits of the store's documents, by way of the one writer of the store.

use zt_aws::error::optional;
use zt_framework::{
    ApplyOutcome, Context, CreateRequest, DeleteOutcome, DeleteRequest, Diagnostic, Diagnostics, IdentitySchema,
    ImportOutcome, ImportRequest, Path, Plan, PlanRequest, ReadOutcome, ReadRequest, Resource, Schema, UpdateRequest,
    Value, async_trait,
};
use zt_model::ids::BlockId;
use zt_model::instant::Instant;
use zt_model::store::{STORE_KEY, StoreDocument};

use super::bulk::{Crowd, Entries, Loaded};
use super::holding::{self, Holdings};
use super::planning::{self, COUNTED};
use super::presence::{FileContent, Presence};
use super::revocation::{Mode, Revocation};
use super::writing::{Change, Failure, FileChange};
use super::{import_id, schema, time};
use crate::connection::Connection;
use crate::failure::diagnostic;
use crate::random;
use crate::store_facts::Facts;

/// The resource type `zt_session_revocation`.
pub struct SessionRevocation {
    pub(super) connection: Connection,
    holdings: Holdings,
}

impl SessionRevocation {
    /// The resource over this connection.
    pub fn new(connection: Connection) -> Self {
        Self {
            connection,
            holdings: Holdings::default(),
        }
    }

    /// The new state. Where the store holds a part of it there is a warning, and the next plan has the rest written; where it
    /// may hold one, an error: then the object exists and is tainted, so that nothing is forgotten.
    async fn make(&self, context: &Context, planned: &Value) -> Result<(Value, Diagnostics), Diagnostic> {
        context.check().map_err(|_| stopped())?;
        let revocation = Revocation::read(planned, fresh_id()?)?;
        let store = planned.get("session_store");
        let mut state = planned.clone();
        state.set("revocation_id", revocation.id.as_str());
        state.set("in_force", true);
        let entries = match &revocation.file {
            Some(file) => Some(file.load().await.needed()?),
            None => None,
        };
        take_counts(&mut state, entries.as_ref())?;
        let change = Change::new((None, Some(&revocation)), entries.as_ref().map(FileChange::first));
        let (at, diagnostics) = match self.write(context, store, change).await {
            Ok(written) => (written.at, written.warnings),
            Err(failure) if !failure.handed_over => return Err(failure.diagnostic),
            Err(failure) => {
                state.set("in_force", false);
                match self.seen(context, store, &revocation).await {
                    Some(at) => (Some(at), partly(failure.diagnostic).into()),
                    None => (None, failure.diagnostic.into()),
                }
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

    /// When a block of a create that failed was seen to stand; none when there is none, or nobody can tell.
    ///
    /// Terraform taints what ends in an error and has the next apply destroy it before it is made again, which lifts what
    /// stands. A sign-out has nothing to lift.
    async fn seen(&self, context: &Context, store: &Value, revocation: &Revocation) -> Option<Instant> {
        if revocation.mode == Mode::SignOut {
            return None;
        }
        let connected = self.connection.need(context).ok()?;
        let arn = store.get("arn").as_str().unwrap_or_default();
        let seen = holding::seen(&connected.aws.keyvalue(arn), &revocation.id).await;
        seen.ok().flatten()
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
        let mut state = planned.clone();
        let by_file = planning::writes_by_file(prior, &before, &after);
        let uncounted = COUNTED.iter().any(|name| planned.get(name).is_unknown());
        let entries = match &after.file {
            Some(file) if by_file || uncounted => Some(file.load().await.needed().map_err(Failure::before)?),
            _ => None,
        };
        if by_file || uncounted {
            take_counts(&mut state, entries.as_ref()).map_err(Failure::before)?;
        }
        // An update that was killed may have left blocks of a file that no state knows.
        let file = by_file.then_some(FileChange {
            entries: entries.as_ref(),
            sweep: true,
        });
        let change = Change {
            repair: planning::is_repair(prior),
            ..Change::new((Some(&before), Some(&after)), file)
        };
        let written = self.write(context, store, change).await?;
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
        let file = self.content(&mut state, &revocation, &facts).await;
        let presence = Presence::read(&store, (&revocation, &file), &facts, since)
            .await
            .map_err(|error| diagnostic(&error))?;
        // What a failed write of a file left is found by the next apply alone: no look tells a page too much from one too few.
        let unfinished = revocation.file.is_some() && state.get("in_force").as_bool() == Some(false);
        state.set("in_force", presence.holds() && !unfinished);
        state.set("import_id", import_id::of(&state));
        Ok(Some(state))
    }

    /// What is known of the file: its entries while it is at hand, and else what the state has kept.
    async fn content(&self, state: &mut Value, revocation: &Revocation, facts: &Facts) -> FileContent {
        let Some(file) = &revocation.file else {
            return FileContent::None;
        };
        if let Loaded::Entries(entries) = file.load().await {
            // What cannot be counted is no part of what is looked for.
            drop(planning::count(state, &entries));
            return FileContent::Known(Crowd::new(revocation, &entries, &facts.pepper));
        }
        let lasting = state.get("file_users_until_end").as_i64().unwrap_or_default();
        FileContent::Counted {
            lasting: usize::try_from(lasting).unwrap_or_default(),
            latest: state.get("file_expires_at").as_str().and_then(time::parse),
            list: Crowd::of_list(revocation, &facts.pepper),
        }
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
        // A sweep for the file finds all of it; else the documents are looked for in which something was left.
        let file = revocation.file.as_ref().map(|_| FileChange::last());
        let left = self.holdings.keys(&connected.aws.keyvalue(arn), &revocation.id).await;
        let left = left.map_err(|error| diagnostic(&error))?;
        let change = Change {
            left: &left,
            ..Change::new((Some(&revocation), None), file)
        };
        let written = self.write(context, store, change).await;
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

/// What to say when a part of a create was written.
fn partly(error: Diagnostic) -> Diagnostic {
    Diagnostic::warning(
        "The revocation is not wholly in force",
        format!(
            "Not everybody it names is out yet. What was written stands, and the next apply writes the rest: apply again.\n\n\
             {}: {}",
            error.summary, error.detail
        ),
    )
}

/// Sets what is computed of the file, once it is held against the mode.
fn take_counts(state: &mut Value, entries: Option<&Entries>) -> Result<(), Diagnostic> {
    match entries {
        Some(entries) => {
            planning::check(state, entries)?;
            planning::count(state, entries)?;
        }
        None => COUNTED.iter().for_each(|name| state.set(name, Value::Null)),
    }
    Ok(())
}

fn fresh_id() -> Result<BlockId, Diagnostic> {
    let id = random::id()?;
    BlockId::parse(&id).map_err(|error| Diagnostic::error("An id cannot be made", error.to_string()))
}

pub(super) fn block_id(state: &Value) -> Result<BlockId, Diagnostic> {
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
        if ["users", "sessions", "everyone", "file"]
            .iter()
            .all(|name| config.get(name).is_null())
        {
            diagnostics.push_error(
                "A revocation revokes somebody",
                "None of users, sessions, everyone and file is set. Write users = [{ issuer = \"https://…\", subject = \"…\" }].",
            );
        }
        for (one, other, write) in [
            (
                "file",
                "file_sha256",
                "file_sha256 = filesha256(\"…\") of the same path",
            ),
            ("file_sha256", "file", "file = \"…\", the path that the digest is of"),
        ] {
            if config.get(one).is_set() && config.get(other).is_null() {
                diagnostics.error_at(
                    Path::root().attribute(one),
                    "A revocation file is a path and a digest",
                    format!("{one} is set without {other}, so a changed file would go unseen. Write {write}."),
                );
            }
        }
        if config.get("mode").as_str() == Some("sign_out") && config.get("expires_at").is_set() {
            diagnostics.error_at(
                Path::root().attribute("expires_at"),
                "A sign-out has no end",
                "It ends sessions once, so there is nothing that could expire. Leave expires_at out, or use mode = \"block\".",
            );
        }
    }

    async fn plan(&self, context: &Context, request: &PlanRequest, plan: &mut Plan, diagnostics: &mut Diagnostics) {
        // A create that wrote a part of it says so; an update that did is an error, which taints nothing.
        if request.prior.is_some() {
            plan.planned.set("in_force", true);
        }
        if let Err(error) = planning::file(request, plan).await {
            diagnostics.push(error);
        }
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
                    // What a first file has begun is remembered, so that a destroy looks for it.
                    if state.get("file").is_null() {
                        state.set("file", request.planned.get("file").clone());
                        state.set("file_sha256", request.planned.get("file_sha256").clone());
                    }
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
