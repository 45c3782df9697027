//! An application with a session store, a queue and people who are logged in: what tests about ending sessions start from.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use zt_test_support::cloud::{Call, LocalCloud};
use zt_test_support::endpoints::Person;
use zt_test_support::terraform::Terraform;
use zt_test_support::visitor::{NAVIGATION, Visitor};

use crate::{HEAD, STORE, application_with};

pub const COOKIE: &str = "__Host-zt-session";
/// Far beyond what queue and writer take here.
const LONGEST: Duration = Duration::from_secs(60);

/// The application `members` with back-channel logout and a transmitter of security events.
pub struct Members {
    pub cloud: LocalCloud,
    pub terraform: Terraform,
    pub configuration: String,
}

/// A browser that is logged in.
pub struct Session {
    pub visitor: Visitor,
    pub cookie: String,
}

impl Members {
    pub fn start() -> Self {
        Self::with("")
    }

    /// The same with more attributes of the application.
    pub fn with(more: &str) -> Self {
        let cloud = LocalCloud::start();
        let endpoints = &cloud.endpoints;
        let provider = &endpoints.identity_provider;
        let host = &endpoints.edge.hosts[0];
        let more = format!(
            "  shared_signals = {{ issuer = \"{}\", jwks_uri = \"{}\", audience = \"https://{host}\" }}\n{more}",
            provider.events.issuer, provider.events.jwks_uri
        );
        let application = application_with(endpoints, "members", host, &more)
            .replace("scopes    =", "back_channel_logout = true\n    scopes    =");
        let configuration = [HEAD, STORE, &application].concat();
        let terraform = Terraform::new(endpoints, &[("main.tf", &configuration)]);
        terraform.apply(&[]).success();
        Self {
            cloud,
            terraform,
            configuration,
        }
    }

    pub fn host(&self) -> &str {
        &self.cloud.endpoints.edge.hosts[0]
    }

    /// The address of a path of the application.
    pub fn url(&self, path: &str) -> String {
        format!("https://{}:{}{path}", self.host(), self.cloud.endpoints.edge.port)
    }

    pub fn log_in(&self, user: &str, password: &str) -> Session {
        let visitor = Visitor::new(&self.cloud.endpoints);
        let url = visitor.url(self.host(), "/members");
        let steps = visitor.log_in(url.clone(), user, password);
        assert_eq!(steps.last().map(|step| step.status), Some(200), "{steps:?}");
        let cookie = visitor.cookie(&url, COOKIE).expect("a session cookie");
        Session { visitor, cookie }
    }

    pub fn alice(&self) -> Session {
        let provider = &self.cloud.endpoints.identity_provider;
        self.log_in(&provider.user, &provider.password)
    }

    pub fn person(&self, name: &str) -> &Person {
        let people = &self.cloud.endpoints.identity_provider.other_users;
        people
            .iter()
            .find(|person| person.user == name)
            .expect("a person of that name")
    }

    pub fn bob(&self) -> Session {
        let bob = self.person("bob@example.com");
        self.log_in(&bob.user, &bob.password)
    }

    /// What a copy of a cookie gets, without the browser it came from.
    pub fn status(&self, session: &Session) -> u16 {
        self.status_of(&Visitor::new(&self.cloud.endpoints), &session.cookie)
    }

    /// The same from a browser that is already there.
    pub fn status_of(&self, visitor: &Visitor, cookie: &str) -> u16 {
        let header = format!("{COOKIE}={cookie}");
        let headers = [NAVIGATION.as_slice(), &[("cookie", header.as_str())]].concat();
        let url = visitor.url(self.host(), "/members");
        visitor.send(reqwest::Method::GET, url, &headers, None).status
    }

    /// Waits until the copy is refused.
    pub fn ends(&self, session: &Session) {
        let started = Instant::now();
        while self.status(session) == 200 {
            assert!(started.elapsed() < LONGEST, "the session goes on\n{}", self.cloud.log());
        }
    }

    /// The provider calls an endpoint of the application with a logout token, `what` says of whom and how; the status of the answer.
    pub fn provider_calls(&self, path: &str, what: &Value) -> u64 {
        let mut body = json!({"client_id": self.cloud.endpoints.identity_provider.client_id, "url": self.url(path)});
        for (name, value) in what.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let told = self.cloud.identity_provider("/logout-token", &body);
        told["answer"]["status"].as_u64().unwrap_or_else(|| panic!("{told}"))
    }

    /// From now on every call of the KeyValueStore's API takes 50 to 300 ms.
    pub fn far_away(&self) {
        let slow = json!({
            "service": "cloudfront-keyvaluestore", "kind": "slow", "count": 0, "delay_ms": 50, "delay_max_ms": 300,
        });
        self.cloud.admin(reqwest::Method::POST, "/faults", Some(&slow));
    }

    pub fn near_again(&self) {
        self.cloud.admin(reqwest::Method::DELETE, "/faults", None);
    }

    /// The writes of the store's values since a number of calls.
    pub fn writes_since(&self, calls: usize) -> Vec<Call> {
        let calls = self.cloud.calls().into_iter().skip(calls);
        calls.filter(|call| call.operation() == "UpdateKeys").collect()
    }

    pub fn close(self) {
        self.terraform.destroy().success();
        assert!(self.cloud.left_over().is_empty(), "{:?}", self.cloud.left_over());
    }
}
