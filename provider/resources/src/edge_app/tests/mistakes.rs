//! Mistakes in a configuration: each is an error of the plan with the attribute it is about.

use zt_framework::testing::Failure;
use zt_framework::{Path, Value};

use super::fixture::{ADDRESS, ISSUER, allowing, config, core, route};

/// Plans and expects an error at a path whose detail holds a word.
async fn refused(config: Value, path: &str, word: &str) {
    let failure: Failure = core().plan(ADDRESS, &config).await.expect_err(path);
    let diagnostics = failure.diagnostics().unwrap_or_else(|| panic!("{failure}")).clone();
    let found = diagnostics.errors().any(|error| {
        let at = error.path.as_ref().map(ToString::to_string).unwrap_or_default();
        at == path && format!("{} {}", error.summary, error.detail).contains(word)
    });
    assert!(found, "expected {word:?} at {path}, got {diagnostics}");
}

fn at(path: Path, value: impl Into<Value>) -> Value {
    let mut config = config();
    config.set_at(&path, value.into());
    config
}

fn routes(routes: impl IntoIterator<Item = Value>) -> Value {
    config().with("routes", Value::list(routes))
}

fn issuer(issuer: &str) -> Value {
    at(Path::from("identity_provider").attribute("issuer"), issuer)
}

/// Checklist: K14, P1.
#[tokio::test]
async fn routes_that_say_nobody_or_nothing() {
    refused(routes([route("/*")]), "routes[0]", "denied by default").await;
    refused(routes([allowing("/*", "nobody")]), "routes[0].allow[0]", "\"staff\"").await;
    refused(routes([allowing("x", "staff")]), "routes[0].path", "slash").await;
    refused(routes([]), "routes", "Without a route").await;
    let shadowed = [allowing("/*", "staff"), allowing("/late", "staff")];
    refused(routes(shadowed), "routes[1].path", "Move this route up").await;
}

#[tokio::test]
async fn paths_that_cloudfront_cannot_express() {
    let server = Value::object([("domain_name", "api.example.com".into())]);
    let mut config = config().with("default_origin", "site");
    let site = config.get("origins").get("site").clone();
    config.set(
        "origins",
        Value::map([("site", site), ("api", Value::object([("custom", server)]))]),
    );
    for path in ["/p@th/*", "/*admin/*"] {
        let routes = Value::list([allowing(path, "staff").with("origin", "api"), allowing("/*", "staff")]);
        refused(config.clone().with("routes", routes), "routes[0].path", "CloudFront").await;
    }
}

#[tokio::test]
async fn issuers_that_cannot_be_trusted_or_found() {
    let path = "identity_provider.issuer";
    refused(issuer("http://idp.example.com"), path, "not https").await;
    refused(issuer("https://silent.example.com"), path, "cannot be reached").await;
    refused(issuer(&format!("{ISSUER}/")), path, "names the issuer").await;
}

#[tokio::test]
async fn lifetimes_beyond_the_store() {
    let session = |lifetime: &str, absolute: &str| {
        Value::object([("lifetime", lifetime.into()), ("absolute_lifetime", absolute.into())])
    };
    let beyond = config().with("session", session("1h", "13h"));
    refused(beyond, "session.absolute_lifetime", "12h").await;
    let inverted = config().with("session", session("11h", "10h"));
    refused(inverted, "session.lifetime", "10h").await;
}

#[tokio::test]
async fn certificates_and_domains() {
    let elsewhere = config().with("certificate_arn", "arn:aws:acm:eu-west-1:111122223333:certificate/1");
    refused(elsewhere, "certificate_arn", "us-east-1").await;
    refused(
        config().with("certificate_arn", Value::Null),
        "certificate_arn",
        "covers them",
    )
    .await;
    let wildcard = config().with("aliases", Value::set_of(["*.example.com"]));
    let failure = core()
        .plan(ADDRESS, &wildcard)
        .await
        .expect_err("a wildcard is no host name");
    assert!(failure.to_string().contains("wildcard"), "{failure}");
}

#[tokio::test]
async fn one_domain_belongs_to_one_application() {
    let core = core();
    core.plan("zt_edge_app.first", &config()).await.unwrap();
    core.plan("zt_edge_app.first", &config()).await.unwrap();
    let second = config().with("name", "second");
    let failure = core
        .plan("zt_edge_app.second", &second)
        .await
        .expect_err("the domain is taken");
    assert!(failure.to_string().contains("app.example.com"), "{failure}");
}

#[tokio::test]
async fn a_function_over_its_budget() {
    let many = (0..400).map(|n| allowing(&format!("/a-rather-long-path-of-a-page/{n}/*"), "staff"));
    let many = routes(many);
    for told in ["10240", "390 others ", "policies[\"staff\"] ", "core "] {
        refused(many.clone(), "routes", told).await;
    }
}

#[tokio::test]
async fn personal_answers_are_not_cached_for_everybody() {
    let headers = config()
        .with("identity_headers", Value::map([("x-zt-email", "email".into())]))
        .with("routes", Value::list([allowing("/*", "staff").with("cache", "shared")]));
    refused(headers, "routes[0].cache", "one answer to all").await;
}

#[tokio::test]
async fn origins_are_one_thing_each() {
    let none = config().with("origins", Value::map([("site", Value::Object(Default::default()))]));
    refused(none, "origins[\"site\"]", "exactly one").await;
    let site = config().get("origins").get("site").clone();
    let two = config().with("origins", Value::map([("site", site.clone()), ("other", site)]));
    refused(two, "default_origin", "several origins").await;
}

#[tokio::test]
async fn client_secrets_that_contradict_themselves() {
    let provider = |name: &str, value: Value| {
        let mut provider = config().get("identity_provider").clone();
        provider.set(name, value);
        config().with("identity_provider", provider)
    };
    let unversioned = provider("client_secret_wo", "hush".into());
    refused(
        unversioned,
        "identity_provider.client_secret_wo_version",
        "never stored",
    )
    .await;
    let without = provider("client_authentication", "client_secret_basic".into());
    refused(without, "identity_provider.client_authentication", "needs a secret").await;
}
