//! `zt_oidc_discovery`: what an OpenID Connect provider says about itself, with the checks that `zt_edge_app` makes.
//!
//! It looks and never decides: a document that an application could not use is an error here as well, so that a configuration
//! learns of it where the issuer is written.

use zt_framework::{
    Attribute, Context, DataOutcome, DataSource, Diagnostic, Diagnostics, Schema, Type, Value, async_trait,
};

use crate::discovery::{Discovery, DiscoveryError, Document, Fetch, HttpsFetch};
use crate::edge_app::written;

/// The data source; it asks each issuer once.
pub struct OidcDiscovery {
    discovery: Discovery,
}

impl Default for OidcDiscovery {
    fn default() -> Self {
        Self::fetching(HttpsFetch::default())
    }
}

impl OidcDiscovery {
    fn fetching(fetch: impl Fetch) -> Self {
        Self {
            discovery: Discovery::new(fetch),
        }
    }
}

fn schema() -> Schema {
    let text = |name, description: &str| Attribute::string(name, description).computed();
    Schema::new(
        "What an OpenID Connect provider says about itself in its discovery document. The checks are those of \
         `zt_edge_app`: the document names exactly this issuer, its endpoints are https, and neither the code flow nor PKCE \
         with S256 is ruled out.",
    )
    .attributes([
        Attribute::string(
            "issuer",
            "Issuer URL, exactly as the provider writes it into its tokens; https. With `{tenantid}` in it the document of \
             any tenant of Entra ID is asked for.",
        )
        .required()
        .validate(written::issuer),
        Attribute::list_of(
            "signing_algorithms",
            Type::String,
            "Algorithms of which the provider has to offer one, as in `zt_edge_app`. Default: `RS256`.",
        )
        .optional()
        .validate(written::algorithms),
        text("authorization_endpoint", "Where logins start."),
        text("token_endpoint", "Where codes are redeemed."),
        text("jwks_uri", "Where the provider's keys are."),
        text("end_session_endpoint", "Where a logout goes on; null when the provider has none."),
        text("revocation_endpoint", "Where tokens are revoked; null when the provider has none."),
        Attribute::bool(
            "issuer_in_response",
            "Whether the provider names itself in its answers (RFC 9207).",
        )
        .computed(),
        Attribute::list_of(
            "token_endpoint_auth_methods_supported",
            Type::String,
            "Ways in which a client may prove itself at the token endpoint.",
        )
        .computed(),
        Attribute::list_of(
            "id_token_signing_alg_values_supported",
            Type::String,
            "Algorithms of ID tokens; null when the provider does not list them.",
        )
        .computed(),
        Attribute::single(
            "endpoints",
            "The endpoints under the names that `identity_provider.endpoints` of `zt_edge_app` has.",
            ["authorization", "token", "jwks", "end_session", "revocation"]
                .map(|name| text(name, &format!("The {name} endpoint."))),
        )
        .computed(),
    ])
}

fn filled(mut config: Value, document: &Document) -> Value {
    config.set("authorization_endpoint", document.authorization.as_str());
    config.set("token_endpoint", document.token.as_str());
    config.set("jwks_uri", document.jwks.as_str());
    config.set("end_session_endpoint", document.end_session.clone());
    config.set("revocation_endpoint", document.revocation.clone());
    config.set("issuer_in_response", document.issuer_in_response);
    config.set(
        "token_endpoint_auth_methods_supported",
        Value::list(document.authentication.iter().map(String::as_str)),
    );
    let algorithms = document.algorithms.as_ref();
    config.set(
        "id_token_signing_alg_values_supported",
        algorithms.map_or(Value::Null, |all| Value::list(all.iter().map(String::as_str))),
    );
    let endpoints = [
        ("authorization", Value::from(document.authorization.as_str())),
        ("token", Value::from(document.token.as_str())),
        ("jwks", Value::from(document.jwks.as_str())),
        ("end_session", Value::from(document.end_session.clone())),
        ("revocation", Value::from(document.revocation.clone())),
    ];
    config.set("endpoints", Value::object(endpoints));
    config
}

fn failure(error: &DiscoveryError) -> Diagnostic {
    let (summary, what) = match error {
        DiscoveryError::Unreachable { .. } => (
            "The provider's discovery document cannot be read",
            "Check the issuer, and that this machine reaches it.",
        ),
        DiscoveryError::OtherIssuer { .. } => (
            "The issuer is another one",
            "Tokens name the issuer of the document, and are compared byte for byte. Copy it from the document.",
        ),
        DiscoveryError::Unusable { .. } => (
            "The provider cannot be used",
            "The auth function needs it for every login. See what the provider can be configured to offer.",
        ),
    };
    Diagnostic::error(summary, format!("{error}. {what}")).at("issuer")
}

