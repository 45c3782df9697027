//! Sessions that end from within: a logout, the provider's back channel, a security event. Each goes through the queue and the
//! store writer to the edge, and takes nobody else with it.

use std::time::{Duration, Instant};

use serde_json::json;
use zt_acceptance_tests::{HEAD, STORE, application_with, revocation};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::endpoints::Person;
use zt_test_support::terraform::Terraform;
use zt_test_support::visitor::{NAVIGATION, Visitor};

const COOKIE: &str = "__Host-zt-session";
/// Far beyond what queue and writer take here.
const LONGEST: Duration = Duration::from_secs(60);

struct World {
    cloud: LocalCloud,
    terraform: Terraform,
    configuration: String,
}

/// A browser that is logged in.
struct Session {
    visitor: Visitor,
    cookie: String,
}

fn world() -> World {
    let cloud = LocalCloud::start();
    let endpoints = &cloud.endpoints;
    let provider = &endpoints.identity_provider;
    let host = &endpoints.edge.hosts[0];
    let more = format!(
        "  shared_signals = {{ issuer = \"{}\", jwks_uri = \"{}\", audience = \"https://{host}\" }}\n",
        provider.events.issuer, provider.events.jwks_uri
    );
    let application = application_with(endpoints, "members", host, &more)
        .replace("scopes    =", "back_channel_logout = true\n    scopes    =");
    let configuration = [HEAD, STORE, &application].concat();
    let terraform = Terraform::new(endpoints, &[("main.tf", &configuration)]);
    terraform.apply(&[]).success();
    World {
        cloud,
        terraform,
        configuration,
    }
}

impl World {
    fn host(&self) -> &str {
        &self.cloud.endpoints.edge.hosts[0]
    }

    fn log_in(&self, user: &str, password: &str) -> Session {
        let visitor = Visitor::new(&self.cloud.endpoints);
        let url = visitor.url(self.host(), "/members");
        let steps = visitor.log_in(url.clone(), user, password);
        assert_eq!(steps.last().map(|step| step.status), Some(200), "{steps:?}");
        let cookie = visitor.cookie(&url, COOKIE).expect("a session cookie");
        Session { visitor, cookie }
    }

    fn alice(&self) -> Session {
        let provider = &self.cloud.endpoints.identity_provider;
        self.log_in(&provider.user, &provider.password)
    }

    fn person(&self, name: &str) -> &Person {
        let people = &self.cloud.endpoints.identity_provider.other_users;
        people
            .iter()
            .find(|person| person.user == name)
            .expect("a person of that name")
    }

    fn bob(&self) -> Session {
        let bob = self.person("bob@example.com");
        self.log_in(&bob.user, &bob.password)
    }

    /// What a copy of a cookie gets, without the browser it came from.
    fn status(&self, session: &Session) -> u16 {
        let header = format!("{COOKIE}={}", session.cookie);
        let headers = [NAVIGATION.as_slice(), &[("cookie", header.as_str())]].concat();
        let visitor = Visitor::new(&self.cloud.endpoints);
        let url = visitor.url(self.host(), "/members");
        visitor.send(reqwest::Method::GET, url, &headers, None).status
    }

    /// Waits until the copy is refused.
    fn ends(&self, session: &Session) {
        let started = Instant::now();
        while self.status(session) == 200 {
            assert!(started.elapsed() < LONGEST, "the session goes on\n{}", self.cloud.log());
        }
    }

    fn close(self) {
        self.terraform.destroy().success();
        assert!(self.cloud.left_over().is_empty(), "{:?}", self.cloud.left_over());
    }
}

/// Checklist: R1, R8, R9. After a logout a copy of the cookie is dead, and another user's session lives.
#[test]
fn a_logout_ends_every_copy_of_the_session() {
    let world = world();
    let (alice, bob) = (world.alice(), world.bob());
    let visitor = &alice.visitor;
    let logout = visitor.url(world.host(), "/oauth2/logout");
    let own = format!("https://{}:{}", world.host(), world.cloud.endpoints.edge.port);
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
    let world = world();
    let (alice, bob) = (world.alice(), world.bob());
    let endpoint = |name: &str| alice.visitor.url(world.host(), &format!("/oauth2/{name}")).to_string();
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

/// Checklist: R6. A flood of logouts neither delays an operator nor logs anybody else out.
#[test]
fn a_flood_of_logouts_does_not_delay_an_operator() {
    let world = world();
    let (alice, bob) = (world.alice(), world.bob());
    let provider = &world.cloud.endpoints.identity_provider;
    let url = alice
        .visitor
        .url(world.host(), "/oauth2/backchannel-logout")
        .to_string();
    let slow =
        json!({"service": "cloudfront-keyvaluestore", "agent": "zt-store-writer", "kind": "slow", "delay_ms": 300});
    world.cloud.admin(reqwest::Method::POST, "/faults", Some(&slow));
    for number in 0..60 {
        let token = json!({"client_id": provider.client_id, "sub": format!("u-nobody-{number}"), "url": url});
        let told = world.cloud.identity_provider("/logout-token", &token);
        assert_eq!(told["answer"]["status"], 200, "{told}");
    }
    let revoked = revocation(&world.cloud.endpoints, "out", &provider.subject, "");
    world
        .terraform
        .write("main.tf", &[world.configuration.as_str(), &revoked].concat());
    world.terraform.apply(&[]).success();
    assert_eq!(
        world.status(&alice),
        403,
        "the operator's word counts once the apply is done"
    );
    assert_eq!(world.status(&bob), 200);
    world.cloud.admin(reqwest::Method::DELETE, "/faults", None);
    world.close();
}
