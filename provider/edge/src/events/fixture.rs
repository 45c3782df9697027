//! An application with one route of each kind, for the tests of this crate.

use zt_model::compile::{Application, Compiled, compile};
use zt_model::ids::{ApplicationName, KeyId};
use zt_model::membership::{MembershipDocument, Policy, Selector};
use zt_model::source::{RouteSource, Source};
use zt_model::store::ApplicationDocument;

pub(crate) fn source() -> Source {
    let policy = |group: &str| Policy {
        require: vec![Selector {
            groups: Some(vec![group.to_owned()]),
            ..Selector::default()
        }],
        ..Policy::default()
    };
    let route = |path: &str, allow: &[&str]| RouteSource {
        path: path.to_owned(),
        allow: allow.iter().map(ToString::to_string).collect(),
        ..RouteSource::default()
    };
    let words = |words: &[&str]| Some(words.iter().map(ToString::to_string).collect());
    Source {
        policies: [
            ("staff".to_owned(), policy("staff")),
            ("admins".to_owned(), policy("admins")),
        ]
        .into(),
        routes: vec![
            RouteSource {
                access: Some("public".into()),
                ..route("/public/*", &[])
            },
            RouteSource {
                methods: words(&["GET", "POST"]),
                ..route("/admin/*", &["admins"])
            },
            RouteSource {
                unauthenticated: Some("401".into()),
                ..route("/api/*", &["staff"])
            },
            RouteSource {
                methods: words(&["PUT"]),
                ..route("/write", &["staff"])
            },
            route("/*", &["staff", "admins"]),
        ],
    }
}

pub(crate) fn application() -> (Compiled, MembershipDocument) {
    let name = ApplicationName::parse("members").unwrap();
    let compiled = compile(&Application::new(name, source())).unwrap();
    let kid = KeyId::parse("k1").unwrap();
    let membership = MembershipDocument::first(kid, &compiled.policies, source()).unwrap();
    (compiled, membership)
}

pub(crate) fn document() -> ApplicationDocument {
    ApplicationDocument::parse(&format!(
        r#"{{"v":1,"nb":0,"k":{{"k1":["{}A",0,0]}}}}"#,
        "AbCdEf".repeat(7)
    ))
    .unwrap()
}
