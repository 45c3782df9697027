//! Questions as a user writes them, answered in process; the expectations are DESIGN's tables 3.4 and 3.5.

use std::sync::Arc;

use zt_framework::{Type, Value};

use super::AccessDecision;
use crate::connection::Connection;
use crate::only::Only;

fn selectors(members: &[(&str, Value)]) -> Value {
    let members = members.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Value::list([Value::Object(members.collect())])
}

fn config(path: &str, identity: Value) -> Value {
    let staff = Value::object([("any", selectors(&[("groups", vec!["staff"].into())]))]);
    let admins = Value::object([
        (
            "require",
            selectors(&[
                ("groups", vec!["admins"].into()),
                ("acr", "mfa".into()),
                ("max_age", "8h".into()),
            ]),
        ),
        ("none", selectors(&[("countries", vec!["KP"].into())])),
    ]);
    let robots = Value::object([("any", selectors(&[("service_tokens", vec!["ci"].into())]))]);
    let route = |path: &str, name: &str, value: Value| Value::object([("path", path.into()), (name, value)]);
    Value::object([
        (
            "policies",
            Value::map([("staff", staff), ("admins", admins), ("robots", robots)]),
        ),
        (
            "routes",
            Value::list([
                route("/public/*", "access", "public".into()),
                route("/admin/*", "allow", vec!["admins"].into()).with("methods", vec!["GET"]),
                route("/api/*", "allow", vec!["robots"].into()).with("unauthenticated", "401"),
                route("/app/*", "allow", vec!["staff"].into()),
            ]),
        ),
        ("aliases", Value::set_of(["app.example.com"])),
        (
            "request",
            Value::object([("path", path.into()), ("country", "DE".into())]),
        ),
        ("identity", identity),
    ])
}

/// Claims as Terraform hands over what is written as an object.
fn person(groups: &[&str], more: &[(&str, &str)]) -> Value {
    let mut types =
        std::collections::BTreeMap::from([("groups".to_owned(), Type::Tuple(vec![Type::String; groups.len()]))]);
    let mut values = std::collections::BTreeMap::from([(
        "groups".to_owned(),
        Value::Tuple(groups.iter().map(|group| Value::from(*group)).collect()),
    )]);
    for (name, value) in more {
        types.insert((*name).to_owned(), Type::String);
        values.insert((*name).to_owned(), (*value).into());
    }
    let claims = Value::Dynamic(Box::new((Type::Object(types), Value::Object(values))));
    Value::object([("claims", claims)])
}

async fn ask(config: &Value) -> Result<Value, String> {
    let core = Only::data_source(Arc::new(AccessDecision::new(Connection::default())));
    let read = core.read_data("zt_access_decision", config).await;
    read.map_err(|failure| format!("{failure:?}"))
}

#[tokio::test]
async fn each_kind_of_caller_gets_the_decision_of_the_edge() {
    let token = || Value::object([("service_token", "ci".into())]);
    let mfa = || person(&["admins"], &[("acr", "mfa")]);
    for (path, identity, decision, status, policy) in [
        ("/public/a", Value::Null, "public", None, None),
        ("/app/a", Value::Null, "login", Some(302), None),
        ("/api/a", Value::Null, "login", Some(401), None),
        ("/app/a", person(&["staff"], &[]), "allow", None, Some("staff")),
        ("/app/a", person(&["guests"], &[]), "denied", Some(403), None),
        (
            "/admin/a",
            person(&["admins"], &[]),
            "step_up",
            Some(302),
            Some("admins"),
        ),
        ("/admin/a", mfa(), "allow", None, Some("admins")),
        ("/admin/a", mfa().with("login_age", "8h"), "allow", None, Some("admins")),
        (
            "/admin/a",
            mfa().with("login_age", "9h"),
            "step_up",
            Some(302),
            Some("admins"),
        ),
        ("/api/a", token(), "allow", None, Some("robots")),
        ("/app/a", token(), "denied", Some(403), None),
        ("/elsewhere", person(&["staff"], &[]), "no_route", Some(403), None),
        ("/app//a", person(&["staff"], &[]), "ambiguous_path", Some(400), None),
        ("/oauth2/callback", Value::Null, "auth_endpoint", None, None),
    ] {
        let answer = ask(&config(path, identity)).await.unwrap();
        assert_eq!(answer.get("decision").as_str(), Some(decision), "{path}");
        assert_eq!(answer.get("status").as_i64(), status, "{path}");
        assert_eq!(answer.get("policy").as_str(), policy, "{path}");
        let allowed = matches!(decision, "allow" | "public");
        assert_eq!(answer.get("allowed").as_bool(), Some(allowed), "{path}");
    }
}

#[tokio::test]
async fn the_rule_that_decides_is_named() {
    let answer = ask(&config("/admin/a", person(&["admins"], &[("acr", "pwd")])))
        .await
        .unwrap();
    assert_eq!(answer.get("route_index").as_i64(), Some(1));
    assert_eq!(answer.get("step_up").get("acr").as_str(), Some("mfa"));
    assert_eq!(answer.get("step_up").get("max_age").as_str(), Some("8h"));
    let findings = answer.get("policy_findings").elements()[0].get("findings").elements();
    let deciding: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.get("decides").as_bool() == Some(true))
        .filter_map(|finding| finding.get("rule").as_str())
        .collect();
    assert_eq!(deciding, ["require[0].acr"]);
    let text = answer.get("explanation").as_str().unwrap();
    assert!(text.contains("another login is needed for policy admins"), "{text}");
}

#[tokio::test]
async fn what_cannot_be_asked_is_an_error_at_its_attribute() {
    let staff = || config("/app/a", person(&["staff"], &[]));
    let request = |name: &str, value: &str| {
        let mut config = staff();
        let request = config.get("request").clone().with(name, value);
        config.set("request", request);
        config
    };
    for (config, path, words) in [
        (staff().with("application", "main/members"), "routes", "brings its own"),
        (staff().with("routes", Value::Null), "", "Nothing says who may pass"),
        (request("ip", "somewhere"), "ip", "is no address"),
        (request("country", "Germany"), "country", "two capital letters"),
        (request("path", "app"), "path", "begins with a slash"),
        (request("method", "get it"), "method", ""),
        (
            staff().with("identity", person(&[], &[]).with("service_token", "ci")),
            "claims",
            "is no person",
        ),
        (
            staff().with(
                "identity",
                Value::object([("claims", Value::Dynamic(Box::new((Type::String, "ada".into()))))]),
            ),
            "claims",
            "Claims have names",
        ),
        (staff().with("policies", Value::Null), "routes", ""),
    ] {
        let error = ask(&config).await.unwrap_err();
        assert!(error.contains(path) && error.contains(words), "{path} {words}: {error}");
    }
}
