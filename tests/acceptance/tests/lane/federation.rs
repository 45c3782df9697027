//! Federated login: an account that hands out no tokens is a mistake of the plan, not of the first login.

use zt_acceptance_tests::store::somebody_else;
use zt_acceptance_tests::{HEAD, STORE, application};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

const ENABLE: &str = r#"
import boto3
boto3.client("iam").enable_outbound_web_identity_federation()
"#;

#[test]
fn an_account_without_outbound_federation_fails_the_plan() {
    let cloud = LocalCloud::start();
    let application = application(&cloud.endpoints, "members", &cloud.endpoints.edge.hosts[0]).replace(
        "    scopes ",
        "    client_authentication = \"federated\"\n    federation = { audience = \"https://idp.example.com\" }\n    scopes ",
    );
    let configuration = [HEAD, STORE, &application].concat();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &configuration)]);
    let run = terraform.plan(&[]).failure();
    for words in [
        "Outbound web identity federation is off",
        "enable-outbound-web-identity-federation",
    ] {
        assert!(run.folded().contains(words), "{words:?} is not in\n{}", run.output);
    }
    somebody_else(&cloud, ENABLE);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}
