//! The example provider.

mod shout;
mod thing;
mod thing_schema;
mod token;
mod upper;

use std::sync::Arc;
use zt_framework::{
    Attribute, Context, DataSource, Diagnostics, EphemeralResource, Function, Provider, Resource, Schema, Value,
    async_trait,
};

/// The example provider.
pub struct Example;

#[async_trait]
impl Provider for Example {
    fn name(&self) -> &'static str {
        "example"
    }

    fn schema(&self) -> Schema {
        Schema::new("A provider for tests.").attributes([
            Attribute::string("endpoint", "Where things are; `bad` is refused.").optional(),
            Attribute::string("token", "Access.").optional().sensitive(),
        ])
    }

    async fn validate(&self, _: &Context, config: &Value, diagnostics: &mut Diagnostics) {
        if config.get("endpoint").as_str() == Some("bad") {
            diagnostics.error_at("endpoint", "Bad endpoint", "The endpoint is bad. Write another.");
        }
    }

    async fn configure(&self, context: &Context, config: Value) -> Diagnostics {
        let version = context.terraform_version.as_deref().unwrap_or("none");
        tracing::info!(version, token = config.get("token").as_str(), "configured");
        tracing::debug!(target: "some_library", "a library speaks");
        Diagnostics::new()
    }

    fn resources(&self) -> Vec<Arc<dyn Resource>> {
        vec![Arc::new(thing::Thing)]
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource>> {
        vec![Arc::new(upper::Upper)]
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        vec![Arc::new(shout::Shout)]
    }

    fn ephemeral_resources(&self) -> Vec<Arc<dyn EphemeralResource>> {
        vec![Arc::new(token::Token)]
    }
}
