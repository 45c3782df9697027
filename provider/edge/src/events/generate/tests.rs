use super::*;
use crate::events::fixture;

const NOW: Instant = Instant::from_seconds(1_800_000_000);

fn events() -> Vec<TestEvent> {
    let (compiled, membership) = fixture::application();
    let document = fixture::document();
    let session = TestSession {
        document: &document,
        user: [1; 9],
        session: [2; 16],
        now: NOW,
    };
    test_events(&compiled, &membership, &session).unwrap()
}

fn expected<'a>(events: &'a [TestEvent], name: &str) -> &'a Expectation {
    let event = events.iter().find(|event| event.name.contains(name));
    &event.unwrap_or_else(|| panic!("no event {name:?}")).expected
}

#[test]
fn every_route_is_tried() {
    let events = events();
    let login = Expectation::redirect("/oauth2/start?rd=".into());
    for (name, expectation) in [
        ("routes[0] /public/*, public", &Expectation::Pass),
        ("routes[1] /admin/*, protected", &login),
        ("routes[1] /admin/*, method PATCH", &Expectation::status(405)),
        ("routes[2] /api/*, protected", &Expectation::status(401)),
        ("routes[3] /write, protected", &Expectation::status(401)),
        ("routes[4] /*, protected", &login),
        ("a host that is not configured", &Expectation::status(421)),
        ("the ambiguous path //zt-test", &Expectation::status(400)),
        ("the auth prefix", &Expectation::status(404)),
        ("a program without a session", &Expectation::status(401)),
        ("a session signed with another key", &login),
        ("a session that meets the policies", &Expectation::Pass),
        ("a session that meets no policy", &Expectation::status(403)),
    ] {
        assert_eq!(expected(&events, name), expectation, "{name}");
    }
}

#[test]
fn events_have_the_form_of_cloudfront() {
    for event in events() {
        assert!(event.event.len() <= 40_960, "{}", event.name);
        let value: serde_json::Value = serde_json::from_str(&event.event).unwrap();
        assert_eq!(value["version"], "1.0");
        assert_eq!(value["context"]["eventType"], "viewer-request");
        assert!(value["request"]["uri"].as_str().unwrap().starts_with('/'));
        assert!(value["request"]["headers"]["host"]["value"].is_string());
    }
}

#[test]
fn the_sessions_are_genuine_but_one() {
    use zt_model::session::{Refusal, verify};
    let document = fixture::document();
    let mut verdicts = Vec::new();
    for event in events() {
        let value: serde_json::Value = serde_json::from_str(&event.event).unwrap();
        if let Some(token) = value["request"]["cookies"]["__Host-zt-session"]["value"].as_str() {
            verdicts.push(verify(token, |kid| document.key(kid, NOW), NOW).err());
        }
    }
    assert_eq!(verdicts, [Some(Refusal::Format), Some(Refusal::Mac), None, None]);
}

#[test]
fn a_standing_block_of_everyone_is_expected_to_refuse() {
    use zt_model::ids::BlockId;
    use zt_model::store::Expiry;
    let (compiled, membership) = fixture::application();
    let mut document = fixture::document();
    document.set_block(&BlockId::parse("AAAAAAAA").unwrap(), Expiry::Never, NOW);
    let session = TestSession {
        document: &document,
        user: [1; 9],
        session: [2; 16],
        now: NOW,
    };
    let events = test_events(&compiled, &membership, &session).unwrap();
    assert_eq!(
        *expected(&events, "a session that meets the policies"),
        Expectation::status(403)
    );
}

#[test]
fn without_a_key_there_is_no_test() {
    let (compiled, membership) = fixture::application();
    let document = ApplicationDocument::default();
    let session = TestSession {
        document: &document,
        user: [1; 9],
        session: [2; 16],
        now: NOW,
    };
    assert!(matches!(
        test_events(&compiled, &membership, &session),
        Err(EventsError::NoKey)
    ));
}

#[test]
fn a_route_that_decides_nothing_and_one_for_nobody_are_no_fault() {
    let (mut compiled, membership) = fixture::application();
    // As in a table between two configurations: a route nobody passes first, and one that an earlier one covers.
    compiled.routes.insert(
        0,
        zt_model::compile::CompiledRoute {
            access: Access::Policies(Vec::new()),
            ..compiled.routes[3].clone()
        },
    );
    let document = fixture::document();
    let session = TestSession {
        document: &document,
        user: [1; 9],
        session: [2; 16],
        now: NOW,
    };
    let events = test_events(&compiled, &membership, &session).unwrap();
    assert!(
        events
            .iter()
            .any(|event| event.name.starts_with("routes[0] /write, protected"))
    );
    assert!(!events.iter().any(|event| event.name.starts_with("routes[4] /write")));
    assert_eq!(
        *expected(&events, "a session that meets the policies"),
        Expectation::Pass
    );
}

