//! Who logs users in, and how long that holds.

use super::{attribute, read};
use zt_framework::{Diagnostics, Value};

/// Where the client secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) enum ClientSecret {
    /// A public client.
    None,
    /// A secret of the user's.
    Given(String),
    /// A secret that the application owns; the number tells one value from the next.
    Owned(i64),
}

/// Names of claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) struct Claims {
    pub(in crate::edge_app) user: String,
    pub(in crate::edge_app) email: String,
    pub(in crate::edge_app) groups: String,
    pub(in crate::edge_app) roles: String,
    pub(in crate::edge_app) session: String,
}

/// Endpoints that the user wrote down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::edge_app) struct Overrides {
    pub(in crate::edge_app) authorization: Option<String>,
    pub(in crate::edge_app) token: Option<String>,
    pub(in crate::edge_app) jwks: Option<String>,
    pub(in crate::edge_app) end_session: Option<String>,
}

impl Overrides {
    /// Whether nothing is left to discover.
    pub(in crate::edge_app) fn suffice(&self) -> bool {
        self.authorization.is_some() && self.token.is_some() && self.jwks.is_some()
    }
}

/// Endpoints in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) struct Endpoints {
    pub(in crate::edge_app) authorization: String,
    pub(in crate::edge_app) token: String,
    pub(in crate::edge_app) jwks: String,
    pub(in crate::edge_app) end_session: Option<String>,
    pub(in crate::edge_app) issuer_in_response: bool,
}

/// The identity provider as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) struct IdentityProvider {
    pub(in crate::edge_app) issuer: String,
    pub(in crate::edge_app) client_id: String,
    pub(in crate::edge_app) secret: ClientSecret,
    /// Unset while the provider still has to be asked.
    pub(in crate::edge_app) authentication: Option<String>,
    pub(in crate::edge_app) scopes: Vec<String>,
    pub(in crate::edge_app) algorithms: Vec<String>,
    pub(in crate::edge_app) auth_time_optional: bool,
    pub(in crate::edge_app) overrides: Overrides,
    pub(in crate::edge_app) claims: Claims,
}

/// Lifetimes in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::edge_app) struct Lifetimes {
    pub(in crate::edge_app) session: u64,
    pub(in crate::edge_app) absolute: u64,
}

pub(super) fn read(value: &Value, diagnostics: &mut Diagnostics) -> Option<IdentityProvider> {
    let path = attribute("identity_provider");
    let given = value.get("client_secret_arn");
    let version = value.get("client_secret_wo_version");
    if !given.is_null() && !version.is_null() {
        diagnostics.error_at(
            path.clone().attribute("client_secret_arn"),
            "Two client secrets",
            "client_secret_arn names a secret of yours, client_secret_wo_version asks for one of the application's. \
             Keep one of them.",
        );
        return None;
    }
    // Only a configuration shows the write-only value; plan and state never do.
    if !value.get("client_secret_wo").is_null() && version.is_null() {
        diagnostics.error_at(
            path.attribute("client_secret_wo_version"),
            "Version of the client secret missing",
            "client_secret_wo is never stored, so nobody could tell whether it has changed. Give \
             client_secret_wo_version, a number to raise with each new secret.",
        );
        return None;
    }
    let secret = match (read::optional_text(given)?, version.is_unknown()) {
        (_, true) => return None,
        (Some(arn), _) => ClientSecret::Given(arn),
        (None, _) => version.as_i64().map_or(ClientSecret::None, ClientSecret::Owned),
    };
    let authentication = value.get("client_authentication");
    if secret == ClientSecret::None && authentication.as_str().is_some_and(|way| way != "none") {
        diagnostics.error_at(
            path.attribute("client_authentication"),
            "Client secret missing",
            "This way of client authentication needs a secret. Give client_secret_arn, or client_secret_wo with \
             client_secret_wo_version, or write `none` for a public client.",
        );
        return None;
    }
    Some(IdentityProvider {
        issuer: read::text(value.get("issuer"))?,
        client_id: read::text(value.get("client_id"))?,
        secret,
        authentication: read::text(authentication),
        scopes: read::texts_or(value.get("scopes"), &["openid", "profile", "email"])?,
        algorithms: read::texts_or(value.get("signing_algorithms"), &["RS256"])?,
        auth_time_optional: value.get("auth_time_optional").as_bool().unwrap_or_default(),
        overrides: overrides(value.get("endpoints"))?,
        claims: claims(value.get("claims"))?,
    })
}

fn overrides(value: &Value) -> Option<Overrides> {
    if value.is_unknown() {
        return None;
    }
    Some(Overrides {
        authorization: read::optional_text(value.get("authorization"))?,
        token: read::optional_text(value.get("token"))?,
        jwks: read::optional_text(value.get("jwks"))?,
        end_session: read::optional_text(value.get("end_session"))?,
    })
}

fn claims(value: &Value) -> Option<Claims> {
    if value.is_unknown() {
        return None;
    }
    Some(Claims {
        user: read::text_or(value.get("user"), "sub")?,
        email: read::text_or(value.get("email"), "email")?,
        groups: read::text_or(value.get("groups"), "groups")?,
        roles: read::text_or(value.get("roles"), "roles")?,
        session: read::text_or(value.get("session"), "sid")?,
    })
}

pub(super) fn lifetimes(value: &Value) -> Option<Lifetimes> {
    if value.is_unknown() {
        return None;
    }
    let read = |name, default| {
        let text = read::text_or(value.get(name), default)?;
        read::seconds(&text)
    };
    Some(Lifetimes {
        session: read("lifetime", "1h")?,
        absolute: read("absolute_lifetime", "12h")?,
    })
}

/// The endpoints that a plan or a state pinned.
pub(super) fn pinned(value: &Value) -> Option<Endpoints> {
    Some(Endpoints {
        authorization: read::text(value.get("authorization"))?,
        token: read::text(value.get("token"))?,
        jwks: read::text(value.get("jwks"))?,
        end_session: read::optional_text(value.get("end_session"))?,
        issuer_in_response: value.get("issuer_in_response").as_bool()?,
    })
}

impl Endpoints {
    /// As the attribute shows them.
    pub(in crate::edge_app) fn value(&self) -> Value {
        Value::object([
            ("authorization", Value::from(self.authorization.as_str())),
            ("token", Value::from(self.token.as_str())),
            ("jwks", Value::from(self.jwks.as_str())),
            ("end_session", Value::from(self.end_session.clone())),
            ("issuer_in_response", Value::from(self.issuer_in_response)),
        ])
    }
}