/// What an application would ask of the provider beyond its document.
fn check(document: &Document, config: &Value) -> Result<(), Diagnostic> {
    let wanted: Vec<String> = match config.get("signing_algorithms") {
        Value::Null => vec!["RS256".to_owned()],
        written => written
            .elements()
            .iter()
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect(),
    };
    if !document.missing_algorithms(&wanted) {
        return Ok(());
    }
    let offered = document.algorithms.as_deref().unwrap_or_default().join(", ");
    Err(Diagnostic::error(
        "The provider signs with other algorithms",
        format!(
            "It signs ID tokens with {offered}, and none of {} is among them: every login would be refused. Write one that it \
             offers.",
            wanted.join(", ")
        ),
    )
    .at("signing_algorithms"))
}

#[async_trait]
impl DataSource for OidcDiscovery {
    fn type_name(&self) -> &'static str {
        "zt_oidc_discovery"
    }

    fn schema(&self) -> Schema {
        schema()
    }

    async fn read(&self, _context: &Context, config: Value) -> DataOutcome {
        let issuer = config.get("issuer").as_str().unwrap_or_default();
        match self.discovery.of(issuer).await {
            Err(error) => DataOutcome::failed(Diagnostics::from(failure(&error))),
            Ok(document) => match check(&document, &config) {
                Err(error) => DataOutcome::failed(error),
                Ok(()) => DataOutcome::found(filled(config, &document)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::only::Only;

    /// One issuer with a document; every other address is silent.
    struct One(&'static str);

    #[async_trait]
    impl Fetch for One {
        async fn get(&self, address: &str) -> Result<Vec<u8>, String> {
            match address {
                "https://idp.example.com/.well-known/openid-configuration" => Ok(self.0.as_bytes().to_vec()),
                _ => Err("connection refused".to_owned()),
            }
        }
    }

    const DOCUMENT: &str = r#"{"issuer":"https://idp.example.com","authorization_endpoint":"https://idp.example.com/a",
        "token_endpoint":"https://idp.example.com/t","jwks_uri":"https://idp.example.com/k",
        "end_session_endpoint":"https://idp.example.com/out","id_token_signing_alg_values_supported":["ES256"]}"#;

    async fn read(document: &'static str, config: Value) -> Result<Value, String> {
        let core = Only::data_source(Arc::new(OidcDiscovery::fetching(One(document))));
        let read = core.read_data("zt_oidc_discovery", &config).await;
        read.map_err(|failure| format!("{failure:?}"))
    }

    fn config(issuer: &str) -> Value {
        Value::object([("issuer", issuer.into()), ("signing_algorithms", vec!["ES256"].into())])
    }

    #[tokio::test]
    async fn endpoints_come_under_both_names() {
        let read = read(DOCUMENT, config("https://idp.example.com")).await.unwrap();
        assert_eq!(read.get("jwks_uri").as_str(), Some("https://idp.example.com/k"));
        let endpoints = read.get("endpoints");
        assert_eq!(
            endpoints.get("end_session").as_str(),
            Some("https://idp.example.com/out")
        );
        assert!(endpoints.get("revocation").is_null());
        assert_eq!(
            read.get("token_endpoint_auth_methods_supported"),
            &Value::list(["client_secret_basic"])
        );
    }

    #[tokio::test]
    async fn what_an_application_could_not_use_is_an_error_at_its_attribute() {
        for (issuer, algorithms, path, words) in [
            (
                "https://other.example.com",
                Some("ES256"),
                "issuer",
                "connection refused",
            ),
            ("http://idp.example.com", Some("ES256"), "issuer", "not https"),
            ("https://idp.example.com", None, "signing_algorithms", "ES256"),
            (
                "https://idp.example.com",
                Some("HS256"),
                "signing_algorithms",
                "asymmetric",
            ),
        ] {
            let mut config = config(issuer);
            config.set(
                "signing_algorithms",
                algorithms.map_or(Value::Null, |one| vec![one].into()),
            );
            let error = read(DOCUMENT, config).await.unwrap_err();
            assert!(error.contains(path) && error.contains(words), "{error}");
        }
        let elsewhere = r#"{"issuer":"https://idp.example.com/"}"#;
        let error = read(elsewhere, config("https://idp.example.com")).await.unwrap_err();
        assert!(error.contains("another one"), "{error}");
    }
}
