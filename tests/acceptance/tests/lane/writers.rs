//! Somebody else writes the store at the same time, or AWS's answer gets lost: nothing is lost, nothing stands twice.

use zt_acceptance_tests::store::blocks;
use zt_acceptance_tests::{HEAD, STORE, revocation};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

fn fault(cloud: &LocalCloud, kind: &str, count: u32) {
    let rule = serde_json::json!({
        "service": "cloudfront-keyvaluestore", "operation": "UpdateKeys", "kind": kind, "count": count,
    });
    cloud.admin(reqwest::Method::POST, "/faults", Some(&rule));
}

fn id(terraform: &Terraform) -> String {
    let values = terraform.resource("zt_session_revocation.out");
    values["revocation_id"].as_str().expect("an id").to_owned()
}

#[test]
fn two_applies_at_once_lose_nothing_of_each_other() {
    let cloud = LocalCloud::start();
    let out = revocation(&cloud.endpoints, "out", "somebody", "");
    let first = Terraform::new(&cloud.endpoints, &[("main.tf", &[HEAD, STORE].concat())]);
    first.apply(&[]).success();
    let store = first.resource("zt_session_store.main")["session_store"].to_string();
    let elsewhere = [HEAD, &out.replace("zt_session_store.main.session_store", &store)].concat();
    let second = Terraform::new(&cloud.endpoints, &[("main.tf", &elsewhere)]);

    // The first has read the page of the user and is about to write it; then the second writes the same page.
    fault(&cloud, "hold", 1);
    first.write("main.tf", &[HEAD, STORE, &out].concat());
    let mut running = first.spawn(&["apply", "-auto-approve", "-no-color"]);
    cloud.admin(reqwest::Method::GET, "/holds?timeout_ms=120000", None);
    second.apply(&[]).success();
    cloud.admin(reqwest::Method::POST, "/holds/release", Some(&serde_json::json!({})));
    let ended = running.wait().expect("terraform ends");
    let said = std::fs::read_to_string(first.path().join("out.log")).expect("the output");
    assert!(ended.success(), "{said}");
    let refused = cloud
        .calls()
        .iter()
        .any(|call| call.operation() == "UpdateKeys" && call.status() == 409);
    assert!(refused, "the writers never met");

    let mut both = vec![id(&first), id(&second)];
    both.sort();
    assert_eq!(blocks(&cloud), both);
    assert!(
        said.contains(&format!("Revocation {} also holds out", id(&second))),
        "the block of the other is not told:\n{said}"
    );
    first.plan_is_empty();
    second.plan_is_empty();
    let one = id(&first);
    second.destroy().success();
    assert_eq!(blocks(&cloud), [one]);
    first.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}

#[test]
fn a_write_whose_answer_is_lost_stands_once() {
    let cloud = LocalCloud::start();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &[HEAD, STORE].concat())]);
    terraform.apply(&[]).success();
    fault(&cloud, "kill-connection", 1);
    let out = revocation(&cloud.endpoints, "out", "somebody", "");
    terraform.write("main.tf", &[HEAD, STORE, &out].concat());
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    assert_eq!(blocks(&cloud), [id(&terraform)]);
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}

#[test]
fn a_refused_write_is_true_in_the_state_and_converges() {
    let cloud = LocalCloud::start();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &[HEAD, STORE].concat())]);
    terraform.apply(&[]).success();
    fault(&cloud, "denied", 1000);
    let out = revocation(&cloud.endpoints, "out", "somebody", "");
    terraform.write("main.tf", &[HEAD, STORE, &out].concat());
    let run = terraform.apply(&[]).failure();
    for text in ["cloudfront-keyvaluestore:UpdateKeys", "AWS request id: "] {
        assert!(run.folded().contains(text), "`{text}` is not in:\n{}", run.output);
    }
    assert_eq!(run.output.matches("Error:").count(), 1, "{}", run.output);
    assert!(blocks(&cloud).is_empty());
    let state = terraform.resource("zt_session_revocation.out");
    assert_ne!(state["in_force"], true, "the state claims what the store does not hold");
    cloud.admin(reqwest::Method::DELETE, "/faults", None);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    assert_eq!(blocks(&cloud), [id(&terraform)]);
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}
