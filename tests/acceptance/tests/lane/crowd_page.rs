//! A hundred writers on one page at once, far away from it: the operators' applies, the queue, and programs of others. None is lost.
// Figures, for who reads a run.
#![allow(clippy::print_stdout)]

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use zt_acceptance_tests::foreign::{self, texts};
use zt_acceptance_tests::members::{Members, Session};
use zt_acceptance_tests::{HEAD, revocation};
use zt_test_support::cloud::Call;
use zt_test_support::terraform::Terraform;

/// Applies at once; each has a block, a sign-out and the end of a session, so three callers.
const APPLIES: usize = 8;
/// Users that only the provider's back channel names.
const TOLD: usize = 10;
/// Users whom it names later, more than the page has room for.
const MORE: usize = 30;
/// Messages of each user whom the back channel names: those, and the ones that operators block or sign out.
const MESSAGES: usize = 4;
/// Other programs that write by the same discipline.
const PROGRAMS: usize = 6;
const CALLERS: usize = 3 * APPLIES + MESSAGES * (2 * APPLIES + TOLD) + PROGRAMS;

/// Everybody on one page.
const CAST: &str = r#"
users = subjects_on(given["page"], given["issuer"], 2 * given["applies"] + given["told"] + given["more"])
ended = [invented(f"ended {number}", given["page"]) for number in range(given["applies"])]
print(json.dumps({"users": users, "ended": [handle(one) for one in ended], "now": aws_time()}))
"#;

const PROGRAM: &str = r#"
def write_one(number): return add(given["page"], slot("s", invented(f"program {number}", given["page"])["sid"][:8], given["now"]))
with concurrent.futures.ThreadPoolExecutor(given["programs"]) as pool:
    print(json.dumps(sorted(pool.map(write_one, range(given["programs"])))))
"#;

const PAGE: &str = r#"
not_before, entries = read(keyvalue.get_key(KvsARN=arn, Key="p:" + given["page"])["Value"])
print(json.dumps({"not_before": not_before, "entries": [[kind, name, at] for (kind, name), at in entries.items()]}))
"#;

/// A user by name and by the eight characters of the fingerprint.
type User = (String, String);

struct Crowd {
    members: Members,
    alice: Session,
    given: Value,
    users: Vec<User>,
}

impl Crowd {
    fn gather() -> Self {
        let members = Members::start();
        let alice = members.alice();
        let usr = alice.cookie.split('.').nth(3).expect("a user");
        let issuer = &members.cloud.endpoints.identity_provider.issuer;
        let mut given = json!({"page": &usr[..2], "issuer": issuer, "applies": APPLIES, "told": TOLD, "more": MORE, "programs": PROGRAMS});
        let cast = foreign::run(&members.cloud, &given, CAST);
        for name in ["ended", "now"] {
            given[name] = cast[name].clone();
        }
        let users = cast["users"].as_object().expect("users").iter();
        let users = users.map(|(name, usr)| (name.clone(), usr.as_str().unwrap_or_default()[2..10].to_owned()));
        Self {
            users: users.collect(),
            members,
            alice,
            given,
        }
    }

    /// The users that each apply blocks, those it signs out, those that only the back channel names, and those it names later.
    fn parts(&self) -> [&[User]; 4] {
        let (blocked, rest) = self.users.split_at(APPLIES);
        let (signed_out, rest) = rest.split_at(APPLIES);
        let (told, more) = rest.split_at(TOLD);
        [blocked, signed_out, told, more]
    }

