//! Many revocations in one apply become few writes, and nobody is answered before his own write is confirmed.

use std::fmt::Write;
use zt_acceptance_tests::{HEAD, STORE, revocation};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

fn check(many: usize, more: &[&str], most_writes: usize) {
    let cloud = LocalCloud::start();
    let base = [HEAD, STORE].concat();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &base)]);
    terraform.apply(&[]).success();
    let mut text = base.clone();
    for number in 0..many {
        let issuer = &cloud.endpoints.identity_provider.issuer;
        let users = format!("users = [{{ issuer = \"{issuer}\", subject = \"user-{number}\" }}]");
        writeln!(text, "resource \"zt_session_revocation\" \"r{number}\" {{\n  session_store = zt_session_store.main.session_store\n  {users}\n}}").expect("text grows");
    }
    terraform.write("main.tf", &text);
    let before = writes(&cloud);
    terraform.apply(more).success();
    let during = writes(&cloud) - before;
    assert!(
        (4..=most_writes).contains(&during),
        "{many} revocations took {during} writes, at most {most_writes} are allowed"
    );
    terraform.plan_is_empty();
    terraform.write("main.tf", &base);
    terraform.apply(&[]).success();
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}

fn writes(cloud: &LocalCloud) -> usize {
    cloud
        .calls()
        .iter()
        .filter(|call| call.operation() == "UpdateKeys")
        .count()
}

#[test]
fn two_hundred_revocations_take_at_most_25_writes() {
    check(200, &[], 25);
}

#[test]
fn at_parallelism_50_they_take_at_most_6() {
    check(200, &["-parallelism=50"], 6);
}

#[test]
fn five_hundred_take_at_most_60() {
    check(500, &["-parallelism=10"], 60);
}

#[test]
fn nobody_is_answered_before_his_write_is_confirmed() {
    let cloud = LocalCloud::start();
    let base = [HEAD, STORE].concat();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &base)]);
    terraform.apply(&[]).success();
    let rule = serde_json::json!({"service": "cloudfront-keyvaluestore", "operation": "UpdateKeys", "kind": "hold", "count": 1});
    cloud.admin(reqwest::Method::POST, "/faults", Some(&rule));
    let one = revocation(&cloud.endpoints, "one", "somebody", "");
    let two = revocation(&cloud.endpoints, "two", "somebody-else", "");
    terraform.write("main.tf", &[base, one, two].concat());
    let mut running = terraform.spawn(&["apply", "-auto-approve", "-no-color"]);
    cloud.admin(reqwest::Method::GET, "/holds", None);
    let told = || std::fs::read_to_string(terraform.path().join("out.log")).expect("the output so far");
    assert!(
        !told().contains("Creation complete"),
        "answered while the write is held:\n{}",
        told()
    );
    cloud.admin(reqwest::Method::POST, "/holds/release", Some(&serde_json::json!({})));
    assert!(running.wait().expect("terraform ends").success(), "{}", told());
    assert_eq!(told().matches("Creation complete").count(), 2, "{}", told());
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}
