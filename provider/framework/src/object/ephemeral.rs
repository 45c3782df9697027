//! Ephemeral resources: values that exist for one run and are never stored.

use super::Context;
use crate::diagnostics::Diagnostics;
use crate::schema::Schema;
use crate::value::Value;
use async_trait::async_trait;
use std::time::SystemTime;

/// A kind of ephemeral value.
#[async_trait]
pub trait EphemeralResource: Send + Sync + 'static {
    /// The type as users write it.
    fn type_name(&self) -> &'static str;

    /// The schema of its result, the configuration included.
    fn schema(&self) -> Schema;

    /// Checks across attributes, after the rules of the schema; values may be unknown.
    async fn validate(&self, _context: &Context, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Makes the value.
    async fn open(&self, context: &Context, config: Value) -> OpenOutcome;

    /// Makes it last longer.
    async fn renew(&self, _context: &Context, _private: Vec<u8>) -> RenewOutcome {
        RenewOutcome::default()
    }

    /// Gives it back.
    async fn close(&self, _context: &Context, _private: Vec<u8>) -> Diagnostics {
        Diagnostics::new()
    }
}

/// The answer of an open.
#[derive(Debug, Clone, Default)]
pub struct OpenOutcome {
    /// The configuration with the computed attributes filled in.
    pub result: Option<Value>,
    /// Handed back at renew and close; Terraform keeps it in memory only.
    pub private: Vec<u8>,
    /// When Terraform should renew it.
    pub renew_at: Option<SystemTime>,
    /// Messages.
    pub diagnostics: Diagnostics,
}

impl OpenOutcome {
    /// It is there.
    pub fn opened(result: Value) -> Self {
        Self {
            result: Some(result),
            ..Self::default()
        }
    }

    /// It could not be made.
    pub fn failed(diagnostics: impl Into<Diagnostics>) -> Self {
        Self {
            diagnostics: diagnostics.into(),
            ..Self::default()
        }
    }
}

/// The answer of a renewal.
#[derive(Debug, Clone, Default)]
pub struct RenewOutcome {
    /// Replaces what was handed over at open.
    pub private: Vec<u8>,
    /// When Terraform should renew it again.
    pub renew_at: Option<SystemTime>,
    /// Messages.
    pub diagnostics: Diagnostics,
}
