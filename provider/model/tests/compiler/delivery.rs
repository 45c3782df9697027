//! What a plan says of rewrites, of TLS, of the cookie's domain, and of claims the provider does not list.

use serde_json::json;
use zt_model::compile::{Application, CookieScope};
use zt_model::ids::{ClaimName, HostName};
use zt_model::session::ClaimMapping;

use crate::{application, check, compiled, problems, with_policies};

#[test]
fn a_rewrite_leads_to_a_path_that_the_same_route_decides() {
    let staff = json!(["staff"]);
    check(&[
        (
            json!([{"path": "/app/*", "allow": staff, "spa": "/app/index.html"}]),
            &[],
        ),
        (json!([{"path": "/app/*", "allow": staff, "spa": "/app"}]), &[]),
        (
            json!([{"path": "/App/*", "allow": staff, "spa": "/app/index.html", "case_insensitive": true}]),
            &[],
        ),
        (
            json!([{"path": "/app/*", "allow": staff, "spa": "/index.html"}]),
            &["routes[0].spa: route /app/* rewrites to \"/index.html\", which it does not decide"],
        ),
        (
            json!([{"path": "/app/*.html", "access": "public"}, {"path": "/app/*", "allow": staff, "spa": "/app/index.html"}]),
            &["routes[1].spa: route /app/* rewrites to \"/app/index.html\", which it does not decide"],
        ),
        (
            json!([{"path": "/admin/*", "allow": ["admins"]}, {"path": "/*", "access": "public", "spa": "/admin/index.html"}]),
            &["routes[1].spa: route /* rewrites to \"/admin/index.html\", which it does not decide"],
        ),
        (
            json!([{"path": "/*", "allow": staff, "spa": "/oauth2/start"}]),
            &["routes[0].spa: route /* rewrites to \"/oauth2/start\", which it does not decide"],
        ),
        (
            json!([{"path": "/*", "allow": staff, "spa": "/.zt/userinfo"}]),
            &["routes[0].spa: route /* rewrites to \"/.zt/userinfo\", which it does not decide"],
        ),
        (
            json!([{"path": "/*", "allow": staff, "spa": "/index.html", "methods": ["POST"]}]),
            &["routes[0].spa: route /* takes no navigation that could be rewritten"],
        ),
    ]);
    for target in [
        "",
        "index.html",
        "/a*",
        "/a?b",
        "/a#b",
        "/a%20b",
        "/a;b",
        "/../a",
        "//a",
        "/a\n",
    ] {
        let routes = json!([{"path": "/*", "allow": staff, "spa": target}]);
        let expected = format!("routes[0].spa: {target:?} is not a path to rewrite to");
        assert_eq!(problems(&application(routes)), [expected]);
    }
}

#[test]
fn a_floor_of_tls_is_1_3_and_may_be_on_a_public_route() {
    check(&[
        (json!([{"path": "/*", "access": "public", "min_tls": "1.3"}]), &[]),
        (
            json!([{"path": "/*", "allow": ["staff"], "min_tls": "1.2"}]),
            &["routes[0].min_tls: unknown value \"1.2\""],
        ),
    ]);
}

#[test]
fn headers_that_conditions_need_are_named() {
    let headers = |policies, routes| compiled(&with_policies(policies, routes)).viewer_headers();
    let de = json!({"p": {"require": [{"groups": ["a"]}, {"countries": ["DE"]}]}});
    let ip = json!({"p": {"require": [{"groups": ["a"]}, {"ips": ["10.0.0.0/8"]}]}});
    let route = json!([{"path": "/*", "allow": ["p"]}]);
    assert_eq!(headers(de.clone(), route.clone()), ["cloudfront-viewer-country"]);
    assert_eq!(headers(ip, route), Vec::<&str>::new());
    let unused = json!([{"path": "/*", "access": "public", "min_tls": "1.3"}]);
    assert_eq!(headers(de, unused), ["cloudfront-viewer-tls"]);
}

/// Checklist: T15
#[test]
fn a_cookie_domain_covers_every_domain() {
    let host = |name| HostName::parse(name).unwrap();
    for (domain, hosts, expected) in [
        (
            "example.com",
            vec!["example.com", "app.example.com", "a.b.example.com"],
            vec![],
        ),
        (
            "example.com",
            vec!["app.example.com", "notexample.com"],
            vec!["cookie_domain: domain notexample.com lies outside the cookie domain example.com"],
        ),
        (
            "app.example.com",
            vec!["example.com"],
            vec!["cookie_domain: domain example.com lies outside the cookie domain app.example.com"],
        ),
        (
            "example.com",
            vec![],
            vec!["cookie_domain: the cookie domain example.com has no domain of the application to cover"],
        ),
    ] {
        let application = Application {
            hosts: hosts.into_iter().map(host).collect(),
            cookie: CookieScope::Domain(host(domain)),
            ..application(json!([{"path": "/*", "allow": ["staff"]}]))
        };
        assert_eq!(problems(&application), expected);
    }
}

#[test]
fn claims_that_the_provider_does_not_list_are_pointed_out() {
    let claim = |name| ClaimName::parse(name).unwrap();
    let mapping = ClaimMapping {
        user: claim("oid"),
        email: claim("email"),
        groups: claim("groups"),
        roles: claim("roles"),
        session: claim("sid"),
    };
    let policy = json!({"require": [{"groups": ["a"]}, {"claims": {"dept": ["x"]}}, {"acr": "mfa"}], "any": [{"users": ["u"]}, {"email_domains": ["x.org"]}]});
    let sent = |claims: &[&str]| Some(claims.iter().map(|claim| (*claim).to_owned()).collect());
    let mut application = Application {
        mapping: Some(mapping),
        identity_headers: [("x-zt-name".to_owned(), "name".to_owned())].into(),
        session_claims: vec!["name".into()],
        ..with_policies(json!({"p": policy}), json!([{"path": "/*", "allow": ["p"]}]))
    };
    assert_eq!(
        problems(&application),
        Vec::<String>::new(),
        "nothing is known of the provider"
    );
    application.supported_claims = sent(&["oid", "groups", "dept", "acr", "email", "email_verified", "name"]);
    application.supported_contexts = sent(&["mfa"]);
    assert_eq!(problems(&application), Vec::<String>::new());
    application.supported_claims = sent(&["oid"]);
    application.supported_contexts = sent(&["pwd"]);
    assert_eq!(
        problems(&application),
        [
            "policies[\"p\"].require[0].groups: the provider does not list the claim \"groups\"",
            "policies[\"p\"].require[1].claims: the provider does not list the claim \"dept\"",
            "policies[\"p\"].require[2].acr: the provider does not list the claim \"acr\"",
            "policies[\"p\"].any[1].email_domains: the provider does not list the claim \"email\"",
            "policies[\"p\"].any[1].email_domains: the provider does not list the claim \"email_verified\"",
            "identity_headers[\"x-zt-name\"]: the provider does not list the claim \"name\"",
            "policies[\"p\"].require[2].acr: the provider does not list the authentication context class \"mfa\"",
        ]
    );
}
