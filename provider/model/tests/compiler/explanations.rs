//! What an explanation says: the decision, who made it, and in words that name claims but never their values.

use serde_json::{Map, Value, json};
use zt_model::compile::Application;
use zt_model::explain::{Caller, Decision, Explanation, Question};
use zt_model::ids::{ClaimName, HostName};
use zt_model::instant::Instant;
use zt_model::session::ClaimMapping;

use crate::{compiled, with_policies};

const NOW: Instant = Instant::from_seconds(1_800_000_000);

fn application() -> Application {
    let policies = json!({
        "staff": {"any": [{"groups": ["staff"]}, {"email_domains": ["example.com"]}]},
        "admins": {"require": [{"groups": ["admins"]}, {"acr": "mfa", "max_age": 28_800}], "none": [{"countries": ["KP"]}]},
        "robots": {"any": [{"service_tokens": ["ci"]}]}
    });
    let routes = json!([
        {"path": "/public/*", "access": "public"},
        {"path": "/admin/*", "allow": ["admins"], "methods": ["GET"]},
        {"path": "/api/*", "allow": ["robots"], "unauthenticated": "401"},
        {"path": "/files/*", "allow": ["staff"], "semicolon": true, "min_tls": "1.3"},
        {"path": "/app/*", "allow": ["staff"]}
    ]);
    Application {
        hosts: vec![HostName::parse("app.example.com").unwrap()],
        ..with_policies(policies, routes)
    }
}

fn ask<'a>(path: &'a str) -> Question<'a> {
    Question {
        host: "app.example.com",
        path,
        method: "GET",
        country: Some("DE"),
        address: Some("198.51.100.7"),
        tls: Some("TLSv1.3"),
        now: NOW,
    }
}

fn explain(question: &Question<'_>, caller: &Caller<'_>) -> Explanation {
    let claim = |name| ClaimName::parse(name).unwrap();
    let mapping = ClaimMapping {
        user: claim("sub"),
        email: claim("email"),
        groups: claim("groups"),
        roles: claim("roles"),
        session: claim("sid"),
    };
    compiled(&application()).explain(&mapping, question, caller)
}

fn claims(claims: Value) -> Map<String, Value> {
    claims.as_object().unwrap().clone()
}

#[test]
fn an_explanation_names_the_rule_that_made_the_decision() {
    for (path, own, text) in [
        (
            "/admin/a",
            json!({"sub": "ada"}),
            "denied: no policy of the route is met, by routes[1] /admin/*; policy admins is not met \
             (require[0].groups: claim groups is absent: undecidable; require[1].acr: the login was not of this kind)",
        ),
        (
            "/admin/a",
            json!({"sub": "ada", "groups": ["admins"], "acr": "pwd"}),
            "another login is needed for policy admins, of the kind {\"acr\":\"mfa\"}, at most 8h ago, by routes[1] /admin/*; \
             policy admins is not met (require[1].acr: the login was not of this kind)",
        ),
        (
            "/app/a",
            json!({"sub": "ada", "groups": "staff", "email": "ada@example.com", "email_verified": true}),
            "allowed by policy staff, by routes[4] /app/*; policy staff is met \
             (any[1].email_domains: claim email has a listed value)",
        ),
        (
            "/app/a",
            json!({"groups": "staff", "email": "ada@example.com"}),
            "denied: no policy of the route is met, by routes[4] /app/*; policy staff is not met \
             (any[0].groups: claim groups is not an array of strings: undecidable; \
             any[1].email_domains: claim email_verified is not true: undecidable)",
        ),
    ] {
        let own = claims(own);
        let caller = Caller::Person {
            claims: &own,
            login: None,
        };
        assert_eq!(explain(&ask(path), &caller).to_string(), text);
    }
    let from_kp = Question {
        country: Some("KP"),
        ..ask("/admin/a")
    };
    let own = claims(json!({"groups": ["admins"], "acr": "mfa"}));
    let caller = Caller::Person {
        claims: &own,
        login: Some(NOW),
    };
    assert_eq!(
        explain(&from_kp, &caller).to_string(),
        "denied: no policy of the route is met, by routes[1] /admin/*; policy admins is not met \
         (none[0].countries: the viewer's country is listed)"
    );
}

