//! A store full of revoked sessions: a request costs what it costs with an empty one, and only who is revoked is refused.
//!
//! CI has a share of the sessions; `make test-long-load` has 100,000, on all pages.
// Figures, for who reads a run.
#![allow(clippy::print_stdout)]

use serde_json::{Value, json};
use zt_acceptance_tests::foreign::{self, texts};
use zt_acceptance_tests::members::{Members, Session};
use zt_test_support::visitor::Visitor;

/// How many sessions are revoked before; the environment may ask for more.
fn many() -> usize {
    let asked = std::env::var("ZT_LOAD_SESSIONS").ok();
    asked.map_or(5_000, |text| text.parse().expect("ZT_LOAD_SESSIONS is a number"))
}

/// What one request costs.
#[derive(Debug, PartialEq, Eq)]
struct Cost {
    /// Reads of the store at the edge.
    reads: u64,
    /// As TestFunction tells it, of 100. Here it is counted, not measured.
    utilization: u64,
}

/// Sessions as the second implementation names them.
const SESSIONS: &str = r#"
def first(number): return invented(f"first {number}", given["pages"][number % len(given["pages"])])
def second(number): return invented(f"second {number}", given["pages"][number * 7 % len(given["pages"])])
def filler(page, number): return invented(f"filler {number}", page)
"#;

/// Revokes the first sessions, and fills two pages: one to where our own writers collapse it, one to its end.
const FIRST_ROUND: &str = r#"
now, present, wanted = aws_time(), everything(), {}
def revoke(one): wanted.setdefault(one["usr"][:2], []).append(slot("s", one["sid"][:8], now))
for number in range(given["first"]): revoke(first(number))
for page, full in given["full"].items():
    for number in range(full): revoke(filler(page, number))
print(json.dumps(write({page: with_slots(present[page], new) for page, new in wanted.items()})))
"#;

/// What the store holds in the end, against everything that was revoked.
const LOST: &str = r#"
held = {page: read(value) for page, value in everything().items()}
wanted = {(handle(first(n))[:2], "s", handle(first(n))[2:]) for n in range(given["first"])}
wanted |= {(page, "s", filler(page, n)["sid"][:8]) for page, full in given["full"].items() for n in range(full)}
wanted |= {(text[:2], "s", text[2:]) for text in given["handles"]}
wanted |= {(usr[:2], "u", usr[2:10]) for usr in (fingerprint(pepper(), given["issuer"], name) for name in given["told"])}
found = {(page, kind, name) for page, (_, entries) in held.items() for kind, name in entries}
described = keyvalue.describe_key_value_store(KvsARN=arn)
print(json.dumps({
    "pages": len(held), "collapsed": sum(before > 0 for before, _ in held.values()), "found": len(found),
    "lost": len(wanted - found), "foreign": len(found - wanted), "bytes": described["TotalSizeInBytes"],
}))
"#;

