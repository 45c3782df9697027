//! A flood of logouts and back-channel calls: an operator gets past it, it takes nobody else's session, and none of it is lost.
// Figures, for who reads a run.
#![allow(clippy::print_stdout)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};
use zt_acceptance_tests::foreign::{self, texts};
use zt_acceptance_tests::members::{COOKIE, Members, Session};
use zt_acceptance_tests::revocation;
use zt_test_support::visitor::Visitor;

/// Back-channel calls: by turns about another user each, and about another session of one who shares the bystander's page too.
const TOLD: usize = 140;
/// Logouts of one user, who shares the page of a bystander: more sessions than a page has slots.
const LOGOUTS: usize = 80;

/// Sessions of one user on the bystander's page, and the name of another one there.
const ATTACKERS: &str = r#"
mint = Mint(given["cookie"])
mallory = invented("mallory", given["cookie"].split(".")[3][:2])
sessions = [{**mallory, "sid": invented(f"mallory {number}", "AA")["sid"]} for number in range(given["logouts"])]
[restless] = subjects_on(mallory["usr"][:2], given["issuer"], 1)
print(json.dumps({"cookies": [mint.session(one) for one in sessions], "restless": restless}))
"#;

/// What of the flood is not in the store yet, and how the bystander's page stands.
const WAITING: &str = r#"
page = given["cookie"].split(".")[3][:2]
mallory, pages = invented("mallory", page)["usr"], {name: read(value) for name, value in everything().items()}
def holds(usr, kind, name): return (kind, name) in pages[usr[:2]][1]
key = pepper()
def user(name): return fingerprint(key, given["issuer"], name)
told = [user(f"nobody-{number}") for number in range(0, given["told"], 2)]
restless = user(given["restless"])
ended = [user(f"session-{number}") for number in range(1, given["told"], 2)]
sids = [invented(f"mallory {number}", "AA")["sid"] for number in range(given["logouts"])]
covered, out = holds(mallory, "u", mallory[2:10]), holds(restless, "u", restless[2:10])
print(json.dumps({
    "told": sum(not holds(usr, "u", usr[2:10]) for usr in told),
    "ended": sum(not (out or holds(restless, "o", ses[:8])) for ses in ended),
    "logouts": sum(not (covered or holds(mallory, "s", sid[:8])) for sid in sids),
    "not_before": pages[page][0], "entries": len(pages[page][1]),
}))
"#;

struct Flood {
    members: Members,
    bob: Session,
    given: Value,
    /// Cookies to log out with.
    logged_out: Vec<String>,
}

impl Flood {
    fn ready() -> Self {
        let members = Members::start();
        let bob = members.bob();
        let given = json!({
            "cookie": bob.cookie, "issuer": members.cloud.endpoints.identity_provider.issuer, "told": TOLD, "logouts": LOGOUTS,
        });
        let mut this = Self {
            members,
            bob,
            given,
            logged_out: Vec::new(),
        };
        let attackers = foreign::run(&this.members.cloud, &this.given, ATTACKERS);
        this.logged_out = texts(&attackers["cookies"]);
        this.given["restless"] = attackers["restless"].clone();
        this
    }

    /// One wave of the flood from its own addresses: every call is answered as done, so none may be lost.
    fn wave(&self, number: usize) {
        let address = format!("203.0.113.{}", number % 250);
        if let Some(cookie) = self.logged_out.get(number) {
            let visitor = Visitor::new(&self.members.cloud.endpoints);
            let (own, cookie) = (self.members.url(""), format!("{COOKIE}={cookie}"));
            let headers = [
                ("origin", own.as_str()),
                ("cookie", &cookie),
                ("x-local-viewer-address", &address),
            ];
            let url = visitor.url(self.members.host(), "/oauth2/logout");
            let answer = visitor.send(reqwest::Method::POST, url, &headers, None);
            assert_eq!(answer.status, 303, "logout {number}: {}", answer.body);
        }
        let mut what = json!({"sub": format!("nobody-{number}"), "headers": {"x-local-viewer-address": address}});
        if number % 2 == 1 {
            what["sub"] = self.given["restless"].clone();
            what["sid"] = json!(format!("session-{number}"));
        }
        let status = self.members.provider_calls("/oauth2/backchannel-logout", &what);
        assert_eq!(status, 200, "back-channel call {number}");
    }