/// An application that asks for everything a route and an application may ask for.
fn demanding(always_401: bool) -> (Compiled, MembershipDocument) {
    use zt_model::compile::{Application, compile};
    use zt_model::ids::{ApplicationName, KeyId};
    use zt_model::source::Source;
    let mut source: Source = serde_json::from_value(serde_json::json!({
        "policies": {
            "staff": {"any": [{"groups": ["staff"]}]},
            "strong": {"require": [{"groups": ["staff"]}, {"acr": "mfa", "max_age": 28_800}]},
            "near": {"require": [{"groups": ["staff"], "countries": ["DE"]}]},
            "robots": {"any": [{"service_tokens": ["ci"]}]},
        },
        "routes": [
            {"path": "/near/*", "allow": ["near"]},
            {"path": "/strong/*", "allow": ["strong"]},
            {"path": "/robots/*", "allow": ["robots"]},
            {"path": "/strict/*", "allow": ["staff"], "min_tls": "1.3"},
            {"path": "/api/*", "allow": ["staff"], "cors": {"origins": ["https://spa.example"], "methods": ["PUT"]}},
            {"path": "/*", "allow": ["staff"]},
        ],
    }))
    .unwrap();
    if always_401 {
        source.routes[1].unauthenticated = Some("401".into());
    }
    let name = ApplicationName::parse("members").unwrap();
    let application = Application {
        assertion: true,
        machines: true,
        ..Application::new(name, source.clone())
    };
    let compiled = compile(&application).unwrap();
    let membership = MembershipDocument::first(KeyId::parse("k1").unwrap(), &compiled.policies, source).unwrap();
    (compiled, membership)
}

fn events_of(compiled: &Compiled, membership: &MembershipDocument) -> Vec<TestEvent> {
    let document = fixture::document();
    let session = TestSession {
        document: &document,
        user: [1; 9],
        session: [2; 16],
        now: NOW,
    };
    test_events(compiled, membership, &session).unwrap()
}

/// Checklist: L12, P16, P19
#[test]
fn what_is_asked_for_beyond_a_session_is_tried() {
    let (compiled, membership) = demanding(false);
    let events = events_of(&compiled, &membership);
    let login = Expectation::redirect("/oauth2/start?rd=".into());
    for (name, expectation) in [
        ("a viewer with TLS 1.2", &Expectation::status(403)),
        (
            "a preflight to a protected route without a rule",
            &Expectation::status(403),
        ),
        ("a preflight of another origin", &Expectation::status(403)),
        ("a preflight that the rule allows", &Expectation::status(204)),
        ("a WebSocket of a foreign origin", &Expectation::status(403)),
        ("a service token that is none", &Expectation::status(401)),
        ("a session in a header that is none", &Expectation::status(401)),
        ("a session without the authentication asked for", &login),
        ("a session that meets the policies", &Expectation::Pass),
        ("a session that meets no policy", &Expectation::status(403)),
    ] {
        assert_eq!(expected(&events, name), expectation, "{name}");
    }
    let of = |name: &str| {
        let event = events.iter().find(|event| event.name.contains(name)).unwrap();
        serde_json::from_str::<serde_json::Value>(&event.event).unwrap()["request"].clone()
    };
    // Sessions that are to pass run on a route that asks for membership alone, with the assertion they are bound to.
    let passing = of("a session that meets the policies");
    assert!(passing["uri"].as_str().unwrap().starts_with("/strict"), "{passing}");
    assert!(passing["cookies"]["__Host-zt-assertion"]["value"].is_string());
    let tls = &passing["headers"]["cloudfront-viewer-tls"]["value"];
    assert!(tls.as_str().unwrap().starts_with("TLSv1.3:"));
    assert!(
        of("the authentication asked for")["uri"]
            .as_str()
            .unwrap()
            .starts_with("/strong")
    );
}

/// Checklist: P19
#[test]
fn a_step_up_of_a_program_is_told() {
    let (compiled, membership) = demanding(true);
    let events = events_of(&compiled, &membership);
    assert_eq!(
        *expected(&events, "the authentication asked for"),
        Expectation::status(401)
    );
}

#[test]
fn what_nobody_asks_for_is_not_tried() {
    let events = events();
    for name in [
        "TLS",
        "rule allows",
        "another origin",
        "service token",
        "in a header",
        "asked for",
    ] {
        assert!(!events.iter().any(|event| event.name.contains(name)), "{name}");
    }
}
