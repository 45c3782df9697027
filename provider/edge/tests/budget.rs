//! The size budget of DESIGN section 7: a large application fits into a CloudFront Function.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::json;
use zt_edge::{FUNCTION_LIMIT, RenderError, SessionFunction};
use zt_model::compile::{Application, compile};
use zt_model::ids::{ApplicationName, HostName, KeyId};
use zt_model::membership::MembershipDocument;
use zt_model::source::Source;

fn render(routes: usize, policies: usize) -> Result<SessionFunction, RenderError> {
    let policy = |number: usize| {
        (
            format!("team{number}"),
            json!({"any": [{"groups": [format!("g{number}")]}]}),
        )
    };
    let route =
        |number: usize| json!({"path": format!("/app{number:02}/*"), "allow": [format!("team{}", number % policies)]});
    let source: Source = serde_json::from_value(json!({
        "policies": (0..policies).map(policy).collect::<serde_json::Map<_, _>>(),
        "routes": (0..routes).map(route).collect::<Vec<_>>(),
    }))
    .unwrap();
    let application = Application {
        hosts: vec![HostName::parse("app.example.com").unwrap()],
        identity_headers: [("x-zt-email".to_owned(), "email".to_owned())].into(),
        session_claims: vec!["email".into()],
        ..Application::new(ApplicationName::parse("members").unwrap(), source.clone())
    };
    let compiled = compile(&application).unwrap();
    let membership = MembershipDocument::first(KeyId::parse("k7q2").unwrap(), &compiled.policies, source).unwrap();
    SessionFunction::render(&compiled.table(&membership).unwrap())
}

#[test]
fn a_hundred_routes_and_thirty_policies_fit() {
    let function = render(100, 30).unwrap();
    assert!(function.code().len() <= FUNCTION_LIMIT);
}

/// Checklist: K9.
#[test]
fn what_does_not_fit_says_so_before_anything_is_created() {
    let Err(RenderError::TooLarge(error)) = render(400, 30) else {
        panic!("four hundred routes do not fit");
    };
    assert_eq!(error.bytes, error.over() + FUNCTION_LIMIT);
    let listing = error.listing();
    for told in [
        "core ",
        "identity_headers: ",
        "routes[108] ",
        "390 others ",
        "policies[\"team18\"] ",
        "20 others ",
        "domains ",
    ] {
        assert!(listing.contains(told), "{told:?} is not in\n{listing}");
    }
}