#[test]
fn a_login_is_as_old_as_the_token_says_unless_it_is_told_otherwise() {
    let own = claims(json!({"groups": ["admins"], "acr": "mfa", "auth_time": NOW.seconds() - 28_801}));
    let of = |login| Caller::Person { claims: &own, login };
    assert_eq!(explain(&ask("/admin/a"), &of(None)).code(), "context");
    assert_eq!(explain(&ask("/admin/a"), &of(Some(NOW))).code(), "-");
}

#[test]
fn what_precedes_the_policies_is_decided_as_at_the_edge() {
    let nobody = Caller::Nobody;
    let with = |change: &dyn Fn(&mut Question<'static>)| {
        let mut question = ask("/admin/a");
        change(&mut question);
        explain(&question, &nobody)
    };
    assert_eq!(with(&|_| ()).decision.word(), "login");
    assert_eq!(
        with(&|question| question.path = "/elsewhere").decision.word(),
        "no_route"
    );
    for (explanation, code, navigation, other) in [
        (with(&|_| ()), "none", Some(302), Some(401)),
        (with(&|question| question.path = "/api/a"), "none", Some(401), Some(401)),
        (with(&|question| question.path = "/public/a"), "-", None, None),
        (
            with(&|question| question.host = "APP.example.com:443"),
            "none",
            Some(302),
            Some(401),
        ),
        (
            with(&|question| question.host = "other.example.com"),
            "host",
            Some(421),
            Some(421),
        ),
        (
            with(&|question| question.path = "/admin//a"),
            "path",
            Some(400),
            Some(400),
        ),
        (
            with(&|question| question.path = "/admin/a;x"),
            "path",
            Some(400),
            Some(400),
        ),
        (
            with(&|question| question.path = "/files/a;x"),
            "none",
            Some(302),
            Some(401),
        ),
        (
            with(&|question| question.path = "/elsewhere"),
            "policy",
            Some(403),
            Some(403),
        ),
        (
            with(&|question| question.method = "POST"),
            "method",
            Some(405),
            Some(405),
        ),
        (with(&|question| question.path = "/oauth2/start"), "-", None, None),
        (with(&|question| question.path = "/.zt/userinfo"), "-", None, None),
        (
            with(&|question| (question.path, question.tls) = ("/files/a", Some("TLSv1.2"))),
            "tls",
            Some(403),
            Some(403),
        ),
        (
            with(&|question| (question.path, question.tls) = ("/app/a", None)),
            "none",
            Some(302),
            Some(401),
        ),
    ] {
        assert_eq!(explanation.code(), code, "{explanation}");
        assert_eq!(explanation.status(true), navigation, "{explanation}");
        assert_eq!(explanation.status(false), other, "{explanation}");
    }
}

#[test]
fn a_machine_is_told_why_it_is_not_let_in() {
    let ci = Caller::Machine { token: "ci" };
    let explanation = explain(&ask("/api/a"), &ci);
    assert!(matches!(&explanation.decision, Decision::Allow(policy) if policy.as_str() == "robots"));
    assert_eq!(
        explain(&ask("/app/a"), &ci).to_string(),
        "denied: no policy of the route is met, by routes[4] /app/*; policy staff is not met \
         (any[0].groups: a service token has no session; any[1].email_domains: a service token has no session; \
         service_tokens: no selector of the policy names service tokens)"
    );
    let other = Caller::Machine { token: "cd" };
    assert_eq!(
        explain(&ask("/api/a"), &other).to_string(),
        "denied: no policy of the route is met, by routes[2] /api/*; policy robots is not met \
         (any[0].service_tokens: the service token is not listed)"
    );
}

/// Checklist: P21
#[test]
fn no_explanation_holds_the_value_of_a_claim() {
    let own = claims(
        json!({"sub": "ada-4711", "groups": ["secret-group"], "email": "ada-4711@secret.example", "email_verified": true, "acr": "secret-class", "amr": ["secret-method"]}),
    );
    let caller = Caller::Person {
        claims: &own,
        login: None,
    };
    for path in ["/admin/a", "/app/a", "/files/a"] {
        let text = format!("{:?}", explain(&ask(path), &caller));
        assert!(!text.contains("ada-4711") && !text.contains("secret"), "{text}");
    }
}
