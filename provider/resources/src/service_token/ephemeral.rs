//! The ephemeral resource `zt_service_token`: the token itself, for one run of Terraform and never stored.

use zt_aws::error::optional;
use zt_framework::{Attribute, Context, Diagnostic, EphemeralResource, OpenOutcome, Path, Schema, Value, async_trait};

use super::HEADER;
use super::content::{Content, end};
use crate::connection::Connection;
use crate::failure::diagnostic;
use crate::session_revocation::time;

/// The ephemeral resource `zt_service_token`.
pub struct ServiceTokenValue {
    connection: Connection,
}

impl ServiceTokenValue {
    /// The ephemeral resource over this connection.
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }

    async fn token(&self, context: &Context, arn: &str) -> Result<Value, Diagnostic> {
        let secrets = self.connection.need(context)?.aws.secretsmanager();
        let value = optional(secrets.value(arn).await).map_err(|error| diagnostic(&error))?;
        let content = value.and_then(|value| Content::parse(&value.value)).ok_or_else(|| {
            Diagnostic::error(
                "There is no service token",
                format!("{arn} is not the secret of a service token, or does not exist. Write secret_arn = zt_service_token.<name>.secret_arn."),
            )
            .at(Path::root().attribute("secret_arn"))
        })?;
        Ok(Value::object([
            ("secret_arn", arn.into()),
            ("header", HEADER.into()),
            ("token", content.token().expose().into()),
            ("token_id", content.id.as_str().into()),
            (
                "expires_at",
                end(content.document.present().expires).map(time::format).into(),
            ),
        ]))
    }
}

#[async_trait]
impl EphemeralResource for ServiceTokenValue {
    fn type_name(&self) -> &'static str {
        "zt_service_token"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "The token of a `zt_service_token`, read from Secrets Manager for one run and never stored. Needs Terraform 1.10 or \
             OpenTofu 1.11.",
        )
        .attributes([
            Attribute::string("secret_arn", "ARN of the secret: `secret_arn` of a `zt_service_token`.").required(),
            Attribute::string("expires_at", "When the token ends; null when it does not by itself.").computed(),
            Attribute::string("header", "Header in which a caller sends it: `x-zt-service-token`.").computed(),
            Attribute::string("token", "What a caller sends.").computed().sensitive(),
            Attribute::string("token_id", "Public half of the token.").computed(),
        ])
    }

    async fn open(&self, context: &Context, config: Value) -> OpenOutcome {
        let arn = config.get("secret_arn").as_str().unwrap_or_default();
        match self.token(context, arn).await {
            Ok(value) => OpenOutcome::opened(value),
            Err(error) => OpenOutcome::failed(error),
        }
    }
}
