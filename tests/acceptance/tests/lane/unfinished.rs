//! An update that ends after the distribution has changed takes features away all the same, one apply later: their secrets,
//! their part of the role and their buckets are not forgotten with the configuration that named them.

use reqwest::Method;
use serde_json::{Value, json};
use zt_acceptance_tests::store::somebody_else;
use zt_acceptance_tests::{HEAD, STORE, application, application_with};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

const BUCKET: &str = r#"
import boto3
boto3.client("s3").create_bucket(Bucket="zt-leaving")
"#;

/// What is left of the features: secrets by name, the role's secrets, the bucket's statements.
const LEFT: &str = r#"
import boto3
names = [one["Name"] for one in boto3.client("secretsmanager").list_secrets()["SecretList"]]
policy = boto3.client("iam").get_role_policy(RoleName="zt-main--members-auth", PolicyName="zt")["PolicyDocument"]
policy = json.loads(policy) if isinstance(policy, str) else policy
read = [arn for one in policy["Statement"] if one["Action"] == "secretsmanager:GetSecretValue" for arn in one["Resource"]]
try:
    statements = json.loads(boto3.client("s3").get_bucket_policy(Bucket="zt-leaving")["Policy"])["Statement"]
except Exception:
    statements = []
kept = lambda word: sorted(one for one in names if one.endswith(word))
print(json.dumps([kept("/assertion"), len([arn for arn in read if "assertion" in arn]), len(statements)]))
"#;

fn with_features(cloud: &LocalCloud) -> String {
    let host = &cloud.endpoints.edge.hosts[0];
    let bucket = r#"site = { s3 = { bucket = "zt-leaving", region = "us-east-1", manage_bucket_policy = true } }
    api ="#;
    let more = "  default_origin = \"api\"\n  assertion = {}\n";
    let application = application_with(&cloud.endpoints, "members", host, more).replace("api =", bucket);
    [HEAD, STORE, &application].concat()
}

fn left(cloud: &LocalCloud) -> Value {
    serde_json::from_str(&somebody_else(cloud, LEFT)).expect("JSON")
}

/// Applies with features, then without while the first step behind the distribution fails.
fn interrupted(cloud: &LocalCloud) -> Terraform {
    somebody_else(cloud, BUCKET);
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &with_features(cloud))]);
    terraform.apply(&[]).success();
    assert_eq!(left(cloud), json!([["zt/main/members/assertion"], 1, 1]));
    let without = application(&cloud.endpoints, "members", &cloud.endpoints.edge.hosts[0]);
    terraform.write("main.tf", &[HEAD, STORE, &without].concat());
    // The second list of versions belongs to the removal of old ones.
    let rule = json!({
        "service": "lambda", "operation": "ListVersionsByFunction", "nth": 2, "count": 1, "kind": "denied",
    });
    cloud.admin(Method::POST, "/faults", Some(&rule));
    terraform.apply(&[]).success().says("the next apply finishes the work");
    cloud.admin(Method::DELETE, "/faults", None);
    assert_ne!(left(cloud), json!([[], 0, 0]), "the apply was not interrupted");
    terraform
}

#[test]
fn the_next_apply_takes_away_what_an_interrupted_one_left() {
    let cloud = LocalCloud::start();
    let terraform = interrupted(&cloud);
    terraform.apply(&[]).success();
    assert_eq!(left(&cloud), json!([[], 0, 0]));
    terraform.plan_is_empty();
    terraform.destroy().success();
}

#[test]
fn a_destroy_takes_away_what_an_interrupted_apply_left() {
    let cloud = LocalCloud::start();
    let terraform = interrupted(&cloud);
    terraform.destroy().success();
    let statements = r#"
import boto3
try:
    print(len(json.loads(boto3.client("s3").get_bucket_policy(Bucket="zt-leaving")["Policy"])["Statement"]))
except Exception:
    print(0)
"#;
    assert_eq!(somebody_else(&cloud, statements).trim(), "0");
}
