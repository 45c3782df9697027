//! A managed resource with the rules around it.

use super::entry::internal;
use crate::diagnostics::Diagnostics;
use crate::object::{
    ApplyOutcome, Context, CreateRequest, DeleteRequest, ImportOutcome, ImportRequest, MoveOutcome, MoveRequest,
    PlanRequest, ReadOutcome, ReadRequest, Resource, UpdateRequest,
};
use crate::plan::{Plan, draft, keep_spelling, replacements, strip_write_only};
use crate::schema::{IdentitySchema, Schema};
use crate::validate;
use crate::value::{Path, Type, Value};
use std::sync::Arc;

/// A resource, ready to be called.
pub struct Managed {
    /// The implementation.
    pub resource: Arc<dyn Resource>,
    /// Its schema.
    pub schema: Schema,
    /// The type of its values.
    pub ty: Type,
    /// What identifies its objects.
    pub identity: Option<IdentitySchema>,
}

/// What a plan starts from.
#[derive(Debug, Clone)]
pub struct PlanInput {
    /// As written; null to destroy.
    pub config: Value,
    /// The stored state; null to create.
    pub prior: Value,
    /// The configuration over the prior state; null to destroy.
    pub proposed: Value,
    /// The stored identity.
    pub identity: Option<Value>,
    /// The stored private state.
    pub private: Vec<u8>,
}

/// A plan.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The object after apply; null to destroy.
    pub planned: Value,
    /// The attributes that make a new object.
    pub requires_replace: Vec<Path>,
    /// What identifies the object, when that is known.
    pub identity: Option<Value>,
    /// Handed to apply.
    pub private: Vec<u8>,
    /// Messages.
    pub diagnostics: Diagnostics,
}

/// What an apply starts from.
#[derive(Debug, Clone)]
pub struct ApplyInput {
    /// As written, with write-only values; null to destroy.
    pub config: Value,
    /// The stored state; null to create.
    pub prior: Value,
    /// As planned; null to destroy.
    pub planned: Value,
    /// The planned identity.
    pub identity: Option<Value>,
    /// The private state of the plan.
    pub private: Vec<u8>,
}

/// The answer of an apply.
#[derive(Debug, Clone)]
pub struct Applied {
    /// What exists now; null when nothing does.
    pub state: Value,
    /// What identifies it.
    pub identity: Option<Value>,
    /// Private state to store.
    pub private: Vec<u8>,
    /// Messages.
    pub diagnostics: Diagnostics,
}

impl Managed {
    pub(super) fn new(resource: Arc<dyn Resource>) -> Self {
        let schema = resource.schema();
        Self {
            ty: schema.ty(),
            identity: resource.identity(),
            schema,
            resource,
        }
    }

