//! Revocations by file: few calls for many entries, exact drift, lifting without the file, and mistakes named by line.
//!
//! A second implementation reads the file and the store, and says who is out. `make test-long-load` has 100,000 entries.
// Figures, for who reads a run.
#![allow(clippy::print_stdout)]

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Instant;

use serde_json::{Value, json};
use zt_acceptance_tests::kill::{self, At, When};
use zt_acceptance_tests::left_behind::imports;
use zt_acceptance_tests::store::{blocks, somebody_else};
use zt_acceptance_tests::{HEAD, STORE, foreign};
use zt_test_support::cloud::{Call, LocalCloud};
use zt_test_support::terraform::Terraform;

/// Which of a file's entries the store does not hold, and how many entries of users and sessions it holds in all.
const LOST: &str = r#"
import csv
key, held = pepper(), {(page, *name) for page, value in everything().items() for name in read(value)[1]}
lost = 0
for row in csv.DictReader(open(given["file"], newline="")):
    if row["session"]:
        entry = (row["session"][:2], "s", row["session"][2:])
    else:
        usr = fingerprint(key, row["issuer"], row["subject"])
        name = usr[2:10] + given["id"] if given["id"] else usr[2:10]
        entry = (usr[:2], "b" if given["id"] else "u", name)
    lost += entry not in held
kinds = [kind for _, kind, _ in held]
print(json.dumps({"lost": lost, "blocks": kinds.count("b"), "users": kinds.count("u"), "sessions": kinds.count("s")}))
"#;

/// A store, and beside it a configuration of its own with one revocation by file.
pub(crate) struct Scene {
    pub(crate) cloud: LocalCloud,
    pub(crate) terraform: Terraform,
    pub(crate) store: String,
    pub(crate) issuer: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let cloud = LocalCloud::start();
        let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &[HEAD, STORE].concat())]);
        terraform.apply(&[]).success();
        let store = terraform.resource("zt_session_store.main")["session_store"].to_string();
        let issuer = cloud.endpoints.identity_provider.issuer.clone();
        Self {
            cloud,
            terraform,
            store,
            issuer,
        }
    }

    /// A configuration with this file and its revocation.
    pub(crate) fn elsewhere(&self, file: &str, more: &str) -> Terraform {
        let terraform = Terraform::new(&self.cloud.endpoints, &[("leavers.csv", file)]);
        terraform.write("main.tf", &self.configuration(more));
        terraform
    }

    pub(crate) fn configuration(&self, more: &str) -> String {
        format!(
            "{HEAD}resource \"zt_session_revocation\" \"out\" {{\n  session_store = {}\n  file = \"leavers.csv\"\n  \
             file_sha256 = filesha256(\"leavers.csv\")\n{more}}}\n",
            self.store
        )
    }

    /// A file of these users and so many sessions.
    pub(crate) fn file(&self, users: impl IntoIterator<Item = usize>, sessions: usize) -> String {
        let mut text = "issuer,subject,session\n".to_owned();
        for number in users {
            writeln!(text, "{},\"leaver, {number}\",", self.issuer).expect("text grows");
        }
        for number in 0..sessions {
            writeln!(text, ",,{}", handle(number)).expect("text grows");
        }
        text
    }

    pub(crate) fn lost(&self, terraform: &Terraform, blocked: bool) -> Value {
        let id = if blocked { id(terraform) } else { String::new() };
        foreign::run(&self.cloud, &json!({"file": path(terraform), "id": id}), LOST)
    }

    pub(crate) fn calls_since(&self, seen: usize) -> (usize, usize) {
        let calls: Vec<Call> = self.cloud.calls().into_iter().skip(seen).collect();
        let of = |names: &[&str]| calls.iter().filter(|call| names.contains(&call.operation())).count();
        let reads = of(&["GetKey", "ListKeys"]) + calls.iter().filter(|call| describes(call)).count();
        (of(&["UpdateKeys"]), reads)
    }

    pub(crate) fn fault(&self, more: Value) {
        let mut rule = json!({"service": "cloudfront-keyvaluestore", "operation": "UpdateKeys"});
        for (name, value) in more.as_object().into_iter().flatten() {
            rule[name] = value.clone();
        }
        self.cloud.admin(reqwest::Method::POST, "/faults", Some(&rule));
    }

    #[track_caller]
    pub(crate) fn end(&self) {
        assert!(blocks(&self.cloud).is_empty(), "{:?}", blocks(&self.cloud));
        self.terraform.destroy().success();
        assert!(self.cloud.left_over().is_empty(), "{:?}", self.cloud.left_over());
    }
}

