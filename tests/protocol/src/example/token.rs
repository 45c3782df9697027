//! An ephemeral resource.

use std::time::{Duration, SystemTime};
use zt_framework::{
    Attribute, Context, Diagnostic, Diagnostics, EphemeralResource, OpenOutcome, RenewOutcome, Schema, Value,
    async_trait,
};

pub(super) struct Token;

#[async_trait]
impl EphemeralResource for Token {
    fn type_name(&self) -> &'static str {
        "example_token"
    }

    fn schema(&self) -> Schema {
        Schema::new("A token that is never stored.").attributes([
            Attribute::string("who", "For whom.").required(),
            Attribute::string("token", "The token.").computed().sensitive(),
        ])
    }

    async fn open(&self, _: &Context, config: Value) -> OpenOutcome {
        let Some(who) = config.get("who").as_str() else {
            return OpenOutcome::failed(Diagnostic::error("Nobody", "Say for whom.").at("who"));
        };
        let mut outcome = OpenOutcome::opened(config.clone().with("token", format!("canary-{who}")));
        outcome.private = b"opened".to_vec();
        outcome.renew_at = SystemTime::now().checked_add(Duration::from_secs(600));
        outcome
    }

    async fn renew(&self, _: &Context, private: Vec<u8>) -> RenewOutcome {
        RenewOutcome {
            private: [private, b"+".to_vec()].concat(),
            ..RenewOutcome::default()
        }
    }

    async fn close(&self, _: &Context, private: Vec<u8>) -> Diagnostics {
        tracing::info!(private = ?String::from_utf8_lossy(&private), "closed");
        Diagnostics::new()
    }
}
