//! Log groups of the auth function: there with an end before the first line is written, and gone with the application.

use serde_json::{Value, json};
use zt_acceptance_tests::store::somebody_else;
use zt_acceptance_tests::{HEAD, STORE, application_with};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

/// Retention of the group in a region, null where there is none.
const GROUPS: &str = r#"
import boto3
found = {}
for region in ["eu-central-1", "us-east-1"]:
    groups = boto3.client("logs", region_name=region).describe_log_groups(logGroupNamePrefix="/aws/lambda/us-east-1.zt-main--members-auth")["logGroups"]
    found[region] = groups[0].get("retentionInDays") if groups else None
print(json.dumps(found))
"#;

fn groups(cloud: &LocalCloud) -> Value {
    serde_json::from_str(&somebody_else(cloud, GROUPS)).expect("JSON")
}

#[test]
fn log_groups_have_an_end_in_every_region_and_go_with_the_application() {
    let cloud = LocalCloud::start();
    let host = &cloud.endpoints.edge.hosts[0];
    let logging = |more: &str| [HEAD, STORE, &application_with(&cloud.endpoints, "members", host, more)].concat();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &logging(""))]);
    terraform.apply(&[]).success();
    assert_eq!(groups(&cloud), json!({"eu-central-1": 90, "us-east-1": 90}));
    terraform.write(
        "main.tf",
        &logging("  log_retention_days = 7\n  log_regions = [\"us-east-1\", \"eu-central-1\"]\n"),
    );
    terraform.apply(&[]).success();
    assert_eq!(groups(&cloud), json!({"eu-central-1": 7, "us-east-1": 7}));
    terraform.plan_is_empty();
    terraform.destroy().success();
    assert_eq!(groups(&cloud), json!({"eu-central-1": null, "us-east-1": null}));
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}

/// An organisation may forbid calls outside of some regions: that stops no application.
#[test]
fn a_region_that_refuses_is_a_warning() {
    let cloud = LocalCloud::start();
    let host = &cloud.endpoints.edge.hosts[0];
    let more = "  log_regions = [\"sa-east-1\"]\n";
    let configuration = [HEAD, STORE, &application_with(&cloud.endpoints, "members", host, more)].concat();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &[HEAD, STORE].concat())]);
    terraform.apply(&[]).success();
    let rule = json!({"service": "logs", "operation": "CreateLogGroup", "kind": "denied", "count": 9});
    cloud.admin(reqwest::Method::POST, "/faults", Some(&rule));
    terraform.write("main.tf", &configuration);
    let run = terraform.apply(&[]).success();
    assert!(
        run.folded().contains("leave the region out of `log_regions`"),
        "{}",
        run.output
    );
    cloud.admin(reqwest::Method::DELETE, "/faults", None);
    terraform.plan_is_empty();
    terraform.destroy().success();
}
