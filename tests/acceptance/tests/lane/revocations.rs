//! A revoked user is out, in the same browser, with the provider's session alive; lifting revives nothing.

use zt_acceptance_tests::kill::{self, At, When};
use zt_acceptance_tests::left_behind::{import_and_lift, imports};
use zt_acceptance_tests::store::blocks;
use zt_acceptance_tests::{HEAD, STORE, application, revocation};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;
use zt_test_support::visitor::{NAVIGATION, Visitor};

struct Member {
    cloud: LocalCloud,
    terraform: Terraform,
    base: String,
    visitor: Visitor,
    host: String,
    subject: String,
}

impl Member {
    /// A user who is logged in to an application.
    fn logged_in() -> Self {
        let cloud = LocalCloud::start();
        let host = cloud.endpoints.edge.hosts[0].clone();
        let base = [HEAD, STORE, &application(&cloud.endpoints, "members", &host)].concat();
        let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &base)]);
        terraform.apply(&[]).success();
        let visitor = Visitor::new(&cloud.endpoints);
        let provider = cloud.endpoints.identity_provider.clone();
        let steps = visitor.log_in(visitor.url(&host, "/api/echo?x=1"), &provider.user, &provider.password);
        // An API path answers 401 instead of a redirect, so the way leads over a page.
        assert_eq!(steps.last().map(|step| step.status), Some(401));
        let steps = visitor.log_in(visitor.url(&host, "/page"), &provider.user, &provider.password);
        assert_eq!(steps.last().map(|step| step.status), Some(200), "{:?}", steps.last());
        let echoed = visitor.navigate(visitor.url(&host, "/api/echo"));
        let echoed: serde_json::Value = serde_json::from_str(&echoed.body).expect("JSON");
        let subject = echoed["headers"]["x-zt-subject"]
            .as_str()
            .expect("a subject")
            .to_owned();
        Self {
            cloud,
            terraform,
            base,
            visitor,
            host,
            subject,
        }
    }

    fn revoke(&self, more: &str) {
        let text = [
            self.base.clone(),
            revocation(&self.cloud.endpoints, "out", &self.subject, more),
        ]
        .concat();
        self.terraform.write("main.tf", &text);
        self.terraform.apply(&[]).success();
        self.terraform.plan_is_empty();
    }

    fn lift(&self) {
        self.terraform.write("main.tf", &self.base);
        self.terraform.apply(&[]).success();
        self.grow_old();
    }

    /// A cookie of the last minute is answered by 503 where an older one is sent to a login: edge locations may lag.
    fn grow_old(&self) {
        self.cloud.advance(61);
    }

    fn session(&self) -> String {
        let url = self.visitor.url(&self.host, "/");
        self.visitor
            .cookie(&url, "__Host-zt-session")
            .expect("a session cookie")
    }

    /// The answer to one navigation with these cookie bytes and nothing else.
    fn replay(&self, cookie: &str) -> (u16, String) {
        let visitor = Visitor::new(&self.cloud.endpoints);
        let header = format!("__Host-zt-session={cookie}");
        let headers = [NAVIGATION.as_slice(), &[("cookie", header.as_str())]].concat();
        let answer = visitor.send(reqwest::Method::GET, visitor.url(&self.host, "/page"), &headers, None);
        (answer.status, answer.header("location").to_owned())
    }

    /// Where the same browser ends after a navigation, redirects followed and forms filled in.
    fn ends_with(&self) -> u16 {
        let provider = &self.cloud.endpoints.identity_provider;
        let steps = self.visitor.log_in(
            self.visitor.url(&self.host, "/page"),
            &provider.user,
            &provider.password,
        );
        steps.last().expect("an answer").status
    }
}

