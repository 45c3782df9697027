//! From the configured request and identity to the model's question.

use serde_json::Map;
use zt_framework::value::json;
use zt_framework::{Diagnostics, Path, Value};
use zt_model::address::Address;
use zt_model::duration::Duration;
use zt_model::explain::{Caller, Explanation, Question};
use zt_model::ids::Country;
use zt_model::instant::Instant;

use crate::edge_app::written::Access;

/// When the hypothetical request is made. Only the age of a login counts, and that is given as such, so any time will do, and
/// the same one makes the same answer.
const NOW: Instant = Instant::from_seconds(2_000_000_000);

/// A hypothetical request.
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) method: String,
    /// None for the first of the application's hosts.
    pub(crate) host: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) tls: String,
    pub(crate) navigation: bool,
}

/// Who makes it.
pub(crate) enum Identity {
    Nobody,
    Person {
        claims: Map<String, serde_json::Value>,
        /// How long ago the login was.
        age: Duration,
    },
    Machine(String),
}

impl Asked {
    /// Reads an object that has been checked; what is absent has its default.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).as_str().map(str::to_owned);
        Some(Self {
            path: text("path")?,
            method: text("method").unwrap_or_else(|| "GET".to_owned()),
            host: text("host"),
            country: text("country"),
            address: text("ip"),
            tls: text("tls").unwrap_or_else(|| "TLSv1.3".to_owned()),
            navigation: value.get("navigation").as_bool().unwrap_or(true),
        })
    }

    /// Asks the model.
    pub(crate) fn explain(&self, access: &Access, identity: &Identity) -> Explanation {
        let first = access.compiled.application.hosts.first();
        let host = self.host.as_deref().or(first.map(|host| host.as_str()));
        let question = Question {
            host: host.unwrap_or_default(),
            path: &self.path,
            method: &self.method,
            country: self.country.as_deref(),
            address: self.address.as_deref(),
            tls: Some(&self.tls),
            now: NOW,
        };
        let caller = match identity {
            Identity::Nobody => Caller::Nobody,
            Identity::Person { claims, age } => Caller::Person {
                claims,
                login: Some(NOW.minus(*age)),
            },
            Identity::Machine(token) => Caller::Machine { token },
        };
        access.compiled.explain(&access.mapping, &question, &caller)
    }
}

impl Identity {
    /// Reads an object that has been checked, or null.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        if value.is_null() {
            return Some(Self::Nobody);
        }
        if let Some(token) = value.get("service_token").as_str() {
            return Some(Self::Machine(token.to_owned()));
        }
        let age = match value.get("login_age").as_str() {
            Some(text) => text.parse().ok()?,
            None => Duration::from_seconds(0),
        };
        match json::to_plain(value.get("claims"))? {
            serde_json::Value::Object(claims) => Some(Self::Person { claims, age }),
            serde_json::Value::Null => Some(Self::Person {
                claims: Map::new(),
                age,
            }),
            _ => None,
        }
    }
}

/// The question of a configuration that has been checked.
pub(super) fn read(config: &Value) -> Option<(Asked, Identity)> {
    Some((
        Asked::read(config.get("request"))?,
        Identity::read(config.get("identity"))?,
    ))
}

/// What is wrong between the attributes, each with its path.
pub(super) fn check(config: &Value, diagnostics: &mut Diagnostics) {
    let (request, identity) = (config.get("request"), config.get("identity"));
    for (name, problem) in mistakes_of_request(request) {
        diagnostics.error_at(
            Path::from("request").attribute(name),
            "The request cannot be made",
            problem,
        );
    }
    for (name, problem) in mistakes_of_identity(identity) {
        diagnostics.error_at(Path::from("identity").attribute(name), "Nobody can be this", problem);
    }
}

/// Mistakes of a request by attribute.
pub(crate) fn mistakes_of_request(request: &Value) -> Vec<(&'static str, String)> {
    let mut mistakes = Vec::new();
    if let Some(country) = request.get("country").as_str()
        && Country::parse(country).is_err()
    {
        let what = format!("{country:?} is no country; write two capital letters such as \"DE\".");
        mistakes.push(("country", what));
    }
    if let Some(address) = request.get("ip").as_str()
        && Address::parse(address).is_none()
    {
        let what = format!("{address:?} is no address; write one such as \"198.51.100.7\" or \"2001:db8::7\".");
        mistakes.push(("ip", what));
    }
    mistakes
}

/// Mistakes of an identity by attribute.
pub(crate) fn mistakes_of_identity(identity: &Value) -> Vec<(&'static str, String)> {
    let mut mistakes = Vec::new();
    let claims = identity.get("claims");
    let known = claims.is_wholly_known() && !claims.is_null();
    if known && !matches!(json::to_plain(claims), Some(serde_json::Value::Object(_))) {
        mistakes.push((
            "claims",
            "Claims have names; write an object such as { sub = \"ada\" }.".to_owned(),
        ));
    }
    if identity.get("service_token").is_null() {
        return mistakes;
    }
    for name in ["claims", "login_age"] {
        if !identity.get(name).is_null() {
            let what = format!("A service token is no person and has no {name}. Remove one of the two.");
            mistakes.push((name, what));
        }
    }
    mistakes
}
