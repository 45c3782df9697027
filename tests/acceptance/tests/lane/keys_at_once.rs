//! Two applies of one application at once, without a lock between them: whoever wrote last sees that the secret and the
//! session store hold different keys, says so, and the next apply makes them the same.

use serde_json::json;
use zt_acceptance_tests::{HEAD, STORE, application_with};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

#[test]
fn keys_that_two_applies_wrote_at_once_are_told_and_mended() {
    let cloud = LocalCloud::start();
    let host = &cloud.endpoints.edge.hosts[0];
    let rotated = |trigger: &str| {
        let more = format!("  key_rotation = {{ triggers = {{ of = \"{trigger}\" }} }}\n");
        [HEAD, STORE, &application_with(&cloud.endpoints, "members", host, &more)].concat()
    };
    let first = Terraform::new(&cloud.endpoints, &[("main.tf", &rotated("start"))]);
    first.apply(&[]).success();
    let second = Terraform::copy_of(&cloud.endpoints, first.path());

    // The first has written the store and is about to write the secret (after that of the membership); then the second
    // writes both.
    let rule = json!({
        "service": "secretsmanager", "operation": "PutSecretValue", "kind": "hold", "nth": 2, "count": 1,
    });
    cloud.admin(reqwest::Method::POST, "/faults", Some(&rule));
    first.write("main.tf", &rotated("first"));
    let mut running = first.spawn(&["apply", "-auto-approve", "-no-color"]);
    let held = cloud.admin(reqwest::Method::GET, "/holds?timeout_ms=120000", None);
    assert_eq!(held["holds"].as_array().map(Vec::len), Some(1), "{held}");
    second.write("main.tf", &rotated("second"));
    second.apply(&[]).success();
    cloud.admin(reqwest::Method::POST, "/holds/release", Some(&json!({})));
    let ended = running.wait().expect("terraform ends");
    let said = std::fs::read_to_string(first.path().join("out.log")).expect("the output");
    assert!(!ended.success(), "nobody noticed:\n{said}");
    assert!(said.contains("Another apply changes the application members"), "{said}");

    let plan = first.plan(&[]);
    assert_eq!(plan.code, 2, "the next plan shows no update:\n{}", plan.output);
    first.apply(&[]).success();
    first.plan_is_empty();
    first.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}
