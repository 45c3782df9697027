//! Apply, nothing left to do, change, destroy, nothing left over.

use zt_acceptance_tests::{HEAD, STORE, application, application_with, revocation};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;
use zt_test_support::visitor::Visitor;

/// Checklist: K11.
#[test]
fn apply_then_nothing_to_do_then_destroy_then_nothing_left() {
    let cloud = LocalCloud::start();
    let host = &cloud.endpoints.edge.hosts[0];
    let configuration = [
        HEAD,
        STORE,
        &application(&cloud.endpoints, "members", host),
        &revocation(&cloud.endpoints, "one", "somebody", ""),
    ]
    .concat();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &configuration)]);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();

    let visitor = Visitor::new(&cloud.endpoints);
    let answer = visitor.navigate(visitor.url(host, "/public/page"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = visitor.navigate(visitor.url(host, "/members"));
    assert_eq!(answer.status, 302, "{}", answer.body);

    terraform.destroy().success();
    assert_eq!(cloud.left_over(), Vec::<serde_json::Value>::new());
}

#[test]
fn a_policy_edit_publishes_no_lambda_version_and_keeps_sessions() {
    let cloud = LocalCloud::start();
    let endpoints = &cloud.endpoints;
    let host = &endpoints.edge.hosts[0];
    let before = [HEAD, STORE, &application(endpoints, "members", host)].concat();
    let terraform = Terraform::new(endpoints, &[("main.tf", &before)]);
    terraform.apply(&[]).success();

    let visitor = Visitor::new(endpoints);
    let provider = &endpoints.identity_provider;
    let steps = visitor.log_in(visitor.url(host, "/members"), &provider.user, &provider.password);
    assert_eq!(steps.last().map(|step| step.status), Some(200), "{:?}", steps.last());

    let seen = cloud.calls().len();
    let after = before.replace(
        r#"require = [{ groups = ["admins"] }]"#,
        r#"require = [{ groups = ["owners"] }]"#,
    );
    assert_ne!(before, after);
    terraform.write("main.tf", &after);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    let published = cloud.calls()[seen..]
        .iter()
        .filter(|call| call.service() == "lambda" && call.mutating())
        .count();
    assert_eq!(published, 0, "a policy edit touches the auth function");
    let answer = visitor.navigate(visitor.url(host, "/members"));
    assert_eq!(
        answer.status, 200,
        "a session does not survive an edit of another policy: {}",
        answer.body
    );
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}

#[test]
fn attributes_of_the_distribution_change_in_place() {
    let cloud = LocalCloud::start();
    let endpoints = &cloud.endpoints;
    let host = &endpoints.edge.hosts[0];
    let before = [
        HEAD,
        STORE,
        &application_with(endpoints, "members", host, "  price_class = \"PriceClass_100\"\n"),
    ]
    .concat();
    let terraform = Terraform::new(endpoints, &[("main.tf", &before)]);
    terraform.apply(&[]).success();
    let id = terraform.resource("zt_edge_app.members")["distribution_id"].clone();
    let after = before.replace("PriceClass_100", "PriceClass_200");
    terraform.write("main.tf", &after);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    assert_eq!(terraform.resource("zt_edge_app.members")["distribution_id"], id);
    terraform.write(
        "main.tf",
        &before.replace("  price_class = \"PriceClass_100\"\n", "  tags = { team = \"edge\" }\n"),
    );
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    assert_eq!(terraform.resource("zt_edge_app.members")["tags_all"]["team"], "edge");
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}