/// Cookies of revoked sessions and of their neighbours: other sessions on the same pages, and of the same users.
const COOKIES: &str = r#"
mint = Mint(given["cookie"])
revoked = [first(number) for number in range(0, given["first"], max(1, given["first"] // 60))]
revoked += [filler(page, number) for page, full in given["full"].items() for number in range(0, full, 11)]
revoked += [second(number) for number in range(0, given["second"], 10)]
near = [{**one, "sid": invented(one["sid"], "AA")["sid"]} for one in revoked]
print(json.dumps({"revoked": [mint.session(one) for one in revoked], "near": [mint.session(one) for one in near]}))
"#;

/// TestFunction on the published session function with each of these cookies.
const UTILIZATION: &str = r#"
def passes(cookie):
    headers = {"host": {"value": given["host"]}, "accept": {"value": "text/html"}, "sec-fetch-mode": {"value": "navigate"}}
    request = {"method": "GET", "uri": "/members", "querystring": {}, "headers": headers, "cookies": {given["name"]: {"value": cookie}}}
    context = {"distributionDomainName": "d1.cloudfront.net", "distributionId": "E1", "eventType": "viewer-request", "requestId": "1"}
    event = {"version": "1.0", "context": context, "viewer": {"ip": "192.0.2.1"}, "request": request}
    result = cloudfront.test_function(Name=name, IfMatch=etag, Stage="LIVE", EventObject=json.dumps(event).encode())["TestResult"]
    assert "request" in json.loads(result["FunctionOutput"]), result
    return int(result["ComputeUtilization"])
[name] = [item["Name"] for item in cloudfront.list_functions(Stage="LIVE")["FunctionList"]["Items"]]
etag = cloudfront.describe_function(Name=name, Stage="LIVE")["ETag"]
print(json.dumps(sorted({passes(cookie) for cookie in given["cookies"]})))
"#;

/// A store under load.
struct Load {
    members: Members,
    alice: Session,
    given: Value,
}

impl Load {
    fn start() -> Self {
        let members = Members::start();
        let alice = members.alice();
        let first = many();
        let given = json!({"first": first, "second": (first / 50).min(1_000), "alice": alice.cookie.split('.').nth(3)});
        // Some 24 sessions a page, as 100,000 are on all of them; the two full pages are not among those of the rounds.
        let laid_out = foreign::run(
            &members.cloud,
            &given,
            r#"
home = given["alice"][:2]
brimful = "AA" if home != "AA" else "AB"
pages = [page for page in random.Random(7).sample(PAGES, len(PAGES)) if page not in (home, brimful)]
print(json.dumps({"pages": pages[:max(2, given["first"] // 24)], "full": {home: 60, brimful: 67}}))
"#,
        );
        let mut given = given;
        for name in ["pages", "full"] {
            given[name] = laid_out[name].clone();
        }
        Self { members, alice, given }
    }

    fn foreign(&self, more: Value, program: &str) -> Value {
        let mut given = self.given.clone();
        for (name, value) in more.as_object().into_iter().flatten() {
            given[name] = value.clone();
        }
        foreign::run(&self.members.cloud, &given, &format!("{SESSIONS}{program}"))
    }

    /// The edge's own controls of its store reads.
    fn edge_faults(&self, method: reqwest::Method, body: &Value) -> Value {
        let url = format!("{}/faults", self.members.cloud.endpoints.edge.admin);
        let sent = reqwest::blocking::Client::new().request(method, &url).json(body).send();
        let text = sent.and_then(|answer| answer.error_for_status()?.text());
        serde_json::from_str(&text.unwrap_or_else(|error| panic!("{url}: {error}"))).expect("JSON")
    }

    /// Sends each cookie once and expects this answer of each; how many reads of the store all of them took.
    fn reads(&self, cookies: &[String], answer: u16) -> u64 {
        // A fault that never comes counts the reads it waits for.
        let never = json!({"kind": "slow", "nth": 1_000_000_000});
        self.edge_faults(reqwest::Method::POST, &never);
        let visitor = Visitor::new(&self.members.cloud.endpoints);
        let began = std::time::Instant::now();
        for (number, cookie) in cookies.iter().enumerate() {
            let status = self.members.status_of(&visitor, cookie);
            assert_eq!(status, answer, "cookie {number} of {}", cookies.len());
        }
        let each = began.elapsed() / u32::try_from(cookies.len()).expect("few");
        println!("{} requests answered {answer}, {each:.1?} each", cookies.len());
        let counted = self.edge_faults(reqwest::Method::GET, &Value::Null)["rules"][0]["matched"].as_u64();
        self.edge_faults(reqwest::Method::DELETE, &Value::Null);
        counted.expect("a count")
    }

    /// What a request that passes costs; the same for each of these.
    fn cost(&self, cookies: &[String]) -> Cost {
        let reads = self.reads(cookies, 200);
        let sent = u64::try_from(cookies.len()).expect("few");
        assert_eq!(reads % sent, 0, "{reads} reads for {sent} requests");
        let host = self.members.url("").replace("https://", "");
        let asked = json!({"host": host, "name": zt_acceptance_tests::members::COOKIE, "cookies": cookies});
        let told = self.foreign(asked, UTILIZATION);
        let [utilization] = told.as_array().expect("a list").as_slice() else {
            panic!("not the same for all: {told}");
        };
        Cost {
            reads: reads / sent,
            utilization: utilization.as_u64().expect("a number"),
        }
    }

    /// The second round, the way revocations really come: an operator's apply, and the provider's back channel through the queue.
    fn second_round(&self) -> (Vec<String>, Vec<String>) {
        let members = &self.members;
        let handles = texts(&self.foreign(
            json!({}),
            r#"print(json.dumps([handle(second(number)) for number in range(given["second"])]))"#,
        ));
        let told = texts(&self.foreign(
            json!({"issuer": members.cloud.endpoints.identity_provider.issuer}),
            r#"
key = pepper()
elsewhere = (name for name in (f"told-{number}" for number in range(1000)) if fingerprint(key, given["issuer"], name)[:2] not in given["full"])
print(json.dumps([next(elsewhere) for _ in range(30)]))
"#,
        ));
        let out = format!(
            "resource \"zt_session_revocation\" \"out\" {{\n  session_store = zt_session_store.main.session_store\n  sessions = {handles:?}\n  mode = \"sign_out\"\n}}\n"
        );
        members
            .terraform
            .write("main.tf", &[members.configuration.as_str(), &out].concat());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for subject in &told {
                    let status = members.provider_calls("/oauth2/backchannel-logout", &json!({"sub": subject}));
                    assert_eq!(status, 200, "{subject}");
                }
            });
            members.terraform.apply(&[]).success();
        });
        (handles, told)
    }
}

/// Checklist: R6. Thousands of revoked sessions on full pages cost a request nothing, and no write of anybody is lost.
#[test]
fn a_full_store_costs_a_request_nothing() {
    let load = Load::start();
    let (members, first) = (&load.members, many());
    let own = json!({"cookie": load.alice.cookie});
    let cookies = load.foreign(own, COOKIES);
    let (revoked, near) = (texts(&cookies["revoked"]), texts(&cookies["near"]));
    let everybody = [
        revoked.as_slice(),
        near.as_slice(),
        std::slice::from_ref(&load.alice.cookie),
    ]
    .concat();
    let empty = load.cost(&everybody);
    println!("a request with an empty store: {empty:?}");
    assert_eq!(empty.reads, 2);

    members.far_away();
    let calls = members.cloud.calls().len();
    let writes = load.foreign(json!({}), FIRST_ROUND).as_u64().expect("a number");
    println!("{first} sessions and two full pages took {writes} writes");
    let before = members.writes_since(calls).len();
    let (handles, told) = load.second_round();
    let seen = members.writes_since(calls).split_off(before);
    let agent = |call: &zt_test_support::cloud::Call| call.0["agent"].as_str().unwrap_or_default().to_owned();
    let (queue, operator): (Vec<_>, Vec<_>) = seen.iter().partition(|call| agent(call).starts_with("zt-store-writer"));
    let conflicts = |calls: &[&zt_test_support::cloud::Call]| calls.iter().filter(|call| call.status() == 409).count();
    println!(
        "second round of {} by an apply: {} writes, {} refused; of {} by the queue: {} writes, {} refused so far",
        handles.len(),
        operator.len(),
        conflicts(&operator),
        told.len(),
        queue.len(),
        conflicts(&queue)
    );
    let needed = handles.len().div_ceil(50);
    assert!(
        operator.len() - conflicts(&operator) <= needed,
        "{} writes where {needed} do",
        operator.len()
    );

    let all = json!({"handles": handles, "told": told, "issuer": members.cloud.endpoints.identity_provider.issuer});
    members.near_again();
    let mut state = load.foreign(all.clone(), LOST);
    let began = std::time::Instant::now();
    while state["lost"] != 0 && began.elapsed().as_secs() < 60 {
        state = load.foreign(all.clone(), LOST);
    }
    println!("{state}");
    let held = first + 60 + 67 + handles.len() + told.len();
    assert_eq!((&state["lost"], &state["foreign"]), (&json!(0), &json!(0)), "{state}");
    assert_eq!(state["found"], held, "{state}");
    assert_eq!(
        (&state["pages"], &state["collapsed"]),
        (&json!(4_096), &json!(0)),
        "{state}"
    );
    assert!(state["bytes"].as_u64().is_some_and(|bytes| bytes < 5 << 20), "{state}");

    let neighbours = [near.as_slice(), std::slice::from_ref(&load.alice.cookie)].concat();
    let full = load.cost(&neighbours);
    println!("a request with a full one: {full:?}");
    assert_eq!(full, empty);
    let refused = u64::try_from(revoked.len()).expect("few");
    assert_eq!(load.reads(&revoked, 302), 2 * refused);
    load.members.close();
}
