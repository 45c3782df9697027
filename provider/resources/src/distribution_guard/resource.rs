//! The life of a guard: it looks, and it refuses.

use std::time::{Duration, Instant};

use zt_aws::error::optional;
use zt_framework::timeouts::Timeouts;
use zt_framework::{
    ApplyOutcome, Context, CreateRequest, DeleteOutcome, DeleteRequest, Diagnostic, Diagnostics, IdentitySchema,
    ImportOutcome, ImportRequest, Plan, PlanRequest, ReadOutcome, ReadRequest, Resource, Schema, Severity,
    UpdateRequest, Value, async_trait,
};

use super::{judge, schema, seen};
use crate::connection::Connection;
use crate::failure;

const FINDINGS: &str = "findings";
/// What a user writes.
const WRITTEN: [&str; 3] = ["distribution_id", "edge_auth", "triggers"];

/// CloudFront needs some minutes for a deployment.
const PATIENCE: Duration = Duration::from_secs(45 * 60);

/// What was found of a distribution.
struct Sight {
    findings: Vec<String>,
    /// Whether every edge location has it.
    deployed: bool,
}

/// The resource type `zt_distribution_guard`.
pub struct DistributionGuard {
    connection: Connection,
}

impl DistributionGuard {
    /// The resource over this connection.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }

    /// What is wrong with the distribution of an object; nothing when there is no such distribution.
    async fn look(&self, context: &Context, object: &Value) -> Result<Option<Sight>, Diagnostic> {
        let connected = self.connection.need(context)?;
        let (Some(id), Some(asked)) = (object.get("distribution_id").as_str(), schema::asked(object)) else {
            return Err(Diagnostic::error(
                "The guard cannot be read",
                "What it is to judge by is incomplete, or a path pattern in it is none. Give `edge_auth` a whole `zt_edge_auth`; where it \
                 is one, remove the guard from the state and apply again.",
            ));
        };
        let seen = seen::look(&connected.aws.cloudfront(), id).await;
        let seen = seen.map_err(|error| failure::diagnostic(&error))?;
        Ok(seen.map(|seen| Sight {
            findings: judge::findings(&seen, &asked),
            deployed: seen.distribution.deployed,
        }))
    }

    /// Judges in an apply: the state, and the refusal where there is one. What is right counts once every edge location has it.
    async fn judge(&self, context: &Context, planned: &Value) -> Result<Value, Diagnostic> {
        let id = planned.get("distribution_id").as_str().unwrap_or_default();
        loop {
            match self.look(context, planned).await? {
                Some(sight) if !sight.findings.is_empty() => return Err(refusal(id, &sight.findings, "")),
                Some(sight) if sight.deployed => {
                    return Ok(planned.clone().with(FINDINGS, Value::list(Vec::<String>::new())));
                }
                // It is read anew afterwards: what was deployed may be a change that came in between.
                Some(_) => self.wait(context, id).await?,
                None => return Err(missing(id).at("distribution_id")),
            }
        }
    }

    /// Waits until the distribution is deployed, as long as the apply may take.
    async fn wait(&self, context: &Context, id: &str) -> Result<(), Diagnostic> {
        let cloudfront = self.connection.need(context)?.aws.cloudfront();
        let left = context
            .deadline()
            .map_or(PATIENCE, |end| end.saturating_duration_since(Instant::now()));
        let waited = cloudfront.inspect_deployed_distribution(id, left).await;
        waited.map(|_| ()).map_err(|error| {
            let cause = failure::diagnostic(&error);
            Diagnostic::error(
                format!("Distribution {id} is not deployed everywhere"),
                format!(
                    "Its configuration is right, but some edge locations still serve the one of before, which nobody vouches for. \
                     Apply again once it is deployed, or raise `timeouts`.\n{}: {}",
                    cause.summary, cause.detail
                ),
            )
            .at("distribution_id")
        })
    }

    /// The state to begin with; what to judge by is not known anywhere else.
    async fn find(&self, context: &Context, request: &ImportRequest) -> Result<Value, Diagnostic> {
        let connected = self.connection.need(context)?;
        let named = request
            .identity
            .as_ref()
            .and_then(|it| it.get("distribution_id").as_str());
        let id = named.unwrap_or(&request.id).trim();
        let found = optional(connected.aws.cloudfront().inspect_distribution(id).await);
        match found.map_err(|error| failure::diagnostic(&error))? {
            Some(_) => Ok(schema::schema().empty().with("distribution_id", id)),
            None => Err(missing(id)),
        }
    }
}

