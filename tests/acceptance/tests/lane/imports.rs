//! Every resource imports to an empty plan.

use zt_acceptance_tests::{HEAD, STORE, application, revocation};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

/// Applies, forgets `address`, imports it by what `id` makes of its values, and expects nothing to do.
fn check(pieces: impl Fn(&LocalCloud) -> String, address: &str, id: impl Fn(&serde_json::Value) -> String) {
    let cloud = LocalCloud::start();
    let configuration = [HEAD, STORE, &pieces(&cloud)].concat();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &configuration)]);
    terraform.apply(&[]).success();
    let id = id(&terraform.resource(address));
    terraform.run(&["state", "rm", address]).success();
    terraform.run(&["import", "-no-color", address, &id]).success();
    terraform.plan_is_empty();
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[test]
fn a_session_store_by_name() {
    check(
        |_| String::new(),
        "zt_session_store.main",
        |values| text(&values["name"]),
    );
}

#[test]
fn a_session_store_by_arn() {
    check(
        |_| String::new(),
        "zt_session_store.main",
        |values| text(&values["arn"]),
    );
}

#[test]
fn an_application_by_name() {
    let application = |cloud: &LocalCloud| application(&cloud.endpoints, "members", &cloud.endpoints.edge.hosts[0]);
    check(application, "zt_edge_app.members", |values| {
        format!("main/{}", text(&values["name"]))
    });
}

#[test]
fn an_application_by_arn() {
    let application = |cloud: &LocalCloud| application(&cloud.endpoints, "members", &cloud.endpoints.edge.hosts[0]);
    check(application, "zt_edge_app.members", |values| {
        text(&values["distribution_arn"])
    });
}

#[test]
fn a_revocation_by_its_import_id() {
    let revocation = |cloud: &LocalCloud| revocation(&cloud.endpoints, "one", "somebody", "  reason = \"test\"\n");
    check(revocation, "zt_session_revocation.one", |values| {
        text(&values["import_id"])
    });
}
