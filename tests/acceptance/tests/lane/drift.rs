//! What others change by hand shows in the next plan, and the next apply mends it.

use zt_acceptance_tests::store::somebody_else;
use zt_acceptance_tests::{HEAD, STORE, application, revocation};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

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

/// The same with a change to the only distribution's configuration `d`.
fn check_distribution(change: &str) {
    check(&format!(
        r#"
c = cloudfront
i = c.list_distributions()["DistributionList"]["Items"][0]["Id"]
a = c.get_distribution_config(Id=i)
d = a["DistributionConfig"]
{change}
c.update_distribution(Id=i, IfMatch=a["ETag"], DistributionConfig=d)
"#
    ));
}

/// Checklist: K13.
#[test]
fn a_function_association_removed() {
    check_distribution(r#"d["DefaultCacheBehavior"]["FunctionAssociations"] = {"Quantity": 0}"#);
}

/// Checklist: K13.
#[test]
fn a_web_acl_removed() {
    check_distribution(r#"d["WebACLId"] = """#);
}

#[test]
fn the_code_of_the_session_function_changed() {
    check(
        r#"
c = cloudfront
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
keyvalue.delete_key(KvsARN=arn, Key="p:AA", IfMatch=version())
"#,
    );
}

#[test]
fn a_revocation_wiped_from_its_page() {
    check(
        r#"
for key, value in list(pairs()):
    if key.startswith("p:") and value != "1000000":
        keyvalue.put_key(KvsARN=arn, Key=key, Value="1000000", IfMatch=version())
"#,
    );
}

/// A destroy that is interrupted after its first deletion leaves the same behind.
const WITHOUT_KEYS: &str = r#"
etag = cloudfront.describe_key_value_store(Name="zt-main")["ETag"]
cloudfront.delete_key_value_store(Name="zt-main", IfMatch=etag)
"#;

#[test]
fn a_store_without_its_keys_is_replaced_and_destroyed_whole() {
    let cloud = LocalCloud::start();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &[HEAD, STORE].concat())]);
    terraform.apply(&[]).success();
    somebody_else(&cloud, WITHOUT_KEYS);
    terraform
        .apply(&[])
        .success()
        .says("zt_session_store.main must be replaced");
    terraform.plan_is_empty();
    somebody_else(&cloud, WITHOUT_KEYS);
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}
