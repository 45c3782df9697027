use std::collections::BTreeSet;

use serde_json::json;
use zt_model::compile::{Application, CookieScope};
use zt_model::duration::Duration;
use zt_model::ids::HostName;

use crate::{application, problems, with_policies};

fn plain() -> Application {
    application(json!([{"path": "/*", "allow": ["staff"]}]))
}

#[test]
fn a_session_does_not_outlive_its_store() {
    let hours = |hours: u64| Some(Duration::from_seconds(hours * 3_600));
    for (lifetime, absolute, store, expected) in [
        (hours(1), hours(12), hours(12), vec![]),
        (hours(1), hours(12), None, vec![]),
        (None, None, hours(12), vec![]),
        (
            hours(1),
            hours(13),
            hours(12),
            vec!["absolute_lifetime: session lifetime 13h is longer than 12h"],
        ),
        (
            hours(13),
            hours(12),
            hours(12),
            vec!["lifetime: session lifetime 13h is longer than 12h"],
        ),
        (
            hours(25),
            None,
            hours(24),
            vec!["lifetime: session lifetime 25h is longer than 1d"],
        ),
    ] {
        let application = Application {
            lifetime,
            absolute_lifetime: absolute,
            store_longest: store,
            ..plain()
        };
        assert_eq!(problems(&application), expected);
    }
}

#[test]
fn a_domain_is_listed_once() {
    let host = |name| HostName::parse(name).unwrap();
    let hosts = vec![host("a.example.com"), host("b.example.com"), host("a.example.com")];
    let application = Application { hosts, ..plain() };
    assert_eq!(
        problems(&application),
        ["domains[2]: domain a.example.com is listed twice"]
    );
}

#[test]
fn reserved_paths_are_fixed_and_apart() {
    for (prefix, userinfo, expected) in [
        ("/oauth2", "/.zt/userinfo", vec![]),
        ("/a/b", "/a/c", vec![]),
        ("/a", "/ab", vec![]),
        ("/", "/x", vec!["auth_prefix: invalid path \"/\""]),
        ("/oauth2/", "/x", vec!["auth_prefix: invalid path \"/oauth2/\""]),
        ("oauth2", "/x", vec!["auth_prefix: invalid path \"oauth2\""]),
        ("/a/../b", "/x", vec!["auth_prefix: invalid path \"/a/../b\""]),
        ("/a*", "/x", vec!["auth_prefix: invalid path \"/a*\""]),
        ("/a", "/b%20c", vec!["userinfo_path: invalid path \"/b%20c\""]),
        ("/a", "/a", vec!["userinfo_path: the reserved paths overlap"]),
        ("/a", "/a/me", vec!["userinfo_path: the reserved paths overlap"]),
    ] {
        let application = Application {
            auth_prefix: prefix.into(),
            userinfo: userinfo.into(),
            ..plain()
        };
        assert_eq!(problems(&application), expected);
    }
}

#[test]
fn identity_headers_are_stripped_ones_and_their_claims_travel() {
    for (header, claim, expected) in [
        ("x-zt-email", "email", vec![]),
        ("x-email", "email", vec!["identity_headers[\"x-email\"]: invalid name"]),
        (
            "x-zt-name",
            "name",
            vec![
                "identity_headers[\"x-zt-name\"]: identity header x-zt-name carries claim \"name\", which the session does not",
            ],
        ),
        ("x-zt-a", "a b", vec!["identity_headers[\"x-zt-a\"]: invalid name"]),
    ] {
        let application = Application {
            identity_headers: [(header.to_owned(), claim.to_owned())].into(),
            session_claims: vec!["email".into()],
            ..plain()
        };
        assert_eq!(problems(&application), expected);
    }
}

/// Checklist: P8
#[test]
fn no_claim_of_a_user_stands_where_a_machine_is_named() {
    let taken = ["identity_headers[\"x-zt-service\"]: identity header x-zt-service is one of machines"];
    let tokens = json!({"p": {"any": [{"groups": ["a"]}, {"service_tokens": ["ci"]}]}});
    for (header, machines, policies, expected) in [
        (
            "x-zt-service",
            false,
            json!({"p": {"any": [{"groups": ["a"]}]}}),
            vec![],
        ),
        (
            "x-zt-service",
            true,
            json!({"p": {"any": [{"groups": ["a"]}]}}),
            taken.to_vec(),
        ),
        ("x-zt-service", false, tokens.clone(), taken.to_vec()),
        ("x-zt-email", true, tokens, vec![]),
    ] {
        let application = Application {
            machines,
            identity_headers: [(header.to_owned(), "name".to_owned())].into(),
            session_claims: vec!["name".into()],
            ..with_policies(policies, json!([{"path": "/*", "allow": ["p"]}]))
        };
        assert_eq!(problems(&application), expected, "{header}");
    }
}

#[test]
fn an_origin_is_one_of_the_application() {
    let routes = json!([{"path": "/api/*", "allow": ["staff"], "origin": "api"}]);
    let with = |origins: Option<BTreeSet<String>>| Application {
        origins,
        ..application(routes.clone())
    };
    assert_eq!(problems(&with(None)), Vec::<String>::new());
    assert_eq!(problems(&with(Some(["api".to_owned()].into()))), Vec::<String>::new());
    assert_eq!(
        problems(&with(Some(["web".to_owned()].into()))),
        ["routes[0].origin: unknown origin \"api\""]
    );
}

#[test]
fn the_cookie_is_host_only_unless_a_domain_is_asked_for() {
    let application = plain();
    assert_eq!(
        (application.cookie_name().as_str(), application.cookie_domain()),
        ("__Host-zt-session", None)
    );
    let domain = CookieScope::Domain(HostName::parse("example.com").unwrap());
    let application = Application {
        cookie: domain,
        ..plain()
    };
    assert_eq!(
        (application.cookie_name().as_str(), application.cookie_domain()),
        ("__Secure-zt-members", Some("example.com"))
    );
}