    /// Checks a configuration.
    pub async fn validate(&self, context: &Context, config: &Value) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        validate::check(&self.schema, config, context.client, &mut diagnostics);
        self.resource.validate(context, config, &mut diagnostics).await;
        diagnostics
    }

    /// Plans a create, an update or a destroy.
    pub async fn plan(&self, context: &Context, input: PlanInput) -> Planned {
        let mut diagnostics = Diagnostics::new();
        let prior = (!input.prior.is_null()).then(|| input.prior.clone());
        if input.proposed.is_null() {
            if let Some(prior) = &prior {
                self.resource.plan_destroy(context, prior, &mut diagnostics).await;
            }
            let (private, identity) = (input.private, input.identity);
            return Planned {
                planned: Value::Null,
                requires_replace: Vec::new(),
                identity,
                private,
                diagnostics,
            };
        }
        let mut plan = Plan {
            planned: draft(&self.schema, &input.config, prior.as_ref(), &input.proposed),
            requires_replace: Vec::new(),
            identity: input.identity.clone(),
            private: input.private.clone(),
        };
        let request = PlanRequest {
            config: input.config,
            prior,
            proposed: input.proposed,
            identity: input.identity,
            private: input.private,
        };
        self.resource.plan(context, &request, &mut plan, &mut diagnostics).await;
        plan.planned = strip_write_only(&self.schema, &plan.planned);
        if let Some(prior) = &request.prior {
            for path in replacements(&self.schema, &request.config, prior, &plan.planned) {
                plan.replace_for(path);
            }
        } else {
            plan.requires_replace.clear();
        }
        Planned {
            planned: plan.planned,
            requires_replace: plan.requires_replace,
            identity: plan.identity,
            private: plan.private,
            diagnostics,
        }
    }

    /// Carries out a plan.
    pub async fn apply(&self, context: &Context, input: ApplyInput) -> Applied {
        if input.planned.is_null() {
            return self.delete(context, input).await;
        }
        let before = input.clone();
        let outcome = if before.prior.is_null() {
            let request = CreateRequest {
                config: input.config,
                planned: input.planned,
                private: input.private,
            };
            self.resource.create(context, request).await
        } else {
            let request = UpdateRequest {
                config: input.config,
                prior: input.prior,
                planned: input.planned,
                identity: input.identity,
                private: input.private,
            };
            self.resource.update(context, request).await
        };
        self.applied(before, outcome)
    }

    fn applied(&self, before: ApplyInput, outcome: ApplyOutcome) -> Applied {
        let mut diagnostics = outcome.diagnostics;
        let mut state = match outcome.state {
            Some(state) => self.storable(&before.planned, &state),
            // Beside an error the prior state is what is still true; without one it is a mistake.
            None => {
                if !diagnostics.has_errors() {
                    diagnostics.push(internal(self.resource.type_name(), "apply gave no state and no error"));
                }
                before.prior.clone()
            }
        };
        self.forbid_unknown(&mut state, &before.prior, &mut diagnostics);
        // Terraform takes only wholly known identities.
        let identity = outcome
            .identity
            .or(before.identity)
            .filter(|one| one.is_wholly_known() && !state.is_null());
        let private = if outcome.private.is_empty() {
            before.private
        } else {
            outcome.private
        };
        Applied {
            state,
            identity,
            private,
            diagnostics,
        }
    }

    /// The state as it may be stored: complete, in the user's spelling, without write-only values.
    fn storable(&self, reference: &Value, state: &Value) -> Value {
        let spelled = keep_spelling(&self.schema, reference, &self.schema.complete(state));
        strip_write_only(&self.schema, &spelled)
    }

    /// What is still unknown after apply falls back to what is known: the prior value, else null, with an error.
    fn forbid_unknown(&self, state: &mut Value, prior: &Value, diagnostics: &mut Diagnostics) {
        let failed = diagnostics.has_errors();
        for path in state.unknown_paths() {
            if !failed {
                let error = internal(self.resource.type_name(), "a value is still unknown after apply");
                diagnostics.push(error.at(path.clone()));
            }
            let known = prior.at(&path).clone();
            state.set_at(&path, if known.is_wholly_known() { known } else { Value::Null });
        }
    }

    async fn delete(&self, context: &Context, input: ApplyInput) -> Applied {
        let (prior, private) = (input.prior.clone(), input.private.clone());
        if prior.is_null() {
            return Applied {
                state: Value::Null,
                identity: None,
                private,
                diagnostics: Diagnostics::new(),
            };
        }
        let identity = input.identity.clone();
        let request = DeleteRequest {
            prior: input.prior,
            identity: input.identity,
            private: input.private,
        };
        let outcome = self.resource.delete(context, request).await;
        let mut diagnostics = outcome.diagnostics;
        if outcome.state.is_some() && !diagnostics.has_errors() {
            diagnostics.push(internal(
                self.resource.type_name(),
                "something is left of it, and no reason was given",
            ));
        }
        if !diagnostics.has_errors() {
            return Applied {
                state: Value::Null,
                identity: None,
                private: Vec::new(),
                diagnostics,
            };
        }
        let mut state = outcome
            .state
            .map_or_else(|| prior.clone(), |state| self.storable(&prior, &state));
        self.forbid_unknown(&mut state, &prior, &mut diagnostics);
        Applied {
            state,
            identity,
            private,
            diagnostics,
        }
    }

    /// Looks how the object is now.
    pub async fn read(&self, context: &Context, request: ReadRequest) -> ReadOutcome {
        let (prior, identity, private) = (request.state.clone(), request.identity.clone(), request.private.clone());
        let mut outcome = self.resource.read(context, request).await;
        outcome.private.get_or_insert(private);
        outcome.identity = outcome.identity.or(identity);
        if outcome.diagnostics.has_errors() && outcome.state.is_none() {
            outcome.state = Some(prior);
            return outcome;
        }
        if let Some(state) = outcome.state.take() {
            let mut state = self.storable(&prior, &state);
            self.forbid_unknown(&mut state, &prior, &mut outcome.diagnostics);
            outcome.state = Some(state);
        }
        outcome
    }

    /// Finds an object for an import.
    pub async fn import(&self, context: &Context, request: ImportRequest) -> ImportOutcome {
        let outcome = self.resource.import(context, request).await;
        self.found(outcome, "import gave no state and no error")
    }

    /// Takes over an object of another type.
    pub async fn move_state(&self, context: &Context, request: MoveRequest) -> MoveOutcome {
        let outcome = self.resource.move_state(context, request).await;
        self.found(outcome, "move gave no state and no error")
    }

    fn found(&self, mut outcome: ImportOutcome, nothing: &str) -> ImportOutcome {
        if outcome.diagnostics.has_errors() {
            outcome.state = None;
            return outcome;
        }
        match outcome.state.take() {
            Some(state) => {
                let mut state = self.storable(&Value::Null, &state);
                self.forbid_unknown(&mut state, &Value::Null, &mut outcome.diagnostics);
                outcome.state = Some(state);
            }
            None => outcome.diagnostics.push(internal(self.resource.type_name(), nothing)),
        }
        outcome
    }

    /// Brings a stored state of an older version up to date.
    pub async fn upgrade(&self, context: &Context, from: i64, state: serde_json::Value) -> Result<Value, Diagnostics> {
        let upgraded = self.resource.upgrade(context, from, state).await?;
        Ok(self.storable(&Value::Null, &upgraded))
    }
}
