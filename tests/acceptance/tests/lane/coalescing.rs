//! Many revocations in one apply become few writes, and nobody is answered before his own write is confirmed.

use std::fmt::Write;
use zt_acceptance_tests::{HEAD, STORE};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

const MANY: usize = 200;

fn check(more: &[&str], most_writes: usize) {
    let cloud = LocalCloud::start();
    let base = [HEAD, STORE].concat();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &base)]);
    terraform.apply(&[]).success();
    let mut text = base.clone();
    for number in 0..MANY {
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
        "{MANY} revocations took {during} writes, at most {most_writes} are allowed"
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
    check(&[], 25);
}

#[test]
fn at_parallelism_50_they_take_at_most_6() {
    check(&["-parallelism=50"], 6);
}
