//! An application for a distribution that is managed elsewhere: what is asked of its user, and what it tells of itself.

use zt_framework::Value;
use zt_framework::testing::Action;

use super::fixture::{allowing, attached_core, config, route};
use crate::edge_app::Form;

const ADDRESS: &str = "zt_edge_auth.this";

/// What both forms take.
fn attached() -> Value {
    let whole = config();
    let both = [
        "name",
        "session_store",
        "aliases",
        "identity_provider",
        "policies",
        "routes",
    ];
    Value::object(both.map(|name| (name, whole.get(name).clone())))
}

fn behavior(pattern: &str, function: &str, access: &str, cache: &str) -> Value {
    Value::object([
        ("path_pattern", Value::from(pattern)),
        ("function", Value::from(function)),
        ("access", Value::from(access)),
        ("cache", Value::from(cache)),
        ("case_insensitive", Value::from(false)),
    ])
}

#[tokio::test]
async fn a_first_plan_tells_what_the_distribution_has_to_be() {
    let shared = allowing("/assets/*", "staff").with("cache", "shared");
    let routes = Value::list([
        route("/public/*").with("access", "public"),
        shared,
        allowing("/Own/*", "staff").with("case_insensitive", true),
        allowing("/*", "staff").with("min_tls", "1.3"),
    ]);
    let config = attached().with("routes", routes).with("auth_prefix", "/login");
    let change = attached_core().plan(ADDRESS, &config).await.unwrap();
    assert_eq!(change.action, Action::Create);
    let after = &change.after;
    assert_eq!(
        after.get("behaviors"),
        &Value::list([
            behavior("/login/*", "auth", "login", "none"),
            behavior("/public/*", "session", "public", "none"),
            behavior("/assets/*", "session", "protected", "shared"),
            behavior("/Own/*", "session", "protected", "none").with("case_insensitive", true),
            behavior("/*", "session", "protected", "none"),
        ])
    );
    assert_eq!(after.get("viewer_headers"), &Value::list(["cloudfront-viewer-tls"]));
    // CloudFront Developer Guide, managed policy CachingDisabled.
    assert_eq!(
        after.get("auth_cache_policy_id").as_str(),
        Some("4135ea2d-6df8-44a3-9df3-4b5a84be39ad")
    );
    assert_eq!(
        after.get("redirect_uris"),
        &Value::list(["https://app.example.com/login/callback"])
    );
    for unknown in ["session_function_arn", "auth_function_arn", "deployed_revision"] {
        assert!(after.get(unknown).is_unknown(), "{unknown}");
    }
}

#[tokio::test]
async fn what_the_distribution_has_to_be_waits_for_unknown_routes() {
    let config = attached().with("routes", Value::unknown());
    let after = attached_core().plan(ADDRESS, &config).await.unwrap().after;
    assert!(after.get("behaviors").is_unknown() && after.get("viewer_headers").is_unknown());
}

#[tokio::test]
async fn it_has_to_be_told_its_hosts_and_makes_nothing_around_the_functions() {
    let refused = |config: Value| async move {
        let failure = attached_core().plan(ADDRESS, &config).await.unwrap_err();
        failure.to_string()
    };
    let none = refused(attached().with("aliases", Value::Set(Vec::new()))).await;
    assert!(none.contains("no host name is given"), "{none}");
    let schema = Form::Attached.schema();
    for absent in [
        "origins",
        "certificate_arn",
        "web_acl",
        "response_headers",
        "distribution_id",
    ] {
        assert!(schema.attribute(absent).is_none(), "{absent}");
    }
}
