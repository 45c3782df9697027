//! Signing keys are replaced under traffic: nobody notices an ordinary rotation, everybody an emergency.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use zt_acceptance_tests::{HEAD, STORE, application_with};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;
use zt_test_support::visitor::{NAVIGATION, Visitor};

const COOKIE: &str = "__Host-zt-session";

fn configuration(cloud: &LocalCloud, rotation: &str) -> String {
    let host = &cloud.endpoints.edge.hosts[0];
    let more = format!("  key_rotation = {{ propagation = \"5m\", {rotation} }}\n");
    [HEAD, STORE, &application_with(&cloud.endpoints, "members", host, &more)].concat()
}

/// A visitor with a session, and its cookie.
fn logged_in(cloud: &LocalCloud) -> (Visitor, String) {
    let visitor = Visitor::new(&cloud.endpoints);
    let provider = &cloud.endpoints.identity_provider;
    let url = visitor.url(&cloud.endpoints.edge.hosts[0], "/members");
    let steps = visitor.log_in(url.clone(), &provider.user, &provider.password);
    assert_eq!(steps.last().map(|step| step.status), Some(200), "{steps:?}");
    let cookie = visitor.cookie(&url, COOKIE).expect("a session cookie");
    (visitor, cookie)
}

fn kid(cookie: &str) -> String {
    cookie.split('.').nth(1).expect("a key id").to_owned()
}

/// What the edge answers to a cookie.
fn status(cloud: &LocalCloud, visitor: &Visitor, cookie: &str) -> u16 {
    let header = format!("{COOKIE}={cookie}");
    let headers = [NAVIGATION.as_slice(), &[("cookie", header.as_str())]].concat();
    let url = visitor.url(&cloud.endpoints.edge.hosts[0], "/members");
    visitor.send(reqwest::Method::GET, url, &headers, None).status
}

/// Sends requests with a cookie all the while `work` goes on; every answer that is not the page.
fn refusals_while(cloud: &LocalCloud, cookie: &str, work: impl FnOnce()) -> (u64, Vec<u16>) {
    let done = Arc::new(AtomicBool::new(false));
    std::thread::scope(|scope| {
        let traffic = scope.spawn({
            let done = Arc::clone(&done);
            move || {
                let visitor = Visitor::new(&cloud.endpoints);
                let (mut sent, mut refused) = (0, Vec::new());
                while !done.load(Ordering::SeqCst) {
                    let status = status(cloud, &visitor, cookie);
                    sent += 1;
                    refused.extend((status != 200).then_some(status));
                }
                (sent, refused)
            }
        });
        let finished = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        done.store(true, Ordering::SeqCst);
        let outcome = traffic.join().expect("the traffic ends");
        finished.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        outcome
    })
}

/// Checklist: K1, K2, K3. Continuous traffic over two rotations meets no refusal, and new sessions get the new keys.
#[test]
fn an_ordinary_rotation_refuses_nobody() {
    let cloud = LocalCloud::start();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &configuration(&cloud, ""))]);
    terraform.apply(&[]).success();
    let (_, cookie) = logged_in(&cloud);
    let mut kids = vec![kid(&cookie)];

    let (sent, refused) = refusals_while(&cloud, &cookie, || {
        for month in ["november", "december"] {
            let asked = format!("triggers = {{ month = \"{month}\" }}");
            terraform.write("main.tf", &configuration(&cloud, &asked));
            terraform.apply(&[]).success();
            terraform.plan_is_empty();
            let (_, early) = logged_in(&cloud);
            assert_eq!(
                Some(&kid(&early)),
                kids.last(),
                "a new key waits until it is known everywhere"
            );
            cloud.advance(301 + 61);
            let (_, late) = logged_in(&cloud);
            assert!(!kids.contains(&kid(&late)), "the new key signs once its time has come");
            kids.push(kid(&late));
        }
    });
    assert_eq!(refused, Vec::<u16>::new(), "of {sent} requests");
    assert!(sent > 20, "too little traffic to mean anything: {sent}");

    terraform.plan_is_empty();
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}

/// Checklist: K2. After an emergency no session of before passes, and a login gives a good one.
#[test]
fn an_emergency_ends_every_session_at_once() {
    let cloud = LocalCloud::start();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &configuration(&cloud, ""))]);
    terraform.apply(&[]).success();
    let (visitor, cookie) = logged_in(&cloud);
    cloud.advance(61);
    assert_eq!(status(&cloud, &visitor, &cookie), 200);

    terraform.write("main.tf", &configuration(&cloud, "emergency = { incident = \"42\" }"));
    terraform.apply(&[]).success();
    assert_eq!(status(&cloud, &Visitor::new(&cloud.endpoints), &cookie), 302);
    cloud.advance(61);
    let (_, fresh) = logged_in(&cloud);
    assert_ne!(kid(&fresh), kid(&cookie));
    terraform.plan_is_empty();

    // Taking the trigger away asks for nothing.
    terraform.write("main.tf", &configuration(&cloud, ""));
    terraform.apply(&[]).success();
    assert_eq!(status(&cloud, &Visitor::new(&cloud.endpoints), &fresh), 200);
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}