    /// The bystander's requests until `done`: how many, and what was not the page.
    fn bystander(&self, done: &AtomicBool) -> (u64, Vec<u16>) {
        let visitor = Visitor::new(&self.members.cloud.endpoints);
        let (mut sent, mut refused) = (0, Vec::new());
        while !done.load(Ordering::SeqCst) {
            let status = self.members.status_of(&visitor, &self.bob.cookie);
            sent += 1;
            refused.extend((status != 200).then_some(status));
            // Faster would only meet the rate limit.
            std::thread::park_timeout(std::time::Duration::from_millis(200));
        }
        (sent, refused)
    }

    fn waiting(&self) -> Value {
        foreign::run(&self.members.cloud, &self.given, WAITING)
    }

    /// Waits until the store writer is at work.
    fn has_begun(&self) {
        let at_work = || {
            let calls = self.members.cloud.calls();
            let written = calls.iter().filter(|call| call.operation() == "UpdateKeys");
            written
                .filter(|call| {
                    call.0["agent"]
                        .as_str()
                        .is_some_and(|agent| agent.starts_with("zt-store-writer"))
                })
                .count()
                > 1
        };
        while !at_work() {
            std::thread::yield_now();
        }
    }
}

/// Checklist: R6. While hundreds of messages wait an operator's word counts as soon as the apply is done, and it is not refused
/// again and again; a bystander on the page of somebody with endless sessions stays logged in; all that was answered as done is.
#[test]
fn a_flood_delays_no_operator_and_logs_nobody_else_out() {
    let flood = Flood::ready();
    let members = &flood.members;
    let alice = members.alice();
    members.far_away();
    let (done, next) = (Arc::new(AtomicBool::new(false)), AtomicUsize::new(0));
    let (sent, refused) = std::thread::scope(|scope| {
        let bystander = scope.spawn(|| flood.bystander(&done));
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(number) = Some(next.fetch_add(1, Ordering::SeqCst)).filter(|number| *number < TOLD) {
                    flood.wave(number);
                }
            });
        }
        // Whatever fails here, the bystander has to be told to stop.
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            flood.has_begun();
            operator_gets_through(&flood, &alice);
            drains(&flood);
        }));
        done.store(true, Ordering::SeqCst);
        checked.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        bystander.join().expect("the bystander ends")
    });
    println!("the bystander sent {sent} requests");
    assert_eq!(refused, Vec::<u16>::new(), "of {sent} requests");
    assert_eq!(members.status(&flood.bob), 200);
    assert_eq!(members.status(&alice), 403);
    flood.members.close();
}

fn operator_gets_through(flood: &Flood, alice: &Session) {
    let members = &flood.members;
    let subject = &members.cloud.endpoints.identity_provider.subject;
    let revoked = revocation(&members.cloud.endpoints, "out", subject, "");
    members
        .terraform
        .write("main.tf", &[members.configuration.as_str(), &revoked].concat());
    assert_eq!(members.status(alice), 200);
    let calls = members.cloud.calls().len();
    let began = std::time::Instant::now();
    members.terraform.apply(&[]).success();
    println!("the apply under the flood took {:.1?}", began.elapsed());
    assert_eq!(
        members.status(alice),
        403,
        "the operator's word counts once the apply is done"
    );
    let writes = members.writes_since(calls);
    let own = writes.iter().filter(|call| {
        !call.0["agent"]
            .as_str()
            .is_some_and(|agent| agent.starts_with("zt-store-writer"))
    });
    let tries = own.count();
    assert!((1..=4).contains(&tries), "the operator needed {tries} tries");
    let waiting = flood.waiting();
    println!("after {tries} tries of the operator the flood still waits: {waiting}");
    assert!(
        waiting["told"].as_u64() > Some(0),
        "the flood was over before: {waiting}"
    );
}

/// All of the flood arrives, and does not take the bystander's page with it.
fn drains(flood: &Flood) {
    flood.members.near_again();
    let began = std::time::Instant::now();
    let mut waiting = flood.waiting();
    let all = |waiting: &Value| ["told", "ended", "logouts"].iter().all(|kind| waiting[kind] == 0);
    // A page that collapses holds none of them any more; that is said first.
    while !all(&waiting) && waiting["not_before"] == 0 && began.elapsed().as_secs() < 180 {
        waiting = flood.waiting();
    }
    println!("the flood drained in {:.1?}: {waiting}", began.elapsed());
    assert_eq!(waiting["not_before"], 0, "the bystander's page collapsed: {waiting}");
    assert!(all(&waiting), "lost: {waiting}");
}
