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
    pub(in crate::edge_app) revocation: Option<String>,
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
    pub(in crate::edge_app) revocation: Option<String>,
    pub(in crate::edge_app) issuer_in_response: bool,
}

/// How the token of AWS STS is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) struct Federation {
    pub(in crate::edge_app) audience: String,
    pub(in crate::edge_app) algorithm: String,
    pub(in crate::edge_app) region: String,
}

/// Who may add claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) struct Hook {
    pub(in crate::edge_app) url: String,
    pub(in crate::edge_app) secret_arn: String,
    pub(in crate::edge_app) timeout_ms: u64,
}

impl Lifetimes {
    /// How long the cookie of a session may be shown again: with a refresh token to the absolute deadline.
    pub(in crate::edge_app) fn longest(&self) -> u64 {
        match self.refresh {
            true => self.absolute.max(self.session),
            false => self.session,
        }
    }
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
    pub(in crate::edge_app) federation: Option<Federation>,
    /// Empty: the issuer is the only tenant.
    pub(in crate::edge_app) tenants: Vec<String>,
    pub(in crate::edge_app) group_overage: Option<String>,
    pub(in crate::edge_app) back_channel_logout: bool,
    pub(in crate::edge_app) hook: Option<Hook>,
}

/// Lifetimes in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::edge_app) struct Lifetimes {
    pub(in crate::edge_app) session: u64,
    pub(in crate::edge_app) absolute: u64,
    /// Whether a refresh token renews sessions.
    pub(in crate::edge_app) refresh: bool,
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
    if !fits_together(value, &secret, diagnostics) {
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
        federation: read::present(value.get("federation"), federation)?,
        tenants: read::texts(value.get("tenants"))?,
        group_overage: read::optional_text(value.get("group_overage_endpoint"))?,
        back_channel_logout: read::flag(value.get("back_channel_logout"), false)?,
        hook: read::present(value.get("claims_hook"), hook)?,
    })
}

/// Whether secret, way of authentication, federation and tenants fit together; what does not is told.
fn fits_together(value: &Value, secret: &ClientSecret, diagnostics: &mut Diagnostics) -> bool {
    let path = attribute("identity_provider");
    let way = value.get("client_authentication").as_str();
    let needs_secret = way.is_some_and(|way| way != "none" && way != "federated");
    let federated = way == Some("federated");
    let tenants = value.get("tenants");
    let template = value
        .get("issuer")
        .as_str()
        .map(|issuer| issuer.matches("{tenantid}").count());
    let mistakes = [
        (
            *secret == ClientSecret::None && needs_secret,
            "client_authentication",
            "Client secret missing",
            "This way of client authentication needs a secret. Give client_secret_arn, or client_secret_wo with \
             client_secret_wo_version, or write `none` for a public client.",
        ),
        (
            *secret != ClientSecret::None && federated,
            "client_authentication",
            "Client secret not used",
            "With `federated` a token of AWS STS proves the application, and a secret would only lie around. Remove the \
             secret, or choose another client_authentication.",
        ),
        (
            federated && value.get("federation").is_null(),
            "federation",
            "Audience of the federation missing",
            "The provider accepts the token of AWS STS for one audience only. Give federation = { audience = \"…\" }, for \
             Entra ID \"api://AzureADTokenExchange\".",
        ),
        (
            way.is_some() && !federated && value.get("federation").is_set(),
            "federation",
            "Federation not used",
            "The token of AWS STS is asked for only with client_authentication = \"federated\". Write that, or remove \
             federation.",
        ),
        (
            tenants.is_set() && template.is_some_and(|count| count != 1),
            "issuer",
            "The issuer names no tenant",
            "With tenants, each tenant is an issuer of its own. Write {tenantid} where its id stands, for example \
             \"https://login.microsoftonline.com/{tenantid}/v2.0\".",
        ),
        (
            tenants.is_null() && template.is_some_and(|count| count > 0),
            "tenants",
            "Tenants missing",
            "The issuer stands for every tenant there is, so anybody could log in. List the ids of the tenants whose users \
             may come.",
        ),
        (
            tenants.is_set() && tenants.is_wholly_known() && tenants.elements().is_empty(),
            "tenants",
            "Nobody can log in",
            "The list of tenants is empty. List the ids of the tenants whose users may come.",
        ),
    ];
    let mut right = true;
    for (_, name, summary, detail) in mistakes.into_iter().filter(|(wrong, ..)| *wrong) {
        diagnostics.error_at(path.clone().attribute(name), summary, detail);
        right = false;
    }
    right
}

fn federation(value: &Value) -> Option<Federation> {
    Some(Federation {
        audience: read::text(value.get("audience"))?,
        algorithm: read::text_or(value.get("algorithm"), "RS256")?,
        region: read::text_or(value.get("region"), "us-east-1")?,
    })
}

fn hook(value: &Value) -> Option<Hook> {
    Some(Hook {
        url: read::text(value.get("url"))?,
        secret_arn: read::text(value.get("secret_arn"))?,
        timeout_ms: u64::try_from(read::number(value.get("timeout_ms"), 1500)?).ok()?,
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
        revocation: read::optional_text(value.get("revocation"))?,
    })
}

pub(in crate::edge_app) fn claims(value: &Value) -> Option<Claims> {
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
        refresh: read::flag(value.get("refresh"), false)?,
    })
}

/// The endpoints that a plan or a state pinned.
pub(super) fn pinned(value: &Value) -> Option<Endpoints> {
    Some(Endpoints {
        authorization: read::text(value.get("authorization"))?,
        token: read::text(value.get("token"))?,
        jwks: read::text(value.get("jwks"))?,
        end_session: read::optional_text(value.get("end_session"))?,
        revocation: read::optional_text(value.get("revocation"))?,
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
            ("revocation", Value::from(self.revocation.clone())),
            ("issuer_in_response", Value::from(self.issuer_in_response)),
        ])
    }
}
