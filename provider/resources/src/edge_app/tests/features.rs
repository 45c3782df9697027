//! Features that need each other: what is missing is told at the attribute that asks for it.

use zt_framework::testing::Failure;
use zt_framework::{Path, Value};

use super::fixture::{ADDRESS, ISSUER, config, core};

async fn plan(config: &Value) -> Result<(), String> {
    match core().plan(ADDRESS, config).await {
        Ok(_) => Ok(()),
        Err(Failure::Diagnostics(diagnostics)) => Err(diagnostics.to_string()),
        Err(other) => Err(other.to_string()),
    }
}

/// Plans and expects an error whose text holds every word.
async fn refused(config: Value, words: &[&str]) {
    let text = plan(&config).await.expect_err("the plan passes");
    for word in words {
        assert!(text.contains(word), "expected {word:?} in {text}");
    }
}

fn provider(settings: &[(&'static str, Value)]) -> Value {
    let mut config = config();
    for (name, value) in settings {
        config.set_at(&Path::from("identity_provider").attribute(*name), value.clone());
    }
    config
}

fn trusted() -> Value {
    Value::object([
        ("issuer", "https://signals.example.com".into()),
        ("jwks_uri", "https://signals.example.com/keys".into()),
        ("audience", "https://app.example.com".into()),
    ])
}

fn queued(mut config: Value) -> Value {
    let queue = Value::object([
        (
            "url",
            "https://sqs.eu-west-1.amazonaws.com/111122223333/zt-main.fifo".into(),
        ),
        ("arn", "arn:aws:sqs:eu-west-1:111122223333:zt-main.fifo".into()),
        ("region", "eu-west-1".into()),
    ]);
    config.set_at(&Path::from("session_store").attribute("queue"), queue);
    config
}

#[tokio::test]
async fn federation_needs_an_audience_and_no_secret() {
    let federation = Value::object([("audience", "api://AzureADTokenExchange".into())]);
    let way = ("client_authentication", Value::from("federated"));
    refused(
        provider(std::slice::from_ref(&way)),
        &["identity_provider.federation", "AzureADTokenExchange"],
    )
    .await;
    let secret = "arn:aws:secretsmanager:us-east-1:111122223333:secret:x";
    let both = [
        way.clone(),
        ("client_secret_arn", secret.into()),
        ("federation", federation.clone()),
    ];
    refused(provider(&both), &["Client secret not used"]).await;
    refused(
        provider(&[
            ("client_authentication", "none".into()),
            ("federation", federation.clone()),
        ]),
        &["Federation not used"],
    )
    .await;
    refused(
        provider(&[("client_authentication", "private_key_jwt".into())]),
        &["Client secret missing"],
    )
    .await;
    assert_eq!(plan(&provider(&[way, ("federation", federation)])).await, Ok(()));
}

/// Checklist: T3.
#[tokio::test]
async fn tenants_and_their_issuer_go_together() {
    let tenants = ("tenants", Value::from(vec!["11111111-2222-3333-4444-555555555555"]));
    refused(
        provider(std::slice::from_ref(&tenants)),
        &["names no tenant", "{tenantid}"],
    )
    .await;
    let template = ("issuer", Value::from(format!("{ISSUER}/{{tenantid}}/v2.0")));
    refused(
        provider(std::slice::from_ref(&template)),
        &["identity_provider.tenants", "anybody"],
    )
    .await;
    refused(
        provider(&[template, ("tenants", Value::from(Vec::<String>::new()))]),
        &["Nobody can log in"],
    )
    .await;
    refused(
        provider(&[("tenants", Value::from(vec!["contoso.com"]))]),
        &["directory (tenant) id"],
    )
    .await;
}

#[tokio::test]
async fn what_ends_sessions_from_outside_needs_a_queue() {
    let logout = provider(&[("back_channel_logout", true.into())]);
    refused(
        logout.clone(),
        &["identity_provider.back_channel_logout", "has no queue"],
    )
    .await;
    let signals = config().with("shared_signals", trusted());
    refused(signals.clone(), &["shared_signals", "has no queue"]).await;
    assert_eq!(plan(&queued(logout)).await, Ok(()));
    assert_eq!(plan(&queued(signals)).await, Ok(()));
}

#[tokio::test]
async fn a_store_without_a_queue_is_enough_for_the_rest() {
    let rotation = Value::object([("triggers", Value::map([("month", Value::from("11"))]))]);
    let issuers = Value::map([("ci", trusted())]);
    let all = config()
        .with("assertion", Value::object([]))
        .with("bearer_issuers", issuers)
        .with("key_rotation", rotation);
    assert_eq!(plan(&all).await, Ok(()));
}

#[tokio::test]
async fn a_cookie_domain_covers_every_alias() {
    assert_eq!(plan(&config().with("cookie_domain", "example.com")).await, Ok(()));
    refused(
        config().with("cookie_domain", "example.org"),
        &["cookie_domain", "app.example.com"],
    )
    .await;
}

/// Checklist: P19.
#[tokio::test]
async fn an_age_needs_a_provider_that_tells_it() {
    let aged = |mut config: Value| {
        let recent = Value::object([("groups", vec!["staff"].into()), ("max_age", "1h".into())]);
        let policy = Value::object([("any", Value::list([recent]))]);
        config.set("policies", Value::map([("staff", policy)]));
        config
    };
    assert_eq!(plan(&aged(config())).await, Ok(()));
    refused(
        aged(provider(&[("auth_time_optional", true.into())])),
        &["max_age", "cannot be proved"],
    )
    .await;
    let own = trusted().with("issuer", ISSUER);
    refused(
        aged(config()).with("bearer_issuers", Value::map([("cli", own)])),
        &["max_age", "cannot be proved"],
    )
    .await;
    // Each tenant is a login issuer of its own.
    let tenant = "11111111-2222-3333-4444-555555555555";
    let tenants = provider(&[
        ("issuer", format!("{ISSUER}/{{tenantid}}").into()),
        ("tenants", vec![tenant].into()),
    ]);
    let own = trusted().with("issuer", format!("{ISSUER}/{tenant}"));
    refused(
        aged(tenants).with("bearer_issuers", Value::map([("cli", own)])),
        &["max_age", "cannot be proved"],
    )
    .await;
}

/// Checklist: P12.
#[tokio::test]
async fn answers_for_one_caller_are_not_cached_for_all() {
    let route = Value::object([
        ("path", "/*".into()),
        ("allow", vec!["staff"].into()),
        ("cache", "shared".into()),
    ]);
    let shared = config().with("routes", Value::list([route]));
    assert_eq!(plan(&shared).await, Ok(()));
    refused(
        shared.with("assertion", Value::object([])),
        &["cache", "Personal answers"],
    )
    .await;
}

/// Two cookies of one name under one domain: edge contract, sections 5 and 7.
#[tokio::test]
async fn a_name_whose_cookie_is_that_of_another_application_needs_a_cookie_of_its_own_host() {
    let with = |name: &str, domain: bool| {
        let config = config().with("name", name);
        match domain {
            true => config.with("cookie_domain", "example.com"),
            false => config,
        }
    };
    for name in ["members-refresh", "members-hint", "members-assertion"] {
        refused(
            with(name, true),
            &["name", "__Secure-zt-", "\"members\"", "cookie_domain"],
        )
        .await;
        plan(&with(name, false)).await.unwrap();
    }
    for name in ["refresh", "members-refreshed", "hint-members"] {
        plan(&with(name, true)).await.unwrap();
    }
}
