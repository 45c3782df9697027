//! `config.json` of the auth function: everything it must know that is no secret.

use serde::Serialize;

/// How the application authenticates at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// A public client; PKCE alone.
    None,
    /// The secret in the Authorization header.
    ClientSecretBasic,
    /// The secret in the body.
    ClientSecretPost,
    /// A signed assertion of its own key (RFC 7523).
    PrivateKeyJwt,
    /// A token of AWS STS as assertion; no secret exists.
    Federated,
}

/// The configuration, with the names of the edge contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuthConfig {
    /// Name of the application.
    pub application: String,
    /// Name of its store.
    pub store: String,
    /// Its domains; empty for the distribution's own.
    pub hosts: Vec<String>,
    /// The port viewers use.
    pub port: u16,
    /// Auth prefix.
    pub prefix: String,
    /// Name of the session cookie.
    pub cookie: String,
    /// Its `Domain`; set exactly when the cookie is not host-only.
    pub cookie_domain: Option<String>,
    /// Issuer, as tokens name it.
    pub issuer: String,
    /// Client id.
    pub client_id: String,
    /// How to authenticate at the token endpoint.
    pub client_authentication: ClientAuthentication,
    /// Where a login begins.
    pub authorization_endpoint: String,
    /// Where a code is redeemed.
    pub token_endpoint: String,
    /// Where the keys are.
    pub jwks_uri: String,
    /// Where a logout goes on, if the provider has such a place.
    pub end_session_endpoint: Option<String>,
    /// Whether the provider sends `iss` with the code (RFC 9207).
    pub iss_parameter: bool,
    /// Scopes to ask for.
    pub scopes: Vec<String>,
    /// Signature algorithms to accept.
    pub algorithms: Vec<String>,
    /// Which claim means what.
    pub claims: ClaimNames,
    /// Claims that travel in the session.
    pub session_claims: Vec<String>,
    /// Lifetime of a session between refreshes, in seconds.
    pub lifetime: u64,
    /// Lifetime of a session in all, in seconds.
    pub absolute_lifetime: u64,
    /// Unused since every login asks for its time; kept for the form of the document.
    pub fresh_on_expiry: bool,
    /// Whether ID tokens may leave out when the user authenticated.
    pub auth_time_optional: bool,
    /// Where the secrets are.
    pub secrets: SecretReferences,
    /// Where a refused user finds help.
    pub support_url: Option<String>,
    /// Name of the application for people.
    pub title: String,
    /// What an application may do without.
    #[serde(flatten)]
    pub features: Features,
}

/// Members that are left out where their feature is off, so that an application without it keeps its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Features {
    /// Whether sessions are renewed with a refresh token.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub refresh: bool,
    /// Where tokens are revoked (RFC 7009).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<String>,
    /// Queue of the session store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<Queue>,
    /// Whether back-channel logouts are taken.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub backchannel: bool,
    /// Whose security events are taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<Trusted>,
    /// Whose bearer tokens are exchanged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bearer: Vec<Bearer>,
    /// The signed assertion for the origin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assertion: Option<Assertion>,
    /// Tenants whose users may come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenants: Option<Vec<String>>,
    /// Where groups are asked for that do not fit into a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overage: Option<Overage>,
    /// How the token of AWS STS is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub federation: Option<Federation>,
    /// Who may add claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hook: Option<Hook>,
}

/// Queue of a session store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// Its URL.
    pub url: String,
    /// Its region.
    pub region: String,
    /// Endpoint of SQS, where it is not AWS's own.
    pub endpoint: Option<String>,
}

/// Whose signed messages are taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trusted {
    /// Issuer.
    pub issuer: String,
    /// Where its keys are.
    pub jwks_uri: String,
    /// Audience that the messages must name.
    pub audience: String,
    /// Signature algorithms to accept.
    pub algorithms: Vec<String>,
}

/// Whose bearer tokens are exchanged for sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bearer {
    /// Issuer, keys, audience and algorithms.
    #[serde(flatten)]
    pub trusted: Trusted,
    /// The `typ` that the tokens must have, where one is asked for.
    #[serde(rename = "type")]
    pub token_type: Option<String>,
    /// Longest lifetime of such a session, in seconds.
    pub lifetime: u64,
}

/// The signed assertion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assertion {
    /// ARN of its keys.
    pub secret: String,
    /// Its audience.
    pub audience: String,
}

/// Where groups are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overage {
    /// Address that lists the groups of the token's user.
    pub endpoint: String,
}

/// How the token of AWS STS is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Federation {
    /// Audience of the token.
    pub audience: String,
    /// Signature algorithm.
    pub algorithm: String,
    /// Region of STS.
    pub region: String,
    /// Endpoint of STS, where it is not AWS's own.
    pub endpoint: Option<String>,
}

/// Who may add claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hook {
    /// Address of the hook.
    pub url: String,
    /// ARN of the key that signs requests to it.
    pub secret: String,
    /// How long an answer may take.
    pub timeout_ms: u64,
}

/// Which claim means what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimNames {
    /// Who the user is.
    pub user: String,
    /// E-mail address.
    pub email: String,
    /// Groups.
    pub groups: String,
    /// Roles.
    pub roles: String,
    /// The provider's own session id.
    pub session: String,
}

/// Where the secrets are; never what they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretReferences {
    /// Region of Secrets Manager.
    pub region: String,
    /// Endpoint, where it is not AWS's own.
    pub endpoint: Option<String>,
    /// ARN of the keys.
    pub keys: String,
    /// ARN of the membership document.
    pub membership: String,
    /// ARN of the store's pepper.
    pub pepper: String,
    /// ARN of the client secret, where there is one.
    pub client_secret: Option<String>,
}

#[derive(Serialize)]
struct Versioned<'a> {
    v: u64,
    #[serde(flatten)]
    config: &'a AuthConfig,
}

impl AuthConfig {
    /// The content of `config.json`.
    ///
    /// # Errors
    /// Never in practice: strings, numbers and lists always serialise.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Versioned { v: 1, config: self })
    }
}
