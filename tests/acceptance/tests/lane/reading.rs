//! Data sources and functions on the real CLI: what they answer, what they refuse and where, and that none of them leaks.
//!
//! The IAM policy is held to the calls that the local cloud recorded: each is allowed, and what is allowed beyond them is listed here
//! with its occasion.

use std::collections::BTreeSet;

use serde_json::Value;
use zt_acceptance_tests::store::somebody_else;
use zt_acceptance_tests::{HEAD, STORE, application_with, revocation};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

const POLICY: &str = r#"
data "zt_iam_policy" "ci" {
  session_stores    = ["main"]
  revocation_stores = ["main"]
  applications = [{
    session_store    = "main"
    name             = "members"
    client_secret_wo = true
    assertion        = true
    managed_buckets  = ["members-site"]

    firewall_addresses = true
    firewall_logging   = true
  }]
  web_acls = ["alone"]
}
output "policy" { value = data.zt_iam_policy.ci.json }
"#;

const FEATURES: &str = r#"
  assertion = {}
  web_acl = {
    addresses = { block = ["203.0.113.0/24"] }
    logging   = { destination_arn = "arn:aws:logs:us-east-1:000000000000:log-group:aws-waf-logs-edge" }
  }
"#;

const ALONE: &str = r#"
resource "zt_web_acl" "alone" {
  name = "alone"
  geo  = { block = ["KP"] }
}
"#;

/// IAM's names of calls that are called otherwise (Service Authorization Reference), or need more than their own action.
fn actions(service: &str, operation: &str) -> Vec<String> {
    let names: &[&str] = match (service, operation) {
        ("sts", "GetCallerIdentity") => &[],
        ("cloudfront", "CreateDistributionWithTags") => &["CreateDistribution", "TagResource"],
        (_, other) => return vec![format!("{service}:{other}")],
    };
    names.iter().map(|name| format!("{service}:{name}")).collect()
}

/// What an apply and a destroy without any change do not need.
const OTHER_OCCASIONS: [(&str, &[&str]); 6] = [
    (
        "a change",
        &[
            "cloudfront:UpdateFunction",
            "cloudfront:UpdateOriginRequestPolicy",
            "cloudfront:UpdateResponseHeadersPolicy",
            "cloudfront:UpdateOriginAccessControl",
            "events:ListTagsForResource",
            "iam:UpdateAssumeRolePolicy",
            "lambda:RemovePermission",
            "lambda:UpdateEventSourceMapping",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
            "lambda:ListTags",
            "secretsmanager:PutSecretValue",
            "secretsmanager:RestoreSecret",
            "sqs:SetQueueAttributes",
            "wafv2:DeleteLoggingConfiguration",
            "wafv2:ListTagsForResource",
            "wafv2:UpdateIPSet",
            "wafv2:UpdateWebACL",
        ],
    ),
    (
        "changed tags, and tags at a create, for which IAM asks beside the create",
        &[
            "cloudfront:UntagResource",
            "events:TagResource",
            "events:UntagResource",
            "iam:TagRole",
            "iam:UntagRole",
            "lambda:TagResource",
            "lambda:UntagResource",
            "logs:TagResource",
            "logs:UntagResource",
            "secretsmanager:UntagResource",
            "sqs:TagQueue",
            "sqs:UntagQueue",
            "wafv2:TagResource",
            "wafv2:UntagResource",
        ],
    ),
    ("an import", &["cloudfront:ListKeyValueStores"]),
    (
        "a policy by country, or a route by version of TLS",
        &[
            "cloudfront:CreateOriginRequestPolicy",
            "cloudfront:DeleteOriginRequestPolicy",
            "cloudfront:GetOriginRequestPolicy",
        ],
    ),
    (
        "what AWS asks of the caller for a function of a distribution",
        &[
            "iam:CreateServiceLinkedRole",
            "iam:PassRole",
            "lambda:DisableReplication*",
            "lambda:EnableReplication*",
            "lambda:GetFunction",
        ],
    ),
    (
        "an origin in S3",
        &[
            "cloudfront:CreateOriginAccessControl",
            "cloudfront:DeleteOriginAccessControl",
            "cloudfront:GetOriginAccessControl",
            "s3:DeleteBucketPolicy",
            "s3:GetBucketPolicy",
            "s3:PutBucketPolicy",
        ],
    ),
];

