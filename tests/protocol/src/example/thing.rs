//! A managed resource whose remote side is its own state.

use super::thing_schema;
use std::time::Duration;
use zt_framework::timeouts::Timeouts;
use zt_framework::value::{Path, json};
use zt_framework::{
    ApplyOutcome, Context, CreateRequest, DeleteOutcome, DeleteRequest, Diagnostic, Diagnostics, IdentitySchema,
    ImportOutcome, ImportRequest, Interrupted, MoveOutcome, MoveRequest, Plan, PlanRequest, ReadOutcome, ReadRequest,
    Refinements, Resource, Schema, UpdateRequest, Value, async_trait,
};

pub(super) struct Thing;

fn identity(state: &Value) -> Value {
    Value::object([("id", state.get("id").clone())])
}

/// What the remote side makes of a plan.
fn made(config: &Value, planned: &Value, private: &[u8]) -> (Value, Vec<u8>) {
    let revision = String::from_utf8_lossy(private).parse::<i64>().unwrap_or(0) + 1;
    let name = planned.get("name").as_str().unwrap_or_default().to_owned();
    let secret = config
        .get("secret_wo")
        .as_str()
        .map(|secret| secret.chars().count() as i64);
    tracing::debug!(
        secret_wo = config.get("secret_wo").as_str(),
        "applied with Authorization: Bearer canary-in-text"
    );
    let mut state = planned.clone();
    state.set("message", format!("Hello {name}"));
    state.set("revision", revision);
    state.set("secret_length", secret);
    for path in state.unknown_paths() {
        let made = if path == Path::from("id") {
            format!("t-{name}")
        } else {
            format!("made-{name}")
        };
        state.set_at(&path, made.into());
    }
    (state, revision.to_string().into_bytes())
}

fn outcome((state, private): (Value, Vec<u8>)) -> ApplyOutcome {
    let identity = identity(&state);
    ApplyOutcome::done(state).identity(identity).private(private)
}

#[async_trait]
impl Resource for Thing {
    fn type_name(&self) -> &'static str {
        "example_thing"
    }

    fn schema(&self) -> Schema {
        thing_schema::schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(thing_schema::identity())
    }

    async fn validate(&self, _: &Context, config: &Value, diagnostics: &mut Diagnostics) {
        for (index, step) in config.get("steps").elements().iter().enumerate() {
            if step.get("name").as_str() == config.get("name").as_str() && step.get("name").is_set() {
                let path = Path::from("steps").index(index).attribute("name");
                diagnostics.error_at(
                    path,
                    "Step like thing",
                    "A step is named like the thing. Write another name.",
                );
            }
        }
    }

    async fn plan(&self, _: &Context, request: &PlanRequest, plan: &mut Plan, diagnostics: &mut Diagnostics) {
        if plan.planned.get("message").is_unknown() {
            plan.mark_refined("message", Refinements::prefix("Hello "));
        }
        if request.config.get("name").as_str() == Some("warn") {
            diagnostics.warning_at("name", "Odd name", "The name is odd.");
        }
    }

    async fn plan_destroy(&self, _: &Context, prior: &Value, diagnostics: &mut Diagnostics) {
        if prior.get("labels").get("keep").is_set() {
            diagnostics.push_warning("Kept label", "The thing has the label `keep`.");
        }
    }

    async fn read(&self, _: &Context, request: ReadRequest) -> ReadOutcome {
        let mut state = request.state;
        if state.get("labels").get("gone").is_set() {
            return ReadOutcome::gone();
        }
        // The remote side has its own spelling of documents.
        if let Some(document) = state.get("document").as_str() {
            let parsed: serde_json::Value = serde_json::from_str(document).unwrap_or_default();
            state.set("document", parsed.to_string());
        }
        let identity = identity(&state);
        ReadOutcome::found(state).identity(identity)
    }

    async fn create(&self, context: &Context, request: CreateRequest) -> ApplyOutcome {
        let outcome = outcome(made(&request.config, &request.planned, &request.private));
        match request.planned.get("fail").as_str() {
            Some("panic") => panic!("the secret is {:?}", request.config.get("secret_wo").as_str()),
            Some("create") => {
                return outcome.diagnostic(Diagnostic::error("Half made", "The thing is only half there."));
            }
            _ => {}
        }
        let timeout = Timeouts::of(&request.planned).create(Duration::from_secs(600));
        let delay = request
            .planned
            .get("delay")
            .as_i64()
            .and_then(|seconds| u64::try_from(seconds).ok())
            .unwrap_or(0);
        tracing::info!("create begins");
        match context.with_timeout(timeout).sleep(Duration::from_secs(delay)).await {
            Ok(()) => outcome,
            Err(Interrupted::Stopped) => outcome.diagnostic(Diagnostic::warning(
                "Interrupted",
                "The thing is there and goes on by itself; the next apply picks it up.",
            )),
            Err(Interrupted::DeadlineExceeded) => outcome.diagnostic(
                Diagnostic::error("Too slow", "The thing was not ready in time. Raise timeouts.create.").at("timeouts"),
            ),
        }
    }

    async fn update(&self, _: &Context, request: UpdateRequest) -> ApplyOutcome {
        outcome(made(&request.config, &request.planned, &request.private))
    }

    async fn delete(&self, _: &Context, request: DeleteRequest) -> DeleteOutcome {
        if request.prior.get("fail").as_str() == Some("delete") {
            return DeleteOutcome::failed(Diagnostic::error("Still there", "The thing cannot be removed."));
        }
        DeleteOutcome::gone()
    }

    async fn import(&self, _: &Context, request: ImportRequest) -> ImportOutcome {
        let id = match &request.identity {
            Some(identity) => identity.get("id").as_str().unwrap_or_default().to_owned(),
            None => request.id,
        };
        let Some(name) = id.strip_prefix("t-") else {
            return ImportOutcome::failed(Diagnostic::error(
                "No such thing",
                format!("{id:?} is no id of a thing."),
            ));
        };
        let state = Value::object([
            ("id", id.as_str().into()),
            ("name", name.into()),
            ("region", "eu".into()),
            ("message", format!("Hello {name}").into()),
            ("revision", 1.into()),
        ]);
        let identity = identity(&state);
        let mut outcome = ImportOutcome::found(state).identity(identity);
        outcome.private = b"1".to_vec();
        outcome
    }

    async fn upgrade(&self, _: &Context, _from: i64, state: serde_json::Value) -> Result<Value, Diagnostics> {
        // Version 0 called the name a title.
        let mut upgraded = json::from_plain(&state, &self.schema().ty());
        upgraded.set(
            "name",
            state
                .get("title")
                .and_then(serde_json::Value::as_str)
                .map(str::to_owned),
        );
        Ok(upgraded)
    }

    async fn move_state(&self, _: &Context, request: MoveRequest) -> MoveOutcome {
        if request.source_type != "other_thing" {
            return MoveOutcome::failed(Diagnostic::error(
                "Cannot move",
                "Only other_thing becomes an example_thing.",
            ));
        }
        let state = json::from_plain(&request.source_state, &self.schema().ty());
        let identity = identity(&state);
        MoveOutcome::found(state).identity(identity)
    }
}