fn identity(state: &Value) -> Value {
    Value::object([("distribution_id", state.get("distribution_id").clone())])
}

fn missing(id: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Distribution {id} does not exist"),
        "There is nothing to guard. Check distribution_id, and that the provider uses the account of the distribution.",
    )
}

fn refusal(id: &str, found: &[String], end: &str) -> Diagnostic {
    let list: Vec<String> = found.iter().map(|one| format!("- {one}.")).collect();
    Diagnostic::error(
        format!("Distribution {id} is not guarded"),
        format!(
            "As it stands, requests may pass or be answered that nobody decided about:\n{}{end}",
            list.join("\n")
        ),
    )
    .at("distribution_id")
}

fn findings(object: &Value) -> Vec<String> {
    let found = object.get(FINDINGS).elements().iter();
    found.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[async_trait]
impl Resource for DistributionGuard {
    fn type_name(&self) -> &'static str {
        "zt_distribution_guard"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(schema::identity())
    }

    async fn plan(&self, _context: &Context, request: &PlanRequest, plan: &mut Plan, diagnostics: &mut Diagnostics) {
        plan.planned.set(FINDINGS, Value::list(Vec::<String>::new()));
        let Some(prior) = &request.prior else { return };
        let found = findings(prior);
        if found.is_empty() {
            return;
        }
        let id = prior.get("distribution_id").as_str().unwrap_or_default();
        let changes = WRITTEN.iter().any(|name| plan.planned.get(name) != prior.get(name));
        let mut refused = refusal(
            id,
            &found,
            match changes {
                true => "\nThis apply changes what the guard depends on, and looks again at its end.",
                false => {
                    "\nPut the distribution right first, where it is managed here by applying it alone (`-target`), or by a \
                     change that `triggers` follows. To destroy all the same, use `-refresh=false`."
                }
            },
        );
        if changes {
            refused.severity = Severity::Warning;
        }
        diagnostics.push(refused);
    }

    async fn read(&self, context: &Context, request: ReadRequest) -> ReadOutcome {
        if request.state.get("edge_auth").is_null() {
            // After an import: what to judge by comes with the first apply.
            return ReadOutcome::found(request.state);
        }
        match self.look(context, &request.state).await {
            // The plan refuses: past a refresh that did, nothing could put the distribution right.
            Ok(Some(sight)) => ReadOutcome::found(request.state.with(FINDINGS, Value::list(sight.findings))),
            Ok(None) => {
                tracing::warn!("the distribution is gone, and its guard is dropped from the state");
                ReadOutcome::gone()
            }
            Err(error) => ReadOutcome::failed(error),
        }
    }

    async fn create(&self, context: &Context, request: CreateRequest) -> ApplyOutcome {
        let context = context.with_timeout(Timeouts::of(&request.planned).create(PATIENCE));
        match self.judge(&context, &request.planned).await {
            Ok(state) => {
                let identity = identity(&state);
                ApplyOutcome::done(state).identity(identity)
            }
            Err(error) => ApplyOutcome::failed(error),
        }
    }

    async fn update(&self, context: &Context, request: UpdateRequest) -> ApplyOutcome {
        let context = context.with_timeout(Timeouts::of(&request.planned).update(PATIENCE));
        match self.judge(&context, &request.planned).await {
            Ok(state) => ApplyOutcome::done(state),
            // What was there before stays in the state, so that the next plan has it looked at again.
            Err(error) => ApplyOutcome::failed(error),
        }
    }

    async fn delete(&self, _context: &Context, _request: DeleteRequest) -> DeleteOutcome {
        DeleteOutcome::gone()
    }

    async fn import(&self, context: &Context, request: ImportRequest) -> ImportOutcome {
        match self.find(context, &request).await {
            Ok(state) => {
                let identity = identity(&state);
                ImportOutcome::found(state).identity(identity)
            }
            Err(error) => ImportOutcome::failed(error),
        }
    }
}