fn allowed(policy: &str) -> BTreeSet<String> {
    let policy: Value = serde_json::from_str(policy).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let actions = statements.iter().flat_map(|one| one["Action"].as_array().unwrap());
    actions.map(|action| action.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_iam_policy_allows_every_call_that_is_made_and_nothing_that_never_is() {
    let cloud = LocalCloud::start();
    let host = &cloud.endpoints.edge.hosts[0];
    let application = application_with(&cloud.endpoints, "members", host, FEATURES);
    let revocation = revocation(&cloud.endpoints, "out", "somebody", "");
    let terraform = Terraform::new(
        &cloud.endpoints,
        &[(
            "main.tf",
            &[HEAD, STORE, &application, &revocation, ALONE, POLICY].concat(),
        )],
    );
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    let allowed = allowed(terraform.output("policy").as_str().unwrap());
    terraform.destroy().success();

    let calls = cloud.calls();
    let ours = calls.iter().filter(|call| {
        let agent = call.0["agent"].as_str().unwrap_or_default();
        agent.contains("terraform-provider-zt")
    });
    let made: BTreeSet<String> = ours
        .flat_map(|call| actions(call.service(), call.operation()))
        .collect();
    assert!(made.len() > 60, "the log tells too little: {made:?}");
    let denied: Vec<_> = made.difference(&allowed).collect();
    assert!(denied.is_empty(), "called and not allowed: {denied:?}");

    let occasions: BTreeSet<String> = OTHER_OCCASIONS
        .iter()
        .flat_map(|(_, actions)| actions.iter().map(|one| (*one).to_owned()))
        .collect();
    let unused: Vec<_> = allowed
        .difference(&made)
        .filter(|one| !occasions.contains(*one))
        .collect();
    assert!(unused.is_empty(), "allowed and never called: {unused:?}");
}

/// The contract's fingerprint, made by Python's own HMAC from the secret in the account.
const FINGERPRINT: &str = r#"
import base64, hashlib, hmac, struct, sys
secret = boto3.client("secretsmanager").get_secret_value(SecretId="zt/main/pepper")["SecretString"]
pepper = base64.urlsafe_b64decode(json.loads(secret)["pepper"] + "=")
text = b"".join(struct.pack(">I", len(part)) + part for part in (b"https://login.example.com", "ada lovelace".encode()))
print(base64.urlsafe_b64encode(hmac.new(pepper, text, hashlib.sha256).digest()[:9]).decode())
print(json.loads(secret)["pepper"])
"#;

const READERS: &str = r#"
data "zt_user_handle" "ada" {
  session_store = zt_session_store.main.session_store
  user          = { issuer = "https://login.example.com", subject = "ada lovelace" }
}
data "zt_session_store_usage" "main" {
  session_store = zt_session_store.main.session_store
}
data "zt_store_deny_statement" "main" {
  session_store = zt_session_store.main.session_store
  principals    = ["arn:aws:iam::111122223333:role/terraform"]
}
output "fingerprint" { value = data.zt_user_handle.ada.fingerprint }
output "page" { value = data.zt_user_handle.ada.page_key }
output "usage" { value = data.zt_session_store_usage.main }
output "deny" { value = data.zt_store_deny_statement.main.json }
"#;

#[test]
fn a_store_and_its_users_are_read_without_a_secret_in_the_state() {
    let cloud = LocalCloud::start();
    // In one apply: the store is not there at the plan, so reading waits for it.
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &[HEAD, STORE, READERS].concat())]);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    let told = somebody_else(&cloud, FINGERPRINT);
    let (fingerprint, pepper) = told.trim().split_once('\n').unwrap();
    assert_eq!(terraform.output("fingerprint"), fingerprint);
    assert_eq!(terraform.output("page"), format!("p:{}", &fingerprint[..2]));
    let usage = terraform.output("usage");
    assert_eq!(
        (&usage["pages"], &usage["entries"]["total"]),
        (&4096.into(), &0.into()),
        "{usage}"
    );
    let deny = terraform.output("deny");
    assert!(deny.as_str().unwrap().contains("ZtStore"), "{deny}");
    let state = std::fs::read_to_string(terraform.path().join("terraform.tfstate")).unwrap();
    assert!(!state.contains(pepper), "the pepper is in the state");

    let revoked = revocation(&cloud.endpoints, "out", "somebody", "");
    terraform.write("main.tf", &[HEAD, STORE, READERS, &revoked].concat());
    terraform.apply(&[]).success();
    terraform.apply(&[]).success();
    let usage = terraform.output("usage");
    assert_eq!(usage["entries"]["blocks"], 1, "{usage}");
    assert_eq!(
        usage["largest_page"]["slots"], 3,
        "a block takes two, and the user's not-before one"
    );
    terraform.destroy().success();
}

const DECISIONS: &str = r#"
data "zt_access_decision" "standing" {
  for_each = {
    nobody   = null
    stranger = { claims = { sub = "eve", groups = ["guests"] } }
    staff    = { claims = { sub = "ada", groups = ["staff"] } }
  }
  application = "main/members"
  request     = { path = "/reports", host = "HOST" }
  identity    = each.value
  depends_on  = [zt_edge_app.members]
}
output "decisions" {
  value = { for name, one in data.zt_access_decision.standing : name => [one.decision, one.route_path, one.policy] }
}
"#;