fn describes(call: &Call) -> bool {
    call.service() == "cloudfront-keyvaluestore" && call.operation().starts_with("Describe")
}

pub(crate) fn path(terraform: &Terraform) -> PathBuf {
    terraform.path().join("leavers.csv")
}

pub(crate) fn id(terraform: &Terraform) -> String {
    let values = terraform.resource("zt_session_revocation.out");
    values["revocation_id"].as_str().expect("an id").to_owned()
}

/// A session handle of nobody, spread over all pages.
fn handle(number: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut left = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut letters = String::new();
    for _ in 0..10 {
        letters.push(char::from(LETTERS[usize::try_from(left >> 58).expect("six bits")]));
        left = left.rotate_left(6);
    }
    letters
}

/// How many entries: CI has those of the budget, the long lane all that a file may have.
fn many() -> usize {
    let asked = std::env::var("ZT_LOAD_SESSIONS").ok();
    asked.map_or(10_000, |text| text.parse().expect("ZT_LOAD_SESSIONS is a number"))
}

/// Budgets of the design: 10,000 in at most 82 writes and 90 reads, 100,000 by file, at most 100 MB of memory.
#[test]
fn thousands_by_file_take_few_calls_and_little_memory() {
    let scene = Scene::new();
    let (half, mode) = (many() / 2, if many() > 50_000 { "sign_out" } else { "block" });
    let file = scene.file(0..half, many() - half);
    let terraform = scene.elsewhere(&file, &format!("  mode = \"{mode}\"\n"));
    terraform.run(&["plan", "-no-color", "-out=saved.tfplan"]).success();
    let seen = scene.cloud.calls().len();
    scene.fault(json!({"kind": "hold", "count": 1}));
    let began = Instant::now();
    let mut running = terraform.spawn(&["apply", "-no-color", "saved.tfplan"]);
    scene
        .cloud
        .admin(reqwest::Method::GET, "/holds?timeout_ms=120000", None);
    let memory = kill::most_memory_of_provider(&running);
    scene
        .cloud
        .admin(reqwest::Method::POST, "/holds/release", Some(&json!({})));
    let told = || std::fs::read_to_string(terraform.path().join("out.log")).expect("the output");
    assert!(running.wait().expect("terraform ends").success(), "{}", told());
    let (writes, reads) = scene.calls_since(seen);
    println!(
        "{} by file: {writes} writes, {reads} reads, {:.1?} with the CLI, {} MB at most",
        many(),
        began.elapsed(),
        memory >> 20
    );
    assert!((50..=82).contains(&writes), "{writes} writes");
    assert!(reads <= 90, "{reads} reads");
    assert!(memory < 100 << 20, "{memory} bytes of memory");

    let held = scene.lost(&terraform, mode == "block");
    assert_eq!(
        (&held["lost"], &held["sessions"]),
        (&json!(0), &json!(many() - half)),
        "{held}"
    );
    assert_eq!(held["users"], half, "{held}");
    let values = terraform.resource("zt_session_revocation.out");
    assert_eq!(
        (&values["file_users"], &values["file_sessions"]),
        (&json!(half), &json!(many() - half))
    );
    let state = std::fs::read_to_string(terraform.path().join("terraform.tfstate")).expect("the state");
    assert!(
        !state.contains("leaver, 1") && state.len() < 10_000,
        "the state holds the file"
    );
    terraform.plan_is_empty();
    let seen = scene.cloud.calls().len();
    terraform.destroy().success();
    assert!(scene.calls_since(seen).0 <= 82, "{:?}", scene.calls_since(seen));
    scene.end();
}

