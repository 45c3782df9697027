//! What others change by hand shows in the next plan, and the next apply mends it.

use zt_acceptance_tests::{HEAD, STORE, application, revocation};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

/// botocore puts the account before the KeyValueStore's host name; here every host is loopback.
const LOOPBACK: &str = r#"
import socket
_resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: _resolve("127.0.0.1", *rest, **more)
"#;

/// Runs a Python program with botocore against the cloud, as somebody else with credentials would.
fn somebody_else(cloud: &LocalCloud, program: &str) {
    let aws = &cloud.endpoints.aws;
    let output = std::process::Command::new(zt_test_support::root().join("target/venv-local-cloud/bin/python"))
        .args(["-c", &format!("{LOOPBACK}{program}")])
        .env("AWS_ENDPOINT_URL", &aws.endpoint)
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", &aws.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &aws.secret_access_key)
        .output()
        .expect("python can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn check(program: &str) {
    let cloud = LocalCloud::start();
    let application = application(&cloud.endpoints, "members", &cloud.endpoints.edge.hosts[0]);
    let configuration = [
        HEAD,
        STORE,
        &application,
        &revocation(&cloud.endpoints, "one", "somebody", ""),
    ]
    .concat();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &configuration)]);
    terraform.apply(&[]).success();
    somebody_else(&cloud, program);
    let plan = terraform.plan(&[]);
    assert_eq!(plan.code, 2, "the drift does not show:\n{}", plan.output);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}

#[test]
fn a_function_association_removed() {
    check(
        r#"
import boto3
c = boto3.client("cloudfront")
i = c.list_distributions()["DistributionList"]["Items"][0]["Id"]
a = c.get_distribution_config(Id=i)
d = a["DistributionConfig"]
d["DefaultCacheBehavior"]["FunctionAssociations"] = {"Quantity": 0}
c.update_distribution(Id=i, IfMatch=a["ETag"], DistributionConfig=d)
"#,
    );
}

#[test]
fn a_web_acl_removed() {
    check(
        r#"
import boto3
c = boto3.client("cloudfront")
i = c.list_distributions()["DistributionList"]["Items"][0]["Id"]
a = c.get_distribution_config(Id=i)
d = a["DistributionConfig"]
d["WebACLId"] = ""
c.update_distribution(Id=i, IfMatch=a["ETag"], DistributionConfig=d)
"#,
    );
}

#[test]
fn the_code_of_the_session_function_changed() {
    check(
        r#"
import boto3
c = boto3.client("cloudfront")
f = [x["Name"] for x in c.list_functions()["FunctionList"]["Items"]][0]
d = c.describe_function(Name=f, Stage="DEVELOPMENT")
code = b"async function handler(event) { return event.request; }"
u = c.update_function(Name=f, IfMatch=d["ETag"], FunctionConfig=d["FunctionSummary"]["FunctionConfig"], FunctionCode=code)
d = c.describe_function(Name=f, Stage="DEVELOPMENT")
c.publish_function(Name=f, IfMatch=d["ETag"])
"#,
    );
}

#[test]
fn a_page_of_revocations_removed() {
    check(
        r#"
import boto3
c = boto3.client("cloudfront")
arn = c.list_key_value_stores()["KeyValueStoreList"]["Items"][0]["ARN"]
k = boto3.client("cloudfront-keyvaluestore", endpoint_url=__import__("os").environ["AWS_ENDPOINT_URL"].replace("127.0.0.1", "localhost"))
etag = k.describe_key_value_store(KvsARN=arn)["ETag"]
k.delete_key(KvsARN=arn, Key="p:AA", IfMatch=etag)
"#,
    );
}

#[test]
fn a_revocation_wiped_from_its_page() {
    check(
        r#"
import boto3
c = boto3.client("cloudfront")
arn = c.list_key_value_stores()["KeyValueStoreList"]["Items"][0]["ARN"]
k = boto3.client("cloudfront-keyvaluestore", endpoint_url=__import__("os").environ["AWS_ENDPOINT_URL"].replace("127.0.0.1", "localhost"))
etag = k.describe_key_value_store(KvsARN=arn)["ETag"]
token = None
while True:
    page = k.list_keys(KvsARN=arn, MaxResults=50, **({"NextToken": token} if token else {}))
    for item in page["Items"]:
        if item["Key"].startswith("p:") and item["Value"] != "1000000":
            etag = k.put_key(KvsARN=arn, Key=item["Key"], Value="1000000", IfMatch=etag)["ETag"]
    token = page.get("NextToken")
    if not token: break
"#,
    );
}