#[test]
fn an_application_that_stands_explains_its_decisions() {
    let cloud = LocalCloud::start();
    let host = &cloud.endpoints.edge.hosts[0];
    let application = application_with(&cloud.endpoints, "members", host, "");
    let decisions = DECISIONS.replace("HOST", host);
    let terraform = Terraform::new(
        &cloud.endpoints,
        &[("main.tf", &[HEAD, STORE, &application, &decisions].concat())],
    );
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    let expected = serde_json::json!({
        "nobody": ["login", "/*", null],
        "stranger": ["denied", "/*", null],
        "staff": ["allow", "/*", "staff"],
    });
    assert_eq!(terraform.output("decisions"), expected);
    terraform.destroy().success();
}

const FUNCTIONS: &str = r#"
locals {
  admins = { require = [{ groups = ["admins"] }, { max_age = "8h" }] }
  ada    = { sub = "ada", groups = ["admins"] }
}
output "issuers" {
  value = [
    provider::zt::cognito_issuer("eu-west-1", "eu-west-1_AbC123"),
    provider::zt::entra_issuer("11111111-2222-3333-4444-555555555555", null),
  ]
}
output "decisions" {
  value = [
    provider::zt::policy_decision(local.admins, { claims = local.ada }, null).decision,
    provider::zt::policy_decision(local.admins, { claims = local.ada, login_age = "9h" }, null).decision,
    provider::zt::policy_decision(local.admins, null, null).decision,
  ]
}
data "zt_access_decision" "written" {
  policies = { admins = local.admins }
  routes   = [{ path = "/*", allow = ["admins"] }]
  request  = { path = "/a", method = "POST", navigation = false }
}
output "written" { value = [data.zt_access_decision.written.decision, data.zt_access_decision.written.status] }
"#;

#[test]
fn functions_and_written_policies_need_no_application() {
    let cloud = LocalCloud::start();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &[HEAD, FUNCTIONS].concat())]);
    terraform.apply(&[]).success();
    let issuers = terraform.output("issuers");
    assert_eq!(
        issuers[0],
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123"
    );
    assert_eq!(
        issuers[1],
        "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"
    );
    assert_eq!(
        terraform.output("decisions"),
        serde_json::json!(["allow", "step_up", "login"])
    );
    assert_eq!(terraform.output("written"), serde_json::json!(["login", 401]));
}

#[test]
fn a_provider_that_can_be_used_is_discovered_and_another_refused_at_its_attribute() {
    let cloud = LocalCloud::start();
    let issuer = &cloud.endpoints.identity_provider.issuer;
    let discovery = |issuer: &str| {
        format!(
            r#"{HEAD}
data "zt_oidc_discovery" "this" {{
  issuer = "{issuer}"
}}
output "jwks" {{ value = data.zt_oidc_discovery.this.endpoints.jwks }}
"#
        )
    };
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &discovery(issuer))]);
    terraform.apply(&[]).success();
    let jwks = terraform.output("jwks");
    assert!(jwks.as_str().unwrap().starts_with(issuer.as_str()), "{jwks}");
    terraform.write("main.tf", &discovery(&format!("{issuer}/elsewhere")));
    terraform
        .apply(&[])
        .failure()
        .says("The provider's discovery document cannot be read")
        .says("issuer = ");
}

#[test]
fn mistakes_are_told_at_their_attribute_before_anything_is_read() {
    let cloud = LocalCloud::start();
    for (text, words, place) in [
        (
            r#"data "zt_iam_policy" "x" { session_stores = ["No Store"] }"#,
            "No Store",
            "session_stores",
        ),
        (
            r#"data "zt_iam_policy" "x" {}"#,
            "The policy would allow nothing",
            "zt_iam_policy",
        ),
        (
            r#"output "x" { value = provider::zt::cognito_issuer("eu-west-1", "us-east-1_a") }"#,
            "Its tokens name its own region",
            "user_pool_id",
        ),
        (
            r#"output "x" { value = provider::zt::policy_decision({ any = [{ grups = ["a"] }] }, null, null) }"#,
            "any[0] has no grups",
            "policy",
        ),
        (
            r#"data "zt_access_decision" "x" {
  routes  = [{ path = "/*", allow = ["nobody"] }]
  request = { path = "/" }
}"#,
            "nobody",
            "allow",
        ),
    ] {
        let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &format!("{HEAD}\n{text}\n"))]);
        terraform.plan(&[]).failure().says(words).says(place);
    }
}
