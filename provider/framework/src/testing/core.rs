//! The driver.

use super::failure::check;
use super::{Action, Change, Failure, Instance, proposed, rules};
use crate::diagnostics::Diagnostics;
use crate::lifecycle::{ApplyInput, Managed, PlanInput, Registry};
use crate::object::{ClientCapabilities, Context, FunctionError, ImportRequest, Provider, ReadRequest};
use crate::schema::Schema;
use crate::value::{Path, Type, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// A Terraform in miniature: a state, and a provider to change it with. Addresses are `type.name`.
pub struct Core {
    registry: Registry,
    context: Context,
    state: BTreeMap<String, Instance>,
}

impl Core {
    /// A new state under a provider, as a Terraform that can all we know of.
    pub fn new(provider: Arc<dyn Provider>) -> Result<Self, Failure> {
        let mut context = Context::new(CancellationToken::new());
        context.terraform_version = Some("1.11.4".to_owned());
        context.client = ClientCapabilities {
            write_only_attributes_allowed: true,
            deferral_allowed: false,
        };
        Ok(Self {
            registry: Registry::new(provider)?,
            context,
            state: BTreeMap::new(),
        })
    }

    /// As a Terraform that can less.
    #[must_use]
    pub fn client(mut self, client: ClientCapabilities) -> Self {
        self.context.client = client;
        self
    }

    /// The state under another provider: a new release, or a new process.
    pub fn with_provider(self, provider: Arc<dyn Provider>) -> Result<Self, Failure> {
        Ok(Self {
            registry: Registry::new(provider)?,
            ..self
        })
    }

    /// Configures the provider.
    pub async fn configure(&self, config: Value) -> Result<(), Failure> {
        let config = self.registry.schema.complete(&config);
        check(&self.registry.validate(&self.context, &config).await)?;
        check(&self.registry.provider.configure(&self.context, config).await)
    }

    /// Ctrl-C: stops what runs now; what comes later runs.
    pub fn stop(&mut self) {
        std::mem::take(&mut self.context.stop).cancel();
    }

    /// The signal that [`Core::stop`] gives, for stopping while an operation borrows the driver.
    pub fn stop_signal(&self) -> CancellationToken {
        self.context.stop.clone()
    }

    /// What is kept of an object.
    pub fn instance(&self, address: &str) -> Option<&Instance> {
        self.state.get(address)
    }

    /// The state of an object; null when there is none.
    pub fn state(&self, address: &str) -> &Value {
        static NULL: Value = Value::Null;
        self.state.get(address).map_or(&NULL, |instance| &instance.state)
    }

    /// Drops an object from the state alone, as `state rm` does.
    pub fn forget(&mut self, address: &str) -> Option<Instance> {
        self.state.remove(address)
    }

    fn managed(&self, address: &str) -> Result<&Managed, Failure> {
        let type_name = address.split('.').next().unwrap_or(address);
        self.registry
            .resources
            .get(type_name)
            .ok_or_else(|| Failure::Missing(type_name.to_owned()))
    }

    /// Checks a configuration; all messages.
    pub async fn validate(&self, address: &str, config: &Value) -> Result<Diagnostics, Failure> {
        let managed = self.managed(address)?;
        Ok(managed.validate(&self.context, &managed.schema.complete(config)).await)
    }

    /// Plans, and holds the plan to the rules.
    pub async fn plan(&self, address: &str, config: &Value) -> Result<Change, Failure> {
        let managed = self.managed(address)?;
        let config = managed.schema.complete(config);
        check(&managed.validate(&self.context, &config).await)?;
        let instance = self.state.get(address);
        let before = instance.map_or(Value::Null, |instance| instance.state.clone());
        let tainted = instance.is_some_and(|instance| instance.tainted);
        let mut change = self.plan_once(managed, instance.filter(|_| !tainted), &config).await?;
        if tainted || (!before.is_null() && !change.requires_replace.is_empty()) {
            // Terraform then plans the new object as if there were no old one.
            let requires_replace = std::mem::take(&mut change.requires_replace);
            change = self.plan_once(managed, None, &config).await?;
            change = Change {
                action: Action::Replace,
                before,
                requires_replace,
                ..change
            };
        }
        Ok(change)
    }

    async fn plan_once(
        &self,
        managed: &Managed,
        instance: Option<&Instance>,
        config: &Value,
    ) -> Result<Change, Failure> {
        let prior = instance.map_or(Value::Null, |instance| instance.state.clone());
        let input = PlanInput {
            config: config.clone(),
            proposed: proposed(&managed.schema, &prior, config),
            prior: prior.clone(),
            identity: instance.and_then(|instance| instance.identity.clone()),
            private: instance.map_or_else(Vec::new, |instance| instance.private.clone()),
        };
        let planned = managed.plan(&self.context, input.clone()).await;
        check(&planned.diagnostics)?;
        let again = managed.plan(&self.context, input).await;
        if (&again.planned, &again.requires_replace) != (&planned.planned, &planned.requires_replace) {
            return Err(Failure::rule(
                "plan",
                &Path::root(),
                "the same plan twice is not the same",
            ));
        }
        rules::plan_is_valid(&managed.schema, &prior, config, &planned.planned)?;
        rules::write_only_is_null("plan", &managed.schema, &planned.planned)?;
        let action = match prior.is_null() {
            true => Action::Create,
            false if prior == planned.planned => Action::NoOp,
            false => Action::Update,
        };
        Ok(Change {
            action,
            before: prior,
            after: planned.planned,
            requires_replace: planned.requires_replace,
            identity: planned.identity,
            private: planned.private,
            diagnostics: planned.diagnostics,
        })
    }

    /// Refreshes, plans and applies; afterwards the object must read as stored and plan empty.
    pub async fn apply(&mut self, address: &str, config: &Value) -> Result<Value, Failure> {
        let state = self.apply_once(address, config).await?;
        if self.refresh(address).await?.as_ref() != Some(&state) {
            let reason = format!(
                "what is read after apply differs: {:?} was {state:?}",
                self.state(address)
            );
            return Err(Failure::rule("refresh", &Path::root(), reason));
        }
        let change = self.plan(address, config).await?;
        if change.action != Action::NoOp {
            let reason = format!(
                "the plan after apply is not empty: {:?} to {:?}",
                change.before, change.after
            );
            return Err(Failure::rule("plan", &Path::root(), reason));
        }
        Ok(state)
    }

    /// Refreshes, plans and applies. What a failed apply left behind is kept, as Terraform does.
    pub async fn apply_once(&mut self, address: &str, config: &Value) -> Result<Value, Failure> {
        self.refresh(address).await?;
        let change = self.plan(address, config).await?;
        match change.action {
            Action::NoOp => Ok(change.before),
            Action::Replace => {
                self.delete(address).await?;
                self.carry_out(
                    address,
                    config,
                    Change {
                        before: Value::Null,
                        ..change
                    },
                )
                .await
            }
            _ => self.carry_out(address, config, change).await,
        }
    }

    async fn carry_out(&mut self, address: &str, config: &Value, change: Change) -> Result<Value, Failure> {
        let managed = self.managed(address)?;
        let created = change.before.is_null();
        let input = ApplyInput {
            config: managed.schema.complete(config),
            prior: change.before.clone(),
            planned: change.after.clone(),
            identity: change.identity.filter(Value::is_wholly_known),
            private: change.private,
        };
        let applied = managed.apply(&self.context, input).await;
        let failed = check(&applied.diagnostics);
        let state = stored("apply", &managed.schema, &managed.ty, &applied.state)?;
        let identified = managed.identity.is_none() || applied.identity.is_some();
        if state.is_null() {
            self.state.remove(address);
        } else {
            let tainted = created && failed.is_err();
            let (identity, private) = (applied.identity, applied.private);
            self.state.insert(
                address.to_owned(),
                Instance {
                    state: state.clone(),
                    identity,
                    private,
                    tainted,
                },
            );
        }
        failed?;
        if !identified {
            return Err(Failure::rule("apply", &Path::root(), "the object has no identity"));
        }
        rules::applied_as_planned(&change.after, &state)?;
        Ok(state)
    }

    /// Reads an object anew; none when it is gone.
    pub async fn refresh(&mut self, address: &str) -> Result<Option<Value>, Failure> {
        let managed = self.managed(address)?;
        let Some(instance) = self.state.get(address).cloned() else {
            return Ok(None);
        };
        let (identity, private) = (instance.identity.clone(), instance.private.clone());
        let request = ReadRequest {
            state: instance.state.clone(),
            identity,
            private,
        };
        let outcome = managed.read(&self.context, request).await;
        check(&outcome.diagnostics)?;
        let Some(state) = outcome.state else {
            self.state.remove(address);
            return Ok(None);
        };
        let state = stored("refresh", &managed.schema, &managed.ty, &state)?;
        if managed.identity.is_some() && outcome.identity.is_none() {
            return Err(Failure::rule("refresh", &Path::root(), "the object has no identity"));
        }
        if instance.identity.is_some() && outcome.identity != instance.identity {
            return Err(Failure::rule("refresh", &Path::root(), "the identity changed"));
        }
        let private = outcome.private.unwrap_or_default();
        let refreshed = Instance {
            state: state.clone(),
            identity: outcome.identity,
            private,
            ..instance
        };
        self.state.insert(address.to_owned(), refreshed);
        Ok(Some(state))
    }

    /// Whether nothing would change, after a refresh.
    pub async fn plan_is_empty(&mut self, address: &str, config: &Value) -> Result<bool, Failure> {
        self.refresh(address).await?;
        Ok(self.plan(address, config).await?.action == Action::NoOp)
    }

    /// Imports by id, and reads what was found.
    pub async fn import(&mut self, address: &str, id: &str) -> Result<Value, Failure> {
        self.import_by(
            address,
            ImportRequest {
                id: id.to_owned(),
                identity: None,
            },
        )
        .await
    }

    /// Imports by identity, and reads what was found.
    pub async fn import_identity(&mut self, address: &str, identity: Value) -> Result<Value, Failure> {
        self.import_by(
            address,
            ImportRequest {
                id: String::new(),
                identity: Some(identity),
            },
        )
        .await
    }

    async fn import_by(&mut self, address: &str, request: ImportRequest) -> Result<Value, Failure> {
        let managed = self.managed(address)?;
        let outcome = managed.import(&self.context, request).await;
        check(&outcome.diagnostics)?;
        let found = outcome.state.ok_or_else(|| Failure::Missing(address.to_owned()))?;
        let state = stored("import", &managed.schema, &managed.ty, &found)?;
        let (identity, private) = (outcome.identity, outcome.private);
        self.state.insert(
            address.to_owned(),
            Instance {
                state,
                identity,
                private,
                tainted: false,
            },
        );
        self.refresh(address)
            .await?
            .ok_or_else(|| Failure::Missing(format!("the remote object of {address}")))
    }

    /// Refreshes and destroys; what is gone already was destroyed well.
    pub async fn destroy(&mut self, address: &str) -> Result<(), Failure> {
        self.refresh(address).await?;
        self.delete(address).await
    }

    /// Destroys without a refresh.
    pub async fn delete(&mut self, address: &str) -> Result<(), Failure> {
        let managed = self.managed(address)?;
        let Some(instance) = self.state.get(address).cloned() else {
            return Ok(());
        };
        let input = PlanInput {
            config: Value::Null,
            prior: instance.state.clone(),
            proposed: Value::Null,
            identity: instance.identity.clone(),
            private: instance.private.clone(),
        };
        let planned = managed.plan(&self.context, input).await;
        check(&planned.diagnostics)?;
        if !planned.planned.is_null() {
            return Err(Failure::rule("plan", &Path::root(), "a destroy plans an object"));
        }
        let input = ApplyInput {
            config: Value::Null,
            prior: instance.state.clone(),
            planned: Value::Null,
            identity: planned.identity,
            private: planned.private,
        };
        let applied = managed.apply(&self.context, input).await;
        if let Err(failed) = check(&applied.diagnostics) {
            let state = stored("destroy", &managed.schema, &managed.ty, &applied.state)?;
            self.state.insert(
                address.to_owned(),
                Instance {
                    state,
                    private: applied.private,
                    ..instance
                },
            );
            return Err(failed);
        }
        self.state.remove(address);
        Ok(())
    }

    /// Reads a data source.
    pub async fn read_data(&self, type_name: &str, config: &Value) -> Result<Value, Failure> {
        let missing = || Failure::Missing(type_name.to_owned());
        let entry = self.registry.data_sources.get(type_name).ok_or_else(missing)?;
        let config = entry.schema.complete(config);
        check(&entry.validate(&self.context, &config).await)?;
        let outcome = entry.read(&self.context, config.clone()).await;
        check(&outcome.diagnostics)?;
        let state = stored("read", &entry.schema, &entry.ty, &outcome.state.unwrap_or_default())?;
        rules::plan_is_valid(&entry.schema, &Value::Null, &config, &state)?;
        Ok(state)
    }

    /// Opens an ephemeral resource and closes it again.
    pub async fn open(&self, type_name: &str, config: &Value) -> Result<Value, Failure> {
        let missing = || Failure::Missing(type_name.to_owned());
        let entry = self.registry.ephemeral.get(type_name).ok_or_else(missing)?;
        let config = entry.schema.complete(config);
        check(&entry.validate(&self.context, &config).await)?;
        let outcome = entry.open(&self.context, config.clone()).await;
        check(&outcome.diagnostics)?;
        check(&entry.resource.close(&self.context, outcome.private).await)?;
        let result = outcome.result.unwrap_or_default();
        rules::nothing_unknown("open", &result)?;
        rules::plan_is_valid(&entry.schema, &Value::Null, &config, &result)?;
        Ok(result)
    }

    /// Calls a function.
    pub async fn call(&self, name: &str, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let Some(entry) = self.registry.functions.get(name) else {
            return Err(FunctionError::new(format!("there is no function {name}")));
        };
        entry.call(&self.context, arguments).await
    }
}

/// The value as it comes back from Terraform's state file, held to the rules of what may be in there.
fn stored(step: &str, schema: &Schema, ty: &Type, value: &Value) -> Result<Value, Failure> {
    rules::nothing_unknown(step, value)?;
    rules::write_only_is_null(step, schema, value)?;
    let broken = |error: json::JsonError| Failure::rule(step, &error.path, error.reason);
    let text = json::encode(value, ty).map_err(broken)?;
    json::decode(&text, ty).map_err(broken)
}