    fn applies(&self) -> Vec<Terraform> {
        let endpoints = &self.members.cloud.endpoints;
        let store = self.members.terraform.resource("zt_session_store.main")["session_store"].to_string();
        let [blocked, signed_out, ..] = self.parts();
        let ended = texts(&self.given["ended"]);
        let sign_out = "  mode = \"sign_out\"\n";
        (0..APPLIES)
            .map(|number| {
                let session = revocation(endpoints, "session", "-", sign_out);
                let users = session
                    .lines()
                    .find(|line| line.trim().starts_with("users"))
                    .expect("users");
                let text = [
                    HEAD.to_owned(),
                    revocation(endpoints, "block", &blocked[number].0, ""),
                    revocation(endpoints, "out", &signed_out[number].0, sign_out),
                    session.replace(users, &format!("  sessions = [\"{}\"]", ended[number])),
                ];
                let text = text.concat().replace("zt_session_store.main.session_store", &store);
                Terraform::new(endpoints, &[("main.tf", &text)])
            })
            .collect()
    }

    /// The times that the messages about a user tell: different ones, the last one `last`.
    fn times(&self) -> (u64, Vec<u64>) {
        let now = self.given["now"].as_u64().expect("a time");
        let times: Vec<u64> = (0..MESSAGES as u64).map(|nth| now - 100 + 10 * nth).collect();
        (times[MESSAGES - 1], times)
    }

    /// Messages of the back channel about these users, from four connections at once and as many addresses as a busy provider has.
    fn back_channel(&self, users: &[User], times: &[u64]) {
        let messages: Vec<_> = times
            .iter()
            .flat_map(|at| users.iter().map(move |user| (at, &user.0)))
            .collect();
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while let Some((at, subject)) = messages.get(next.fetch_add(1, Ordering::SeqCst)) {
                        let address = format!("198.18.1.{}", *at % 250);
                        let what = json!({"sub": subject, "claims": {"iat": at}, "headers": {"x-local-viewer-address": address}});
                        let status = self.members.provider_calls("/oauth2/backchannel-logout", &what);
                        assert_eq!(status, 200, "{subject} at {at}");
                    }
                });
            }
        });
    }

    fn page(&self) -> Value {
        foreign::run(&self.members.cloud, &self.given, PAGE)
    }

    /// Whom the page lets in again: an entry that is not there, or one that somebody's older time has taken the place of. The
    /// not-before of the page stands for everything but blocks.
    fn missing(&self, page: &Value, told: &[User]) -> Vec<String> {
        let entries = page["entries"].as_array().expect("entries");
        let time = |kind: &str, name: &str| {
            let is_it = |entry: &&Value| entry[0] == kind && entry[1].as_str().is_some_and(|it| it.starts_with(name));
            let own = entries.iter().find(is_it).and_then(|entry| entry[2].as_u64());
            own.max(page["not_before"].as_u64().filter(|_| kind != "b"))
        };
        let [blocked, signed_out, ..] = self.parts();
        let now = self.given["now"].as_u64().expect("a time");
        let (last, _) = self.times();
        let mut wanted: Vec<(&str, &str, u64)> = Vec::new();
        // An operator's word is from now on, a message is of its own time.
        wanted.extend(blocked.iter().chain(signed_out).map(|user| ("u", user.1.as_str(), now)));
        wanted.extend(blocked.iter().map(|user| ("b", user.1.as_str(), now)));
        wanted.extend(told.iter().map(|user| ("u", user.1.as_str(), last)));
        let ended = texts(&self.given["ended"]);
        wanted.extend(ended.iter().map(|handle| ("s", &handle[2..], now)));
        let missing = wanted
            .iter()
            .filter(|(kind, name, at)| time(kind, name).is_none_or(|there| there < *at));
        missing.map(|(kind, name, at)| format!("{kind} {name} {at}")).collect()
    }

    /// Waits until nothing is missing; the page as it is then.
    fn complete(&self, told: &[User]) -> Value {
        let began = std::time::Instant::now();
        let mut page = self.page();
        while !self.missing(&page, told).is_empty() && began.elapsed().as_secs() < 200 {
            page = self.page();
        }
        assert_eq!(self.missing(&page, told), Vec::<String>::new(), "{page}");
        page
    }

    /// Thirty users more than fit: the page's own not-before takes the place of everything but the blocks.
    fn overflows(&self, applies: &[Terraform]) {
        let [.., more] = self.parts();
        let (last, _) = self.times();
        self.back_channel(more, &[last]);
        let page = self.complete(more);
        let blocks = page["entries"]
            .as_array()
            .expect("entries")
            .iter()
            .filter(|entry| entry[0] == "b");
        assert_eq!(blocks.count(), APPLIES, "a block went: {page}");
        assert!(page["not_before"].as_u64() > Some(0), "{page}");
        assert_ne!(
            self.members.status(&self.alice),
            200,
            "who shares the page logs in again"
        );
        self.members.cloud.advance(61);
        assert_eq!(self.members.status(&self.members.alice()), 200, "and that is all");
        // For the operators nothing has changed.
        std::thread::scope(|scope| {
            for terraform in applies {
                scope.spawn(|| {
                    let run = terraform.plan(&[]);
                    assert_eq!(run.code, 0, "{}", run.output);
                });
            }
        });
    }
}