#[test]
fn two_applies_at_once_both_land_and_a_destroy_lifts_its_own_without_the_file() {
    let scene = Scene::new();
    let first = scene.elsewhere(&scene.file(0..300, 0), "");
    let second = scene.elsewhere(&scene.file(200..400, 0), "");
    scene.fault(json!({"kind": "hold", "count": 1}));
    let mut running = first.spawn(&["apply", "-auto-approve", "-no-color"]);
    scene
        .cloud
        .admin(reqwest::Method::GET, "/holds?timeout_ms=120000", None);
    second.apply(&[]).success();
    scene
        .cloud
        .admin(reqwest::Method::POST, "/holds/release", Some(&json!({})));
    let ended = running.wait().expect("terraform ends");
    let said = std::fs::read_to_string(first.path().join("out.log")).expect("the output");
    assert!(ended.success(), "{said}");
    assert!(
        scene.cloud.calls().iter().any(|call| call.status() == 409),
        "the writers never met"
    );
    for terraform in [&first, &second] {
        assert_eq!(scene.lost(terraform, true)["lost"], 0);
        terraform.plan_is_empty();
    }
    assert_eq!(blocks(&scene.cloud).len(), 500);
    let told = format!("Revocation {} also holds out 100 users of the file", id(&second));
    assert!(said.contains(&told), "`{told}` is not in:\n{said}");

    let kept = id(&second);
    std::fs::remove_file(path(&first)).expect("the file");
    first.write("main.tf", HEAD);
    first.apply(&[]).success();
    assert_eq!(blocks(&scene.cloud), vec![kept; 200]);
    second.destroy().success();
    scene.end();
}

#[test]
fn a_changed_file_writes_what_changed_and_a_lost_entry_comes_back() {
    let scene = Scene::new();
    let terraform = scene.elsewhere(&scene.file(0..300, 20), "");
    terraform.apply(&[]).success();
    terraform.plan_is_empty();

    terraform.write("leavers.csv", &scene.file(1..301, 20));
    let seen = scene.cloud.calls().len();
    terraform.apply(&[]).success();
    assert_eq!(scene.calls_since(seen).0, 1, "one came and one went");
    let held = scene.lost(&terraform, true);
    assert_eq!((&held["lost"], &held["blocks"]), (&json!(0), &json!(300)), "{held}");
    terraform.plan_is_empty();

    somebody_else(
        &scene.cloud,
        "page = next(key for key, value in pairs() if key.startswith('p:') and 'b' == value[7:8])\n\
         keyvalue.put_key(KvsARN=arn, Key=page, Value='1000000', IfMatch=version())",
    );
    let plan = terraform.plan(&[]);
    assert_eq!(plan.code, 2, "the drift does not show:\n{}", plan.output);
    terraform.apply(&[]).success();
    assert_eq!(scene.lost(&terraform, true)["lost"], 0);
    terraform.plan_is_empty();

    // Another reason, another path: nothing is written.
    let seen = scene.cloud.calls().len();
    terraform.write("main.tf", &scene.configuration("  reason = \"they left\"\n"));
    terraform.apply(&[]).success();
    assert_eq!(scene.calls_since(seen).0, 0);
    terraform.write("main.tf", &scene.configuration("  mode = \"sign_out\"\n"));
    terraform.apply(&[]).success();
    assert!(blocks(&scene.cloud).is_empty());
    assert_eq!(scene.lost(&terraform, false)["lost"], 0);
    terraform.plan_is_empty();
    terraform.destroy().success();
    scene.end();
}

#[test]
fn what_was_written_halfway_converges() {
    let scene = Scene::new();
    let terraform = scene.elsewhere(&scene.file(0..300, 0), "");
    scene.fault(json!({"kind": "denied", "nth": 3, "count": 1000}));
    // An error would taint it, and the next apply would begin with lifting what stands.
    terraform.apply(&[]).success().says("not wholly in force");
    scene.cloud.admin(reqwest::Method::DELETE, "/faults", None);
    let halfway = blocks(&scene.cloud).len();
    assert!(halfway > 50 && halfway < 300, "{halfway}");
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    assert_eq!(blocks(&scene.cloud), vec![id(&terraform); 300]);

    // Of an update the same: the state keeps what was, and the next apply goes on.
    terraform.write("leavers.csv", &scene.file(300..600, 0));
    scene.fault(json!({"kind": "denied", "nth": 3, "count": 1000}));
    terraform.apply(&[]).failure();
    scene.cloud.admin(reqwest::Method::DELETE, "/faults", None);
    terraform.apply(&[]).success();
    assert_eq!(scene.lost(&terraform, true)["lost"], 0);
    assert_eq!(blocks(&scene.cloud), vec![id(&terraform); 300]);
    terraform.plan_is_empty();
    terraform.destroy().success();
    scene.end();
}

