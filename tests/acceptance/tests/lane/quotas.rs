//! A quota that is used up is one clear diagnostic: which quota, what to do, AWS's request id. The state stays true, and
//! the next apply goes on.
//!
//! Codes and statuses are those of AWS's API models; the texts are AWS's own, which name the quota.

use zt_acceptance_tests::front::{Form, Front, REQUEST_ID, Refusal};
use zt_acceptance_tests::store::{blocks, somebody_else};
use zt_acceptance_tests::{HEAD, STORE, application, revocation};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::{Run, Terraform};

const DISTRIBUTIONS: Refusal = Refusal {
    marker: "/2020-05-31/distribution?WithTags",
    status: 400,
    code: "TooManyDistributions",
    message: "Processing your request would cause you to exceed the maximum number of distributions allowed.",
    form: Form::Xml,
};
const FUNCTIONS: Refusal = Refusal {
    marker: "POST /2020-05-31/function HTTP",
    status: 400,
    code: "TooManyFunctions",
    message: "You have reached the maximum number of CloudFront functions for this Amazon Web Services account.",
    form: Form::Xml,
};
const ROLES: Refusal = Refusal {
    marker: "Action=CreateRole&",
    status: 409,
    code: "LimitExceeded",
    message: "Cannot exceed quota for RolesPerAccount: 1000",
    form: Form::Xml,
};
const WEB_ACLS: Refusal = Refusal {
    marker: "AWSWAF_20190729.CreateWebACL",
    status: 400,
    code: "WAFLimitsExceededException",
    message: "AWS WAF couldn't perform the operation because you exceeded your resource limit: web ACLs per account.",
    form: Form::Json,
};
const CODE_STORAGE: Refusal = Refusal {
    marker: "POST /2015-03-31/functions HTTP",
    status: 400,
    code: "CodeStorageExceededException",
    message: "Code storage limit exceeded.",
    form: Form::Json,
};
const SECRETS: Refusal = Refusal {
    marker: "secretsmanager.CreateSecret",
    status: 400,
    code: "LimitExceededException",
    message: "You can't create this secret because you've reached the quota for secrets in this Region.",
    form: Form::Json,
};
const STORES: Refusal = Refusal {
    marker: "POST /2020-05-31/key-value-store",
    status: 400,
    code: "EntityLimitExceeded",
    message: "You have reached the maximum number of key value stores for this account.",
    form: Form::Xml,
};

/// One diagnostic that says it all.
#[track_caller]
fn is_clear(run: &Run, code: &str, message: &str) {
    for text in [code, message, "Limit of ", "Service Quotas", "AWS request id: "] {
        assert!(run.folded().contains(text), "`{text}` is not in:\n{}", run.output);
    }
    assert_eq!(run.output.matches("Error:").count(), 1, "{}", run.output);
}

/// Applies `configuration` on top of `base` into a quota, then without it. How often the call was tried.
fn check(base: &str, configuration: impl Fn(&LocalCloud) -> String, refusal: Refusal) -> usize {
    let cloud = LocalCloud::start();
    let mut terraform = Terraform::new(&cloud.endpoints, &[("main.tf", base)]);
    terraform.apply(&[]).success();
    terraform.write("main.tf", &configuration(&cloud));
    let front = Front::start(&cloud.endpoints.aws.endpoint, refusal);
    terraform.set_environment("AWS_ENDPOINT_URL", &front.endpoint);
    let run = terraform.apply(&[]).failure();
    is_clear(&run, refusal.code, refusal.message);
    assert!(run.folded().contains(REQUEST_ID), "{}", run.output);
    let state = terraform.resource("zt_edge_app.members");
    assert!(
        state["distribution_id"].is_null(),
        "the state names a distribution that is not there: {state}"
    );

    terraform.set_environment("AWS_ENDPOINT_URL", &cloud.endpoints.aws.endpoint);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
    front.refused()
}

fn of_an_application(refusal: Refusal) {
    let whole = |cloud: &LocalCloud| {
        let host = &cloud.endpoints.edge.hosts[0];
        [HEAD, STORE, &application(&cloud.endpoints, "members", host)].concat()
    };
    let tries = check(&[HEAD, STORE].concat(), whole, refusal);
    assert_eq!(tries, 1, "trying again does not widen a quota");
}

#[test]
fn of_distributions() {
    of_an_application(DISTRIBUTIONS);
}

#[test]
fn of_cloudfront_functions() {
    of_an_application(FUNCTIONS);
}

#[test]
fn of_roles() {
    of_an_application(ROLES);
}

#[test]
fn of_web_acls() {
    of_an_application(WEB_ACLS);
}

#[test]
fn of_code_storage() {
    of_an_application(CODE_STORAGE);
}

#[test]
fn of_secrets() {
    let tries = check(HEAD, |_| [HEAD, STORE].concat(), SECRETS);
    assert_eq!(tries, 1, "waiting frees no quota");
}

#[test]
fn of_key_value_stores() {
    let tries = check(HEAD, |_| [HEAD, STORE].concat(), STORES);
    assert_eq!(tries, 1, "trying again does not widen a quota");
}

/// The local cloud holds a store to 5 MB itself, so this one is really full.
#[test]
fn of_bytes_in_a_store() {
    const FILL: &str = r#"
number, size = 0, 50
while size:
    puts = [{"Key": f"x:{number}:{index}", "Value": "x" * 1024} for index in range(size)]
    try:
        keyvalue.update_keys(KvsARN=arn, IfMatch=version(), Puts=puts)
    except keyvalue.exceptions.ServiceQuotaExceededException:
        size //= 4
        continue
    number += 1
size = 1024
while size:
    try:
        keyvalue.put_key(KvsARN=arn, IfMatch=version(), Key=f"y:{number}", Value="x" * size)
    except keyvalue.exceptions.ServiceQuotaExceededException:
        size //= 4
        continue
    number += 1
"#;
    const EMPTY: &str = r#"
keys = [key for key, value in pairs() if key[0] in "xy"]
for start in range(0, len(keys), 50):
    deletes = [{"Key": key} for key in keys[start:start + 50]]
    keyvalue.update_keys(KvsARN=arn, IfMatch=version(), Deletes=deletes)
"#;
    let cloud = LocalCloud::start();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &[HEAD, STORE].concat())]);
    terraform.apply(&[]).success();
    somebody_else(&cloud, FILL);
    let out = revocation(&cloud.endpoints, "out", "somebody", "");
    terraform.write("main.tf", &[HEAD, STORE, &out].concat());
    let run = terraform.apply(&[]).failure();
    is_clear(&run, "ServiceQuotaExceededException", "5 MB");
    assert!(blocks(&cloud).is_empty());
    let state = terraform.resource("zt_session_revocation.out");
    assert_ne!(state["in_force"], true, "the state claims what the store does not hold");

    somebody_else(&cloud, EMPTY);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    assert_eq!(blocks(&cloud).len(), 1);
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}
