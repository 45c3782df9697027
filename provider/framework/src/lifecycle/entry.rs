//! Data sources, ephemeral resources and functions, with the rules around them.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::object::{Context, DataOutcome, DataSource, EphemeralResource, Function, FunctionError, OpenOutcome};
use crate::plan::keep_spelling;
use crate::schema::{Schema, Signature};
use crate::validate;
use crate::value::{Type, Value};
use std::sync::Arc;

/// A data source.
pub struct LookupEntry {
    /// The implementation.
    pub source: Arc<dyn DataSource>,
    /// Its schema.
    pub schema: Schema,
    /// The type of its values.
    pub ty: Type,
}

impl LookupEntry {
    pub(super) fn new(source: Arc<dyn DataSource>) -> Self {
        let schema = source.schema();
        Self {
            ty: schema.ty(),
            schema,
            source,
        }
    }

    /// Checks a configuration.
    pub async fn validate(&self, context: &Context, config: &Value) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        validate::check(&self.schema, config, context.client, &mut diagnostics);
        self.source.validate(context, config, &mut diagnostics).await;
        diagnostics
    }

    /// Looks it up.
    pub async fn read(&self, context: &Context, config: Value) -> DataOutcome {
        let mut outcome = self.source.read(context, config.clone()).await;
        outcome.state = outcome
            .state
            .map(|state| keep_spelling(&self.schema, &config, &self.schema.complete(&state)));
        settle(&mut outcome.state, &mut outcome.diagnostics, self.source.type_name());
        outcome
    }
}

/// An ephemeral resource.
pub struct EphemeralEntry {
    /// The implementation.
    pub resource: Arc<dyn EphemeralResource>,
    /// Its schema.
    pub schema: Schema,
    /// The type of its values.
    pub ty: Type,
}

impl EphemeralEntry {
    pub(super) fn new(resource: Arc<dyn EphemeralResource>) -> Self {
        let schema = resource.schema();
        Self {
            ty: schema.ty(),
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

    /// Makes the value.
    pub async fn open(&self, context: &Context, config: Value) -> OpenOutcome {
        let mut outcome = self.resource.open(context, config.clone()).await;
        outcome.result = outcome
            .result
            .map(|value| keep_spelling(&self.schema, &config, &self.schema.complete(&value)));
        settle(&mut outcome.result, &mut outcome.diagnostics, self.resource.type_name());
        outcome
    }
}

/// A function.
pub struct FunctionEntry {
    /// The implementation.
    pub function: Arc<dyn Function>,
    /// What it takes and gives.
    pub signature: Signature,
}

impl FunctionEntry {
    pub(super) fn new(function: Arc<dyn Function>) -> Self {
        Self {
            signature: function.signature(),
            function,
        }
    }

    /// Calls it; with an unknown argument it does not take, the result is unknown.
    pub async fn call(&self, context: &Context, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        for (index, argument) in arguments.iter().enumerate() {
            let Some(parameter) = self.signature.parameter_at(index) else {
                return Err(FunctionError::argument(index, "there are too many arguments"));
            };
            if argument.is_null() && !parameter.allow_null {
                return Err(FunctionError::argument(
                    index,
                    format!("{} must not be null", parameter.name),
                ));
            }
            if !argument.is_wholly_known() && !parameter.allow_unknown {
                return Ok(Value::unknown());
            }
        }
        if arguments.len() < self.signature.parameters.len() {
            return Err(FunctionError::new("there are too few arguments"));
        }
        self.function.call(context, arguments).await
    }
}

/// A look-up answers with a known value or says why not.
fn settle(value: &mut Option<Value>, diagnostics: &mut Diagnostics, type_name: &str) {
    if diagnostics.has_errors() {
        *value = None;
        return;
    }
    let unknown = value.as_ref().map(Value::unknown_paths);
    match unknown.as_deref() {
        Some([]) => {}
        Some([path, ..]) => {
            diagnostics.push(internal(type_name, "a value is still unknown after reading").at(path.clone()));
            *value = None;
        }
        None => diagnostics.push(internal(type_name, "nothing was read, and no reason was given")),
    }
}

/// An error that only a mistake of the provider can cause.
pub(super) fn internal(type_name: &str, what: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Internal error of {type_name}"),
        format!("This is a mistake of the provider, not of the configuration: {what}. Please report it."),
    )
}
