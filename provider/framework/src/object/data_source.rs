//! Data sources.

use super::Context;
use crate::diagnostics::Diagnostics;
use crate::schema::Schema;
use crate::value::Value;
use async_trait::async_trait;

/// A kind of thing to look up.
#[async_trait]
pub trait DataSource: Send + Sync + 'static {
    /// The type as users write it.
    fn type_name(&self) -> &'static str;

    /// The schema of its result, the configuration included.
    fn schema(&self) -> Schema;

    /// Checks across attributes, after the rules of the schema; values may be unknown.
    async fn validate(&self, _context: &Context, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Looks it up.
    async fn read(&self, context: &Context, config: Value) -> DataOutcome;
}

/// The answer of a look-up.
#[derive(Debug, Clone, Default)]
pub struct DataOutcome {
    /// The configuration with the computed attributes filled in.
    pub state: Option<Value>,
    /// Messages.
    pub diagnostics: Diagnostics,
}

impl DataOutcome {
    /// It was found.
    pub fn found(state: Value) -> Self {
        Self {
            state: Some(state),
            diagnostics: Diagnostics::new(),
        }
    }

    /// It was not found, or could not be looked up.
    pub fn failed(diagnostics: impl Into<Diagnostics>) -> Self {
        Self {
            state: None,
            diagnostics: diagnostics.into(),
        }
    }
}