#[test]
fn a_block_shuts_out_until_it_is_lifted_and_the_old_cookie_stays_dead() {
    let member = Member::logged_in();
    let old = member.session();
    member.revoke("");
    assert_eq!(member.replay(&old).0, 403);
    assert_eq!(member.ends_with(), 403);
    let start = member.visitor.follow(member.visitor.url(&member.host, "/oauth2/start"));
    assert_eq!(
        start.last().map(|step| step.status),
        Some(403),
        "a new login of a blocked user ends on the refusal"
    );
    let during = member.session();
    member.lift();
    for cookie in [&old, &during] {
        let (status, location) = member.replay(cookie);
        assert_eq!(status, 302, "a session from before the end of the block passes");
        assert!(location.contains("fresh=1"), "{location}");
    }
    assert_eq!(member.ends_with(), 200, "a fresh login works");
    member.terraform.destroy().success();
    assert!(member.cloud.left_over().is_empty(), "{:?}", member.cloud.left_over());
}

#[test]
fn a_sign_out_ends_sessions_once_and_asks_for_a_fresh_login() {
    let member = Member::logged_in();
    let old = member.session();
    member.revoke("  mode = \"sign_out\"\n");
    assert_eq!(member.replay(&old).0, 503);
    member.grow_old();
    let (status, location) = member.replay(&old);
    assert_eq!(status, 302);
    assert!(location.contains("fresh=1"), "{location}");
    assert_eq!(member.ends_with(), 200, "after a fresh login the user is in again");
    assert_eq!(member.replay(&old).0, 302, "the old session stays dead");
    member.terraform.destroy().success();
    assert!(member.cloud.left_over().is_empty(), "{:?}", member.cloud.left_over());
}

impl Member {
    /// The provider is killed after one of its writes of this revocation, which is then applied again and destroyed.
    ///
    /// What the killed apply wrote holds until the import that the message names has lifted it, and not a moment longer.
    /// `after` is what a session from before is answered while only that stands.
    fn survives_a_kill(&self, revocation: &str, nth: usize, after: u16) {
        let old = self.session();
        self.terraform.write("main.tf", &[&self.base, revocation].concat());
        let at = At::new("cloudfront-keyvaluestore", "UpdateKeys", nth);
        kill::apply_at(&self.cloud, &self.terraform, (&at, When::After));
        let run = self.terraform.apply(&[]).success();
        assert_eq!(imports(&run.output).len(), 1, "{}", run.output);
        self.terraform.plan_is_empty();
        assert_eq!(self.replay(&old).0, 403);

        self.terraform.write("main.tf", &self.base);
        let run = self.terraform.apply(&[]).success();
        assert_eq!(self.replay(&old).0, after, "a destroy lifts what is not its own");
        let named = imports(&run.output);
        assert_eq!(named.len(), 1, "the destroy says nothing:\n{}", run.output);
        import_and_lift(&self.terraform, &named);
        assert!(blocks(&self.cloud).is_empty(), "{:?}", blocks(&self.cloud));
        self.grow_old();
        let (status, location) = self.replay(&old);
        assert_eq!(status, 302, "a session from before the block passes");
        assert!(location.contains("fresh=1"), "{location}");
        assert_eq!(self.ends_with(), 200, "a fresh login works");
    }

    fn everyone(&self, whom: &str) -> String {
        let user = revocation(&self.cloud.endpoints, "out", &self.subject, "");
        let users = user
            .lines()
            .find(|line| line.trim().starts_with("users"))
            .expect("users");
        user.replace(users, &format!("  everyone = {{ {whom} }}"))
    }
}

#[test]
fn what_a_killed_apply_blocked_is_named_and_can_be_lifted() {
    let member = Member::logged_in();
    let user = revocation(&member.cloud.endpoints, "out", &member.subject, "");
    member.survives_a_kill(&user, 1, 403);
    member.survives_a_kill(&member.everyone("applications = [\"members\"]"), 1, 403);
    // The first write is that of the store's own document, which later applications inherit, the second that of the
    // applications there are. A cookie of the last minute that is merely signed out is answered by 503.
    member.survives_a_kill(&member.everyone("store = true"), 1, 503);
    member.survives_a_kill(&member.everyone("store = true"), 2, 403);
    member.terraform.destroy().success();
    assert!(member.cloud.left_over().is_empty(), "{:?}", member.cloud.left_over());
}
