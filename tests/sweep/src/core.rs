//! Terraform's core for one account: it keeps the state, proposes, plans, applies, and holds the provider to core's rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use zt_framework::testing::{applied_as_planned, nothing_unknown, plan_is_valid, proposed, write_only_is_null};
use zt_framework::value::Type;
use zt_framework::{Schema, Value};
use zt_protocol_tests::client::bytes;
use zt_wire_proto::tfplugin6 as pb;

use crate::account::Account;
use crate::plugin::{Applied, Plugin, capabilities, errors, value};
use crate::schemas::Schemas;

/// An object of the state. Identity and private data are the provider's own bytes.
#[derive(Clone)]
struct Instance {
    state: Value,
    private: Vec<u8>,
    identity: Option<pb::ResourceIdentityData>,
    tainted: bool,
}

/// What an operation is about to do.
pub(crate) struct Change {
    type_name: String,
    config: Value,
    prior: Value,
    planned: Value,
    private: Vec<u8>,
    identity: Option<pb::ResourceIdentityData>,
    /// The object has to go before.
    replace: bool,
}

pub(crate) struct Core<'a> {
    runtime: Arc<Runtime>,
    account: &'a Account<'a>,
    schemas: &'a Schemas,
    pub(crate) plugin: Plugin,
    state: BTreeMap<String, Instance>,
}

impl<'a> Core<'a> {
    pub(crate) fn start(
        runtime: &Arc<Runtime>,
        account: &'a Account<'a>,
        schemas: &'a Schemas,
    ) -> Result<Self, String> {
        Ok(Self {
            runtime: Arc::clone(runtime),
            account,
            schemas,
            plugin: Plugin::start(runtime, account)?,
            state: BTreeMap::new(),
        })
    }

    /// The next command of the user: a new process over the same state.
    pub(crate) fn next_command(&mut self) -> Result<(), String> {
        self.plugin = Plugin::start(&self.runtime, self.account)?;
        Ok(())
    }

    pub(crate) fn state(&self, address: &str) -> Option<&Value> {
        self.state.get(address).map(|instance| &instance.state)
    }

    fn schema(&self, address: &str) -> (&'a Schema, Type) {
        let schema = self.schemas.of(address);
        (schema, schema.ty())
    }

    /// Reads the object anew; what is gone is forgotten.
    pub(crate) fn refresh(&mut self, address: &str) -> Result<(), String> {
        let Some(instance) = self.state.get(address).cloned() else {
            return Ok(());
        };
        let (schema, ty) = self.schema(address);
        let answer = self.plugin.read(pb::read_resource::Request {
            type_name: type_of(address),
            current_state: bytes(&instance.state, &ty),
            private: instance.private,
            client_capabilities: capabilities(),
            current_identity: instance.identity,
            ..Default::default()
        })?;
        let state = value(answer.new_state.as_ref(), &ty);
        if state.is_null() {
            self.state.remove(address);
            return Ok(());
        }
        stored("refresh", schema, &state)?;
        let refreshed = Instance {
            state,
            private: answer.private,
            identity: answer.new_identity,
            tainted: instance.tainted,
        };
        self.state.insert(address.to_owned(), refreshed);
        Ok(())
    }

    /// Plans; none when nothing is to be done.
    pub(crate) fn plan(&self, address: &str, config: &Value) -> Result<Option<Change>, String> {
        let instance = self.state.get(address);
        let tainted = instance.is_some_and(|instance| instance.tainted);
        let (change, replace) = self.plan_over(address, config, instance.filter(|_| !tainted))?;
        if tainted || (replace && instance.is_some()) {
            let (change, _) = self.plan_over(address, config, None)?;
            return Ok(Some(Change {
                replace: true,
                ..change
            }));
        }
        Ok((change.prior != change.planned).then_some(change))
    }

    fn plan_over(&self, address: &str, config: &Value, instance: Option<&Instance>) -> Result<(Change, bool), String> {
        let (schema, ty) = self.schema(address);
        let config = schema.complete(config);
        let prior = instance.map_or(Value::Null, |instance| instance.state.clone());
        let answer = self.plugin.plan(pb::plan_resource_change::Request {
            type_name: type_of(address),
            prior_state: bytes(&prior, &ty),
            proposed_new_state: bytes(&proposed(schema, &prior, &config), &ty),
            config: bytes(&config, &ty),
            prior_private: instance.map(|instance| instance.private.clone()).unwrap_or_default(),
            client_capabilities: capabilities(),
            prior_identity: instance.and_then(|instance| instance.identity.clone()),
            ..Default::default()
        })?;
        let planned = value(answer.planned_state.as_ref(), &ty);
        plan_is_valid(schema, &prior, &config, &planned).map_err(|broken| broken.to_string())?;
        let change = Change {
            type_name: type_of(address),
            config,
            prior,
            planned,
            private: answer.planned_private,
            identity: answer.planned_identity,
            replace: false,
        };
        Ok((change, !answer.requires_replace.is_empty()))
    }

