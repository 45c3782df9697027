//! An assertion or another cookie is asked for only once every edge location's auth function gives it.

use zt_acceptance_tests::{HEAD, STORE, application_with};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

/// Publishes of the session function and changes of the distribution since a call, in order.
fn steps(cloud: &LocalCloud, seen: usize) -> Vec<String> {
    let calls = cloud.calls();
    let names = calls[seen..].iter().map(|call| call.operation().to_owned());
    names
        .filter(|name| ["PublishFunction", "UpdateDistribution"].contains(&name.as_str()))
        .collect()
}

#[test]
fn the_session_function_asks_last_and_gives_up_first() {
    let cloud = LocalCloud::start();
    let host = &cloud.endpoints.edge.hosts[0];
    let with = |more: &str| [HEAD, STORE, &application_with(&cloud.endpoints, "members", host, more)].concat();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &with(""))]);
    terraform.apply(&[]).success();
    let changed = |more: &str| {
        let seen = cloud.calls().len();
        terraform.write("main.tf", &with(more));
        terraform.apply(&[]).success();
        terraform.plan_is_empty();
        steps(&cloud, seen)
    };
    // The table of before is in force already, so only the change of the login precedes the new table.
    assert_eq!(changed("  assertion = {}\n"), ["UpdateDistribution", "PublishFunction"]);
    assert_eq!(changed(""), ["PublishFunction", "UpdateDistribution"]);
    let other = format!("  cookie_domain = \"{host}\"\n");
    let through_closed = ["PublishFunction", "UpdateDistribution", "PublishFunction"];
    assert_eq!(changed(&other), through_closed);
    assert_eq!(changed(""), through_closed);
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}
