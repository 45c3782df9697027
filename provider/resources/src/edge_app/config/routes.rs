//! Policies and routes as written, in the model's words. What they mean, and what is wrong with them, is its business.

use std::collections::BTreeMap;

use super::read;
use zt_framework::Value;
use zt_model::membership::{Policy, Selector};
use zt_model::source::{CorsSource, RouteSource, Source};

pub(super) fn read(object: &Value) -> Option<Source> {
    Some(Source {
        policies: policies(object.get("policies"))?,
        routes: routes(object.get("routes"))?,
    })
}

fn policies(value: &Value) -> Option<BTreeMap<String, Policy>> {
    if value.is_unknown() {
        return None;
    }
    let Some(entries) = value.entries() else {
        return Some(BTreeMap::new());
    };
    entries
        .iter()
        .map(|(name, value)| Some((name.clone(), policy(value)?)))
        .collect()
}

fn policy(value: &Value) -> Option<Policy> {
    if value.is_unknown() {
        return None;
    }
    let selectors = |name| {
        let list = value.get(name);
        match list.is_unknown() {
            true => None,
            false => list.elements().iter().map(selector).collect::<Option<Vec<_>>>(),
        }
    };
    Some(Policy {
        require: selectors("require")?,
        any: selectors("any")?,
        none: selectors("none")?,
    })
}

fn selector(value: &Value) -> Option<Selector> {
    if value.is_unknown() {
        return None;
    }
    let list = |name| read::present(value.get(name), read::texts);
    Some(Selector {
        groups: list("groups")?,
        roles: list("roles")?,
        emails: list("emails")?,
        email_domains: list("email_domains")?,
        users: list("users")?,
        claims: read::present(value.get("claims"), claims)?,
        authenticated: read::present(value.get("authenticated"), Value::as_bool)?,
        countries: list("countries")?,
        ips: list("ips")?,
        methods: list("methods")?,
        acr: read::optional_text(value.get("acr"))?,
        amr: list("amr")?,
        max_age: read::present(value.get("max_age"), |age| read::seconds(age.as_str()?))?,
        service_tokens: list("service_tokens")?,
    })
}

fn claims(value: &Value) -> Option<BTreeMap<String, Vec<String>>> {
    value
        .entries()?
        .iter()
        .map(|(name, values)| Some((name.clone(), read::texts(values)?)))
        .collect()
}

fn routes(value: &Value) -> Option<Vec<RouteSource>> {
    if !value.is_set() {
        return None;
    }
    value.elements().iter().map(route).collect()
}

fn route(value: &Value) -> Option<RouteSource> {
    if value.is_unknown() {
        return None;
    }
    // The words that are the default are left out, so that writing them down changes nothing.
    let unless = |name, default: &str| {
        let word = read::text_or(value.get(name), default)?;
        Some(Some(word).filter(|word| word != default))
    };
    Some(RouteSource {
        path: read::text(value.get("path"))?,
        access: read::optional_text(value.get("access"))?,
        allow: read::texts(value.get("allow"))?,
        methods: read::present(value.get("methods"), read::texts)?,
        unauthenticated: unless("unauthenticated", "redirect")?,
        origin: read::optional_text(value.get("origin"))?,
        cache: unless("cache", "none")?,
        case_insensitive: read::flag(value.get("case_insensitive"), false)?,
        encoded_slash: read::flag(value.get("allow_encoded_slash"), false)?,
        semicolon: read::flag(value.get("allow_semicolon"), false)?,
        spa: read::optional_text(value.get("spa"))?,
        min_tls: read::optional_text(value.get("min_tls"))?,
        cors: read::present(value.get("cors"), cors)?,
    })
}

fn cors(value: &Value) -> Option<CorsSource> {
    Some(CorsSource {
        origins: read::texts(value.get("origins"))?,
        methods: read::texts(value.get("methods"))?,
        headers: read::texts(value.get("headers"))?,
        credentials: read::flag(value.get("credentials"), false)?,
        max_age: Some(read::seconds(&read::text_or(value.get("max_age"), "10m")?)?),
    })
}