    fn plan_destroy(&self, address: &str) -> Result<Option<Change>, String> {
        let Some(instance) = self.state.get(address) else {
            return Ok(None);
        };
        let (_, ty) = self.schema(address);
        let answer = self.plugin.plan(pb::plan_resource_change::Request {
            type_name: type_of(address),
            prior_state: bytes(&instance.state, &ty),
            proposed_new_state: bytes(&Value::Null, &ty),
            config: bytes(&Value::Null, &ty),
            prior_private: instance.private.clone(),
            client_capabilities: capabilities(),
            prior_identity: instance.identity.clone(),
            ..Default::default()
        })?;
        Ok(Some(Change {
            type_name: type_of(address),
            config: Value::Null,
            prior: instance.state.clone(),
            planned: Value::Null,
            private: answer.planned_private,
            identity: answer.planned_identity,
            replace: false,
        }))
    }

    /// The one change that a command makes of an object; to destroy without configuration.
    pub(crate) fn decide(&mut self, address: &str, config: Option<&Value>) -> Result<Option<Change>, String> {
        self.refresh(address)?;
        match config {
            None => self.plan_destroy(address),
            Some(config) => {
                let change = self.plan(address, config)?;
                if change.as_ref().is_some_and(|change| change.replace) {
                    let gone = self.plan_destroy(address)?.expect("an object to replace");
                    let answer = self.carry_out(&gone);
                    self.keep(address, &gone, answer)?;
                }
                Ok(change)
            }
        }
    }

    /// Begins to carry out a change.
    pub(crate) fn begin(&self, change: &Change) -> JoinHandle<Applied> {
        let ty = self.schemas.of(&change.type_name).ty();
        self.plugin.apply(pb::apply_resource_change::Request {
            type_name: change.type_name.clone(),
            prior_state: bytes(&change.prior, &ty),
            planned_state: bytes(&change.planned, &ty),
            config: bytes(&change.config, &ty),
            planned_private: change.private.clone(),
            planned_identity: change.identity.clone(),
            ..Default::default()
        })
    }

    fn carry_out(&self, change: &Change) -> Applied {
        self.plugin.wait(self.begin(change))
    }

    /// Keeps what came of a change as Terraform does: a process that died said nothing, and the object stays as it was known.
    pub(crate) fn keep(&mut self, address: &str, change: &Change, answer: Applied) -> Result<(), String> {
        let Some(answer) = answer else {
            return Err("apply: the provider is gone or hangs".to_owned());
        };
        let (schema, ty) = self.schema(address);
        let state = value(answer.new_state.as_ref(), &ty);
        let errors = errors(&answer.diagnostics);
        stored("apply", schema, &state)?;
        if state.is_null() {
            self.state.remove(address);
        } else {
            let instance = Instance {
                state: state.clone(),
                private: answer.private,
                identity: answer.new_identity,
                tainted: change.prior.is_null() && !errors.is_empty(),
            };
            self.state.insert(address.to_owned(), instance);
        }
        if !errors.is_empty() {
            return Err(format!("apply: {}", errors.join("\n")));
        }
        if change.planned.is_null() && !state.is_null() {
            return Err("rule broken: a destroy without error left the object".to_owned());
        }
        applied_as_planned(&change.planned, &state).map_err(|broken| broken.to_string())
    }

    /// A whole command without faults.
    pub(crate) fn run(&mut self, address: &str, config: Option<&Value>) -> Result<(), String> {
        let Some(change) = self.decide(address, config)? else {
            return Ok(());
        };
        let answer = self.carry_out(&change);
        self.keep(address, &change, answer)
    }
}

fn type_of(address: &str) -> String {
    address.split('.').next().unwrap_or(address).to_owned()
}

/// What a state file may hold.
fn stored(step: &str, schema: &Schema, state: &Value) -> Result<(), String> {
    let known = nothing_unknown(step, state);
    let bare = known.and_then(|()| write_only_is_null(step, schema, state));
    bare.map_err(|broken| broken.to_string())
}
