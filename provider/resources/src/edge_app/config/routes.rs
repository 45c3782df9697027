//! Policies and routes as written, in the model's words. What they mean, and what is wrong with them, is its business.

use std::collections::BTreeMap;

use super::read;
use zt_framework::Value;
use zt_model::membership::{Policy, Selector};
use zt_model::source::{CorsSource, RouteSource, Source};

pub(in crate::edge_app) fn read(object: &Value) -> Option<Source> {
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

pub(in crate::edge_app) fn policy(value: &Value) -> Option<Policy> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn source(policies: Value, routes: Value) -> Option<Source> {
        read(&Value::object([("policies", policies), ("routes", routes)]))
    }

    fn one_route(route: Value) -> Value {
        Value::list([route])
    }

    fn selector(members: &[(&str, Value)]) -> Value {
        let members = members.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let policy = Value::object([("require", Value::list([Value::Object(members.collect())]))]);
        Value::map([("p", policy)])
    }

    #[test]
    fn selectors_are_read_as_they_are_written() {
        let written = selector(&[
            ("groups", vec!["a"].into()),
            ("countries", vec!["DE"].into()),
            ("ips", vec!["10.0.0.0/8"].into()),
            ("methods", vec!["GET"].into()),
            ("acr", "mfa".into()),
            ("amr", vec!["otp"].into()),
            ("max_age", "8h".into()),
            ("service_tokens", vec!["ci"].into()),
        ]);
        let read = source(written, one_route(Value::object([("path", "/*".into())]))).unwrap();
        assert_eq!(
            serde_json::to_value(&read.policies).unwrap(),
            json!({"p": {"require": [{"groups": ["a"], "countries": ["DE"], "ips": ["10.0.0.0/8"], "methods": ["GET"], "acr": "mfa", "amr": ["otp"], "max_age": 28_800, "service_tokens": ["ci"]}], "any": [], "none": []}})
        );
    }

    #[test]
    fn what_is_not_written_stands_nowhere() {
        let read = source(
            selector(&[("groups", vec!["a"].into())]),
            one_route(Value::object([("path", "/*".into()), ("allow", vec!["p"].into())])),
        );
        // The text that applications of earlier releases carry in their membership document.
        assert_eq!(
            serde_json::to_string(&read.unwrap()).unwrap(),
            r#"{"policies":{"p":{"require":[{"groups":["a"]}],"any":[],"none":[]}},"routes":[{"path":"/*","allow":["p"]}]}"#
        );
    }

    #[test]
    fn rewrites_and_floors_are_read() {
        let route = Value::object([
            ("path", "/app/*".into()),
            ("access", "public".into()),
            ("spa", "/app/index.html".into()),
            ("min_tls", "1.3".into()),
        ]);
        let read = source(Value::Null, one_route(route)).unwrap();
        assert_eq!(read.routes[0].spa.as_deref(), Some("/app/index.html"));
        assert_eq!(read.routes[0].min_tls.as_deref(), Some("1.3"));
    }

    #[test]
    fn what_is_unknown_is_not_judged() {
        let route = || one_route(Value::object([("path", "/*".into())]));
        for member in ["countries", "ips", "methods", "acr", "amr", "max_age", "service_tokens"] {
            assert_eq!(
                source(selector(&[(member, Value::unknown())]), route()),
                None,
                "{member}"
            );
        }
        let unknown = Value::object([("path", "/*".into()), ("spa", Value::unknown())]);
        assert_eq!(source(Value::Null, one_route(unknown)), None);
    }
}