/// How often each kind of caller wrote, and how often it was refused because somebody else was faster.
fn tries(writes: &[Call]) -> Vec<(String, usize, usize)> {
    let agent = |call: &Call| {
        let name = call.0["agent"].as_str().unwrap_or_default();
        name.split(['/', ' ']).next().unwrap_or_default().to_owned()
    };
    let names: std::collections::BTreeSet<String> = writes.iter().map(agent).collect();
    names
        .into_iter()
        .map(|name| {
            let of = |status: u64| {
                writes
                    .iter()
                    .filter(|call| agent(call) == name && call.status() == status)
                    .count()
            };
            (name.clone(), of(200), of(409))
        })
        .collect()
}

/// Checklist: R6. All of them land, in a number of tries that does not grow with the square of their number.
#[test]
fn a_hundred_writers_on_one_page_lose_nothing() {
    let crowd = Crowd::gather();
    let members = &crowd.members;
    let applies = crowd.applies();
    members.far_away();
    let calls = members.cloud.calls().len();
    let began = std::time::Instant::now();
    std::thread::scope(|scope| {
        let programs = scope.spawn(|| foreign::run(&members.cloud, &crowd.given, PROGRAM));
        scope.spawn(|| crowd.back_channel(&crowd.users[..2 * APPLIES + TOLD], &crowd.times().1));
        let running: Vec<_> = applies
            .iter()
            .map(|one| one.spawn(&["apply", "-auto-approve", "-no-color"]))
            .collect();
        for (mut child, terraform) in running.into_iter().zip(&applies) {
            let ended = child.wait().expect("terraform ends");
            let said = std::fs::read_to_string(terraform.path().join("out.log")).expect("the output");
            assert!(ended.success(), "{said}");
        }
        println!("the applies ended after {:.1?}", began.elapsed());
        println!("tries of each program: {}", programs.join().expect("the programs end"));
    });
    // An answer to an operator is a promise; the queue's was that the message is safe, and it follows soon.
    let [_, _, told, _] = crowd.parts();
    let page = crowd.complete(told);
    println!("all of {CALLERS} were there after {:.1?}", began.elapsed());
    assert_eq!(page["not_before"], 0, "{page}");
    let slots = 4 * APPLIES + TOLD + PROGRAMS;
    assert_eq!(
        page["entries"].as_array().map(Vec::len),
        Some(slots),
        "nothing stands twice: {page}"
    );
    assert_eq!(
        members.status(&crowd.alice),
        200,
        "a neighbour of all of them was logged out"
    );

    let tries = tries(&members.writes_since(calls));
    println!("by whom, written, refused: {tries:?}");
    let (written, refused) = tries
        .iter()
        .fold((0, 0), |sum, (_, written, refused)| (sum.0 + written, sum.1 + refused));
    assert!(refused > 0, "the writers never met");
    assert!(written <= CALLERS, "{written} writes for {CALLERS} callers");
    assert!(refused <= 2 * CALLERS, "{refused} refused writes of {CALLERS} callers");
    members.near_again();
    crowd.overflows(&applies);
    applies[0].destroy().success();
    crowd.members.close();
}
