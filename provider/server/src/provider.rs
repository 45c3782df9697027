//! The provider: its schema, its configuration, and what the registry offers.

use crate::{schema, settings};
use std::sync::Arc;
use zt_aws::Aws;
use zt_framework::{Context, DataSource, Diagnostic, Diagnostics, EphemeralResource, Function, Provider, Resource};
use zt_framework::{Schema, Value, async_trait};
use zt_resources::connection::{Connected, Connection};
use zt_resources::registry;

pub(crate) struct ZtProvider {
    connection: Connection,
    /// Appended to the user agent of every call, from `TF_APPEND_USER_AGENT`.
    user_agent_suffix: Option<String>,
}

impl ZtProvider {
    pub(crate) fn new(user_agent_suffix: Option<String>) -> Self {
        Self {
            connection: Connection::default(),
            user_agent_suffix,
        }
    }

    fn user_agent(&self, context: &Context) -> String {
        let terraform = context.terraform_version.as_deref().unwrap_or("unknown");
        let ours = format!(
            "terraform-provider-zt/{} Terraform/{terraform}",
            env!("CARGO_PKG_VERSION")
        );
        match &self.user_agent_suffix {
            Some(suffix) => format!("{ours} {suffix}"),
            None => ours,
        }
    }
}

#[async_trait]
impl Provider for ZtProvider {
    fn name(&self) -> &'static str {
        "zt"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    async fn configure(&self, context: &Context, config: Value) -> Diagnostics {
        if !config.is_wholly_known() {
            // A plan may need the provider before its values are known; each object then says so for itself.
            tracing::debug!("the provider's configuration is not wholly known yet");
            return Diagnostics::new();
        }
        let settings = settings::settings(&config, self.user_agent(context));
        match Aws::connect(settings).await {
            Ok(aws) => {
                self.connection
                    .set(Connected::new(aws, settings::default_tags(&config)));
                Diagnostics::new()
            }
            Err(error) => {
                let explanation = error.explain();
                Diagnostic::error(explanation.summary, explanation.detail).into()
            }
        }
    }

    fn resources(&self) -> Vec<Arc<dyn Resource>> {
        registry::resources(&self.connection)
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource>> {
        registry::data_sources(&self.connection)
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        registry::functions()
    }

    fn ephemeral_resources(&self) -> Vec<Arc<dyn EphemeralResource>> {
        registry::ephemeral_resources(&self.connection)
    }
}
