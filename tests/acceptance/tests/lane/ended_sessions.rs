//! Sessions that end from within: a logout, the provider's back channel, a security event. Each goes through the queue and the
//! store writer to the edge, and takes nobody else with it.

use serde_json::json;
use zt_acceptance_tests::members::Members;

/// Checklist: R1, R8, R9. After a logout a copy of the cookie is dead, and another user's session lives.
#[test]
fn a_logout_ends_every_copy_of_the_session() {
    let world = Members::start();
    let (alice, bob) = (world.alice(), world.bob());
    let visitor = &alice.visitor;
    let logout = visitor.url(world.host(), "/oauth2/logout");
    let own = world.url("");
    let foreign = visitor.send(
        reqwest::Method::POST,
        logout.clone(),
        &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        None,
    );
    assert_eq!(foreign.status, 403, "another site cannot log anybody out");
    assert_eq!(world.status(&alice), 200);

    let answer = visitor.send(reqwest::Method::POST, logout, &[("origin", own.as_str())], None);
    assert_eq!(answer.status, 303, "{}", answer.body);
    world.ends(&alice);
    assert_eq!(world.status(&bob), 200);
    world.close();
}

/// Checklist: R11, R15. What the provider and a transmitter of events say ends sessions of the user, and of nobody else; a
/// server at a hosting provider without a User-Agent gets through the firewall.
#[test]
fn the_back_channel_and_events_end_sessions_of_their_user() {
    let world = Members::start();
    let (alice, bob) = (world.alice(), world.bob());
    let endpoint = |name: &str| world.url(&format!("/oauth2/{name}"));
    let provider = &world.cloud.endpoints.identity_provider;
    let told = world.cloud.identity_provider(
        "/logout-token",
        &json!({
            "client_id": provider.client_id,
            "sub": provider.subject,
            "url": endpoint("backchannel-logout"),
            "headers": { "x-local-viewer-address": "198.18.0.7" },
        }),
    );
    assert_eq!(told["answer"]["status"], 200, "{told}");
    world.ends(&alice);
    assert_eq!(world.status(&bob), 200);

    world.cloud.advance(61);
    let alice = world.alice();
    assert_eq!(world.status(&alice), 200, "a login after the logout counts");
    let told = world.cloud.identity_provider(
        "/events",
        &json!({
            "event": "https://schemas.openid.net/secevent/risc/event-type/account-disabled",
            "subject": { "format": "iss_sub", "iss": provider.issuer, "sub": provider.subject },
            "audience": format!("https://{}", world.host()),
            "url": endpoint("events"),
            "headers": { "x-local-viewer-address": "198.18.0.7" },
        }),
    );
    assert_eq!(told["answer"]["status"], 202, "{told}");
    world.ends(&alice);
    assert_eq!(world.status(&bob), 200);
    world.close();
}
