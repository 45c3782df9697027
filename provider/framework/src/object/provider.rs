//! The provider itself.

use super::{Context, DataSource, EphemeralResource, Function, Resource};
use crate::diagnostics::Diagnostics;
use crate::schema::Schema;
use crate::value::Value;
use async_trait::async_trait;
use std::sync::Arc;

/// A provider: its configuration and all it offers.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The local name, which all type names begin with.
    fn name(&self) -> &'static str;

    /// The schema of the provider block.
    fn schema(&self) -> Schema;

    /// Checks across attributes; values may be unknown.
    async fn validate(&self, _context: &Context, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Takes the configuration. Values may be unknown when a plan needs the provider before they are known.
    async fn configure(&self, context: &Context, config: Value) -> Diagnostics;

    /// The managed resources.
    fn resources(&self) -> Vec<Arc<dyn Resource>> {
        Vec::new()
    }

    /// The data sources.
    fn data_sources(&self) -> Vec<Arc<dyn DataSource>> {
        Vec::new()
    }

    /// The functions.
    fn functions(&self) -> Vec<Arc<dyn Function>> {
        Vec::new()
    }

    /// The ephemeral resources.
    fn ephemeral_resources(&self) -> Vec<Arc<dyn EphemeralResource>> {
        Vec::new()
    }
}
