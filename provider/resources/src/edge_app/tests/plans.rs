//! What a first plan knows.

use zt_framework::testing::{Action, Change};
use zt_framework::{Path, Value};

use super::fixture::{ADDRESS, ISSUER, allowing, config, core};

async fn plan(config: &Value) -> Change {
    core().plan(ADDRESS, config).await.unwrap()
}

#[tokio::test]
async fn a_first_plan_knows_what_can_be_known() {
    let change = plan(&config()).await;
    assert_eq!(change.action, Action::Create);
    let after = &change.after;
    assert_eq!(
        after.get("redirect_uris"),
        &Value::list(["https://app.example.com/oauth2/callback"])
    );
    let endpoints = after.get("provider_endpoints");
    assert_eq!(endpoints.get("token").as_str(), Some("https://idp.example.com/token"));
    assert_eq!(
        after.get("identity_provider").get("client_authentication").as_str(),
        Some("none")
    );
    for unknown in [
        "distribution_id",
        "deployed_revision",
        "auth_function_arn",
        "origin_bucket_policies",
    ] {
        assert!(after.get(unknown).is_unknown(), "{unknown}");
    }
}

#[tokio::test]
async fn redirect_uris_carry_a_port_of_their_own_and_wait_for_a_domain_that_cloudfront_assigns() {
    let change = plan(&config().with("viewer_port", 8_443)).await;
    assert_eq!(
        change.after.get("redirect_uris"),
        &Value::list(["https://app.example.com:8443/oauth2/callback"])
    );
    let assigned = config()
        .with("aliases", Value::Null)
        .with("certificate_arn", Value::Null);
    assert!(plan(&assigned).await.after.get("redirect_uris").is_unknown());
}

#[tokio::test]
async fn a_client_with_a_secret_proves_itself_as_the_provider_offers() {
    let provider = Value::object([
        ("issuer", ISSUER.into()),
        ("client_id", "client".into()),
        ("client_secret_arn", Value::unknown()),
    ]);
    // Whether there is a secret is not known, so neither is the way.
    let change = plan(&config().with("identity_provider", provider.clone())).await;
    assert!(
        change
            .after
            .get("identity_provider")
            .get("client_authentication")
            .is_unknown()
    );
    let known = provider.with(
        "client_secret_arn",
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:x",
    );
    let change = plan(&config().with("identity_provider", known)).await;
    assert_eq!(
        change
            .after
            .get("identity_provider")
            .get("client_authentication")
            .as_str(),
        Some("client_secret_post")
    );
}

#[tokio::test]
async fn endpoints_that_are_given_need_no_issuer_that_answers() {
    let endpoints = Value::object([
        ("authorization", "https://other.example.com/a".into()),
        ("token", "https://other.example.com/t".into()),
        ("jwks", "https://other.example.com/k".into()),
    ]);
    let provider = Value::object([
        ("issuer", "https://silent.example.com".into()),
        ("client_id", "client".into()),
        ("endpoints", endpoints),
    ]);
    let change = plan(&config().with("identity_provider", provider)).await;
    assert_eq!(
        change.after.get("provider_endpoints").get("jwks").as_str(),
        Some("https://other.example.com/k")
    );
}

#[tokio::test]
async fn unknown_values_are_accepted_wherever_a_value_can_come_from_another_object() {
    let unknown = |path: Path| {
        let mut config = config();
        config.set_at(&path, Value::unknown());
        config
    };
    let top = [
        "identity_provider",
        "session_store",
        "aliases",
        "certificate_arn",
        "policies",
        "routes",
        "origins",
        "tags",
    ];
    for name in top {
        plan(&unknown(Path::from(name))).await;
    }
    plan(&unknown(Path::from("identity_provider").attribute("issuer"))).await;
    plan(&unknown(Path::from("routes").index(1).attribute("allow"))).await;
    plan(&unknown(Path::from("routes").index(0).attribute("path"))).await;
}

#[tokio::test]
async fn a_route_of_its_own_origin_is_planned() {
    let server = Value::object([("domain_name", "api.example.com".into())]);
    let mut config = config().with("default_origin", "site");
    let site = config.get("origins").get("site").clone();
    config.set(
        "origins",
        Value::map([("site", site), ("api", Value::object([("custom", server)]))]),
    );
    config.set(
        "routes",
        Value::list([
            allowing("/api/*", "staff").with("origin", "api"),
            allowing("/*", "staff"),
        ]),
    );
    plan(&config).await;
}
