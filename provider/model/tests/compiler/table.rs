use serde_json::{Value, json};
use zt_model::compile::{Application, TableError};
use zt_model::ids::{HostName, KeyId};
use zt_model::membership::MembershipDocument;

use crate::{application, compiled};

fn table(application: &Application) -> Value {
    let compiled = compiled(application);
    let kid = KeyId::parse("k1").unwrap();
    let membership = MembershipDocument::first(kid, &compiled.policies, application.source.clone()).unwrap();
    serde_json::from_str(&compiled.table(&membership).unwrap().json()).unwrap()
}

#[test]
fn the_table_has_the_form_of_the_contract() {
    let cors = json!({"origins": ["https://a.example"], "methods": ["GET"], "headers": ["Content-Type"], "credentials": true, "max_age": 600});
    let routes = json!([
        {"path": "/public/*", "access": "public"},
        {"path": "/admin/*", "allow": ["admins"], "methods": ["GET", "POST"]},
        {"path": "/api/*", "allow": ["staff", "admins"], "unauthenticated": "401", "cors": cors},
        {"path": "/Files/*", "allow": ["staff"], "encoded_slash": true, "semicolon": true, "case_insensitive": true},
        {"path": "/form", "access": "public", "methods": ["POST"]},
        {"path": "/*", "allow": ["staff"]}
    ]);
    let application = Application {
        hosts: vec![HostName::parse("app.example.com").unwrap()],
        identity_headers: [("x-zt-email".to_owned(), "email".to_owned())].into(),
        session_claims: vec!["email".into()],
        ..application(routes)
    };
    assert_eq!(
        table(&application),
        json!({
            "a": "members", "c": "__Host-zt-session", "h": ["app.example.com"], "w": ["https://app.example.com"],
            "p": "/oauth2", "u": "/.zt/userinfo", "g": 1, "k": [[0, 1], [1, 1]], "n": ["admins", "staff"],
            "i": {"x-zt-email": "email"},
            "r": [
                ["/public/*", 0],
                ["/admin/*", 0, [0], ["GET", "POST"]],
                ["/api/*", 1, [1, 0], 0, {"o": ["https://a.example"], "m": ["GET"], "h": ["content-type"], "c": true, "s": 600}],
                ["/Files/*", 14, [1]],
                ["/form", 0, 0, ["POST"]],
                ["/*", 0, [1]]
            ]
        })
    );
}

#[test]
fn a_shared_cache_is_a_flag() {
    let application = application(json!([{"path": "/*", "allow": ["staff"], "cache": "shared"}]));
    assert_eq!(table(&application)["r"], json!([["/*", 16, [0]]]));
}

#[test]
fn own_origins_carry_a_port_that_is_not_the_usual_one() {
    let hosts = vec![HostName::parse("a.example.com").unwrap()];
    let application = Application {
        hosts,
        port: 8_443,
        ..application(json!([{"path": "/*", "allow": ["staff"]}]))
    };
    assert_eq!(table(&application)["w"], json!(["https://a.example.com:8443"]));
}

#[test]
fn the_text_is_one_line_of_ascii_that_ends_nothing() {
    let application = application(json!([{"path": "/é/\u{1f600}/<\u{2028}/\"'x", "allow": ["staff"]}]));
    let compiled = compiled(&application);
    let kid = KeyId::parse("k1").unwrap();
    let membership = MembershipDocument::first(kid, &compiled.policies, application.source.clone()).unwrap();
    let text = compiled.table(&membership).unwrap().json();
    assert!(
        text.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b'<'),
        "{text}"
    );
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read["r"][0][0], "/é/\u{1f600}/<\u{2028}/\"'x");
}

#[test]
fn a_membership_document_of_other_policies_makes_no_table() {
    let old = application(json!([{"path": "/*", "allow": ["staff"]}]));
    let before = compiled(&old);
    let kid = KeyId::parse("k1").unwrap();
    let membership = MembershipDocument::first(kid, &before.policies, old.source.clone()).unwrap();
    let edited = crate::with_policies(
        json!({"staff": {"any": [{"groups": ["everybody"]}]}}),
        json!([{"path": "/*", "allow": ["staff"]}]),
    );
    let error = compiled(&edited).table(&membership).unwrap_err();
    assert!(matches!(error, TableError::NoBit(name) if name.as_str() == "staff"));
}

#[test]
fn the_same_application_gives_the_same_bytes_whatever_the_order_of_its_policies() {
    let routes = json!([{"path": "/*", "allow": ["staff"]}]);
    let one = crate::with_policies(
        json!({"staff": {"any": [{"groups": ["a", "b"]}, {"roles": ["r"]}]}}),
        routes.clone(),
    );
    let other = crate::with_policies(
        json!({"staff": {"any": [{"roles": ["r"]}, {"groups": ["b", "a"]}]}}),
        routes,
    );
    assert_eq!(table(&one), table(&other));
    assert_eq!(compiled(&one).policies, compiled(&other).policies);
}
