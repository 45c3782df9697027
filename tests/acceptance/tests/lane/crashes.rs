//! The provider is killed at every distinct AWS call of a create. Applied again, everything converges and nothing is
//! orphaned; or the message names the import.

use std::collections::BTreeSet;
use std::process::Child;
use zt_acceptance_tests::{HEAD, STORE, application};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

/// The distinct calls a create of `configuration` makes, in order, from a run without faults.
fn calls_of_a_create(cloud: &LocalCloud, base: &str, configuration: &str) -> Vec<(String, String)> {
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", base)]);
    terraform.apply(&[]).success();
    let seen = cloud.calls().len();
    terraform.write("main.tf", configuration);
    terraform.apply(&[]).success();
    let mut known = BTreeSet::new();
    let calls = cloud
        .calls()
        .into_iter()
        .skip(seen)
        .map(|call| (call.service().to_owned(), call.operation().to_owned()));
    let distinct: Vec<_> = calls.filter(|call| known.insert(call.clone())).collect();
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
    distinct
}

/// Kills the provider while the first call of this kind is held back, then applies again.
fn check(cloud: &LocalCloud, base: &str, configuration: &str, (service, operation): &(String, String)) {
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", base)]);
    terraform.apply(&[]).success();
    let rule = serde_json::json!({"service": service, "operation": operation, "kind": "hold", "count": 1});
    cloud.admin(reqwest::Method::POST, "/faults", Some(&rule));
    terraform.write("main.tf", configuration);
    let mut running = terraform.spawn(&["apply", "-auto-approve", "-no-color"]);
    let held = cloud.admin(reqwest::Method::GET, "/holds", None);
    assert!(!held.is_null(), "{service} {operation} was never called");
    kill_provider(&running);
    let _ = running.wait();
    cloud.admin(reqwest::Method::DELETE, "/faults", None);

    let run = terraform.apply(&[]);
    assert_eq!(
        run.code, 0,
        "killed at {service} {operation}, the next apply does not converge:\n{}",
        run.output
    );
    terraform.plan_is_empty();
    terraform.destroy().success();
    assert!(
        cloud.left_over().is_empty(),
        "killed at {service} {operation}: {:?}",
        cloud.left_over()
    );
}

/// SIGKILL to every provider process below this Terraform.
fn kill_provider(terraform: &Child) {
    let mut killed = 0;
    for entry in std::fs::read_dir("/proc").expect("/proc").flatten() {
        let Ok(id) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let program = std::fs::read_link(entry.path().join("exe")).unwrap_or_default();
        if program.ends_with("terraform-provider-zt") && is_below(id, terraform.id()) {
            let status = std::process::Command::new("kill")
                .args(["-9", &id.to_string()])
                .status();
            killed += u32::from(status.is_ok_and(|status| status.success()));
        }
    }
    assert!(killed > 0, "there was no provider to kill");
}

fn is_below(mut process: u32, ancestor: u32) -> bool {
    while process > 1 {
        if process == ancestor {
            return true;
        }
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        process = parent.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    }
    false
}

#[test]
fn killed_at_every_call_of_a_store_create() {
    let cloud = LocalCloud::start();
    let configuration = [HEAD, STORE].concat();
    let calls = calls_of_a_create(&cloud, HEAD, &configuration);
    assert!(calls.len() >= 6, "too few calls to mean anything: {calls:?}");
    for call in &calls {
        check(&cloud, HEAD, &configuration, call);
    }
}

#[test]
fn killed_at_every_call_of_an_application_create() {
    let cloud = LocalCloud::start();
    let base = [HEAD, STORE].concat();
    let configuration = [
        HEAD,
        STORE,
        &application(&cloud.endpoints, "members", &cloud.endpoints.edge.hosts[0]),
    ]
    .concat();
    let calls = calls_of_a_create(&cloud, &base, &configuration);
    assert!(calls.len() >= 20, "too few calls to mean anything: {calls:?}");
    for call in &calls {
        check(&cloud, &base, &configuration, call);
    }
}
