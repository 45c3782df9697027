//! The provider is killed at every distinct AWS call of a create. Applied again, everything converges and nothing is
//! orphaned; or the message names the import.

use zt_acceptance_tests::kill::{self, At, When};
use zt_acceptance_tests::{HEAD, STORE, application};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

/// The distinct calls a create of `configuration` makes, in order, from a run without faults.
fn calls_of_a_create(cloud: &LocalCloud, base: &str, configuration: &str) -> Vec<At> {
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", base)]);
    terraform.apply(&[]).success();
    let seen = cloud.calls().len();
    terraform.write("main.tf", configuration);
    terraform.apply(&[]).success();
    let calls = kill::calls_since(cloud, seen).into_iter().map(|(at, _)| at);
    let distinct: Vec<_> = calls.filter(|at| at.nth == 1).collect();
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
    distinct
}

/// Kills the provider while the first call of this kind is held back, then applies again.
fn check(cloud: &LocalCloud, base: &str, configuration: &str, at: &At) {
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", base)]);
    terraform.apply(&[]).success();
    terraform.write("main.tf", configuration);
    kill::apply_at(cloud, &terraform, (at, When::Before));

    let run = terraform.apply(&[]);
    assert_eq!(
        run.code, 0,
        "killed at {at:?}, the next apply does not converge:\n{}",
        run.output
    );
    terraform.plan_is_empty();
    terraform.destroy().success();
    assert!(
        cloud.left_over().is_empty(),
        "killed at {at:?}: {:?}",
        cloud.left_over()
    );
}

#[test]
fn killed_at_every_call_of_a_store_create() {
    let cloud = LocalCloud::start();
    let configuration = [HEAD, STORE].concat();
    let calls = calls_of_a_create(&cloud, HEAD, &configuration);
    assert!(calls.len() >= 6, "too few calls to mean anything: {calls:?}");
    for at in &calls {
        check(&cloud, HEAD, &configuration, at);
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
    for at in &calls {
        check(&cloud, &base, &configuration, at);
    }
}