#[test]
fn what_a_killed_apply_left_is_told_and_goes_with_its_import() {
    let scene = Scene::new();
    let terraform = scene.elsewhere(&scene.file(0..300, 0), "");
    let at = At::new("cloudfront-keyvaluestore", "UpdateKeys", 3);
    kill::apply_at(&scene.cloud, &terraform, (&at, When::After));
    let left = blocks(&scene.cloud).len();
    let run = terraform.apply(&[]).success();
    let named = imports(&run.output);
    assert_eq!(named.len(), 1, "{}", run.output);
    assert_eq!(blocks(&scene.cloud).len(), 300 + left);
    terraform.plan_is_empty();

    terraform.write("imports.tf", &named[0]);
    let written = "-generate-config-out=left_behind.tf";
    terraform.run(&["plan", "-no-color", written]).success();
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    for name in ["imports.tf", "left_behind.tf"] {
        std::fs::remove_file(terraform.path().join(name)).expect(name);
    }
    terraform.apply(&[]).success();
    assert_eq!(blocks(&scene.cloud), vec![id(&terraform); 300]);
    terraform.destroy().success();
    scene.end();
}

#[test]
fn mistakes_in_a_file_are_found_by_the_plan() {
    let scene = Scene::new();
    let good = scene.file(0..3, 1);
    let check = |file: &str, more: &str, texts: &[&str]| {
        let terraform = scene.elsewhere(file, more);
        let run = terraform.run(&["plan", "-no-color"]).failure();
        for text in texts {
            assert!(run.folded().contains(text), "`{text}` is not in:\n{}", run.output);
        }
        assert_eq!(run.output.matches("Error:").count(), 1, "{}", run.output);
    };
    check(
        &format!("{good}oops\n"),
        "",
        &["leavers.csv, line 6", "1 field where the header has 3", "file ="],
    );
    check("", "", &["line 1", "has named nobody"]);
    let ends = format!("issuer,subject,expires_at\n{},bob,2030-01-01T00:00:00Z\n", scene.issuer);
    check(&ends, "  mode = \"sign_out\"\n", &["A sign-out has no end"]);
    for users in [50_001, 100_000] {
        let told = format!("blocks {users} users; the pages of a store take 50000 for sure");
        check(&scene.file(0..users, 0), "", &[&told, "mode = \"sign_out\"", "file ="]);
    }
    let told = ["line 100002: more than 100000", "split them over several revocations"];
    check(&scene.file(0..100_001, 0), "  mode = \"sign_out\"\n", &told);

    let replaced = |from: &str, to: &str, texts: &[&str]| {
        let terraform = scene.elsewhere(&good, "");
        let text = scene.configuration("");
        assert!(text.contains(from), "{from}");
        terraform.write("main.tf", &text.replace(from, to));
        let run = terraform.run(&["plan", "-no-color"]).failure();
        for text in texts {
            assert!(run.folded().contains(text), "`{text}` is not in:\n{}", run.output);
        }
    };
    let digest = "file_sha256 = filesha256(\"leavers.csv\")";
    let zeros = format!("file_sha256 = \"{}\"", "0".repeat(64));
    replaced(
        digest,
        &zeros,
        &[
            "not the one that was meant",
            "file_sha256 = filesha256(\"leavers.csv\")",
        ],
    );
    replaced(digest, "", &["file is set without file_sha256"]);
    replaced(
        digest,
        "file_sha256 = \"abc\"",
        &["is no SHA-256: 64 hexadecimal digits"],
    );
    replaced("file = \"leavers.csv\"", "", &["file_sha256 is set without file"]);
    replaced(
        "file = \"leavers.csv\"",
        "file = \"nowhere.csv\"",
        &["nowhere.csv: No such file", "path.module"],
    );
    scene.end();
}
