//! `zt_user_handle`: under which fingerprint a session store knows a user.
//!
//! The pepper is read, used and dropped; what comes out is what audit lines and pages hold anyway and leads back to nobody
//! without the pepper. It promises that neither the pepper nor anything made of it but the fingerprint reaches the state.

use zt_framework::{Attribute, Context, DataOutcome, DataSource, Diagnostic, Path, Schema, Value, async_trait};
use zt_model::ids::Issuer;
use zt_model::session::Pepper;
use zt_model::store::page_key;

use crate::connection::{Connected, Connection};
use crate::edge_app::written;
use crate::failure;

/// The data source over a connection.
pub struct UserHandle {
    connection: Connection,
}

impl UserHandle {
    /// The data source over a connection.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

fn schema() -> Schema {
    Schema::new(
        "The fingerprint under which a session store knows a user: what audit lines and the store's pages hold instead of a \
         name. With it lines of the log can be found that are about somebody, and entries of the store be understood. The \
         fingerprint is no secret, and without the store's pepper nobody finds the user behind it. Reading needs \
         `secretsmanager:GetSecretValue` on the pepper.",
    )
    .attributes([
        Attribute::single(
            "session_store",
            "The session store: the `session_store` attribute of a `zt_session_store`.",
            [Attribute::string("pepper_secret_arn", "ARN of the secret with the pepper.").required()],
        )
        .required(),
        Attribute::single(
            "user",
            "The user.",
            [
                Attribute::string(
                    "issuer",
                    "Issuer of the identity provider, exactly as its ID tokens name it.",
                )
                .required()
                .validate(written::issuer),
                Attribute::string(
                    "subject",
                    "The user's value of the application's user claim, `sub` by default.",
                )
                .required()
                .validate(|value| match value.as_str() {
                    Some("") => Err("A subject is not empty; copy it from the identity provider.".to_owned()),
                    _ => Ok(()),
                }),
            ],
        )
        .required(),
        Attribute::string("fingerprint", "The user's fingerprint: twelve characters of base64url.").computed(),
        Attribute::string(
            "session_handle_prefix",
            "The first two characters of the handle of each of the user's sessions, as audit lines show them. One user in 4,096 \
             shares them.",
        )
        .computed(),
        Attribute::string("page_key", "Key of the page of the store that holds the user's entries.").computed(),
    ])
}

async fn pepper(connected: &Connected, arn: &str) -> Result<Pepper, Diagnostic> {
    let path = || Path::from("session_store").attribute("pepper_secret_arn");
    let value = connected.aws.secretsmanager().value(arn).await;
    let value = value.map_err(|error| failure::diagnostic(&error).at(path()))?;
    Pepper::from_document(value.value.expose()).ok_or_else(|| {
        Diagnostic::error(
            "This is not the pepper of a session store",
            format!("{arn} does not hold what the pepper's secret of a session store holds. Write `session_store = zt_session_store.<name>.session_store`."),
        )
        .at(path())
    })
}

#[async_trait]
impl DataSource for UserHandle {
    fn type_name(&self) -> &'static str {
        "zt_user_handle"
    }

    fn schema(&self) -> Schema {
        schema()
    }

    async fn read(&self, context: &Context, config: Value) -> DataOutcome {
        match self.look(context, config).await {
            Ok(state) => DataOutcome::found(state),
            Err(error) => DataOutcome::failed(error),
        }
    }
}

impl UserHandle {
    async fn look(&self, context: &Context, mut config: Value) -> Result<Value, Diagnostic> {
        let connected = self.connection.need(context)?;
        let text = |object: &str, name: &str| config.get(object).get(name).as_str().unwrap_or_default().to_owned();
        let issuer = Issuer::parse(&text("user", "issuer")).map_err(|error| {
            Diagnostic::error("The issuer cannot be read", error.to_string()).at(Path::from("user").attribute("issuer"))
        })?;
        let pepper = pepper(&connected, &text("session_store", "pepper_secret_arn")).await?;
        let user = pepper.user(&issuer, &text("user", "subject"));
        config.set("fingerprint", user.as_str());
        config.set("session_handle_prefix", user.page());
        config.set("page_key", page_key(&user));
        Ok(config)
    }
}
