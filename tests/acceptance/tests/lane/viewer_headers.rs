//! Countries and TLS floors: CloudFront shows them to the session function only where an origin request policy asks for
//! them, so an application with such rules gets policies of its own, and loses them again with the rules.

use reqwest::Method;
use serde_json::Value;
use zt_acceptance_tests::kill::{self, At, When};
use zt_acceptance_tests::store::somebody_else;
use zt_acceptance_tests::{HEAD, STORE, application};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::endpoints::Endpoints;
use zt_test_support::terraform::Terraform;
use zt_test_support::visitor::{Answer, NAVIGATION, Visitor};

/// As CloudFront writes versions and ciphers (CloudFront Developer Guide, "Add CloudFront request headers").
const TLS_1_2: &str = "TLSv1.2:ECDHE-RSA-AES128-GCM-SHA256:connectionReused";
const TLS_1_3: &str = "TLSv1.3:TLS_AES_128_GCM_SHA256:connectionReused";

const BUCKET: &str = r#"
import boto3
s3 = boto3.client("s3")
s3.create_bucket(Bucket="zt-countries")
s3.put_object(Bucket="zt-countries", Key="files/page", Body=b"of the bucket", ContentType="text/plain")
"#;

const NO_BUCKET: &str = r#"
import boto3
s3 = boto3.client("s3")
s3.delete_object(Bucket="zt-countries", Key="files/page")
s3.delete_bucket(Bucket="zt-countries")
"#;

/// Name, behaviour and headers of every origin request policy of the account.
const POLICIES: &str = r#"
found = []
for item in cloudfront.list_origin_request_policies(Type="custom")["OriginRequestPolicyList"].get("Items", []):
    c = item["OriginRequestPolicy"]["OriginRequestPolicyConfig"]
    h = c["HeadersConfig"]
    found.append([c["Name"], h["HeaderBehavior"], sorted(h.get("Headers", {}).get("Items", []))])
print(json.dumps(sorted(found)))
"#;

/// One header of one policy taken away by hand.
const ONE_HEADER_LESS: &str = r#"
c = cloudfront
items = c.list_origin_request_policies(Type="custom")["OriginRequestPolicyList"]["Items"]
i = [item["OriginRequestPolicy"]["Id"] for item in items][0]
a = c.get_origin_request_policy(Id=i)
config = a["OriginRequestPolicy"]["OriginRequestPolicyConfig"]
config["HeadersConfig"]["Headers"] = {"Quantity": 1, "Items": ["CloudFront-Viewer-TLS"]}
c.update_origin_request_policy(Id=i, IfMatch=a["ETag"], OriginRequestPolicyConfig=config)
"#;

/// The same application without such rules, and with them: members of staff in Germany, and a floor.
fn configurations(endpoints: &Endpoints, host: &str) -> [String; 2] {
    let bucket = r#"site = { s3 = { bucket = "zt-countries", region = "us-east-1", manage_bucket_policy = true } }
    api ="#;
    let application = application(endpoints, "members", host)
        .replace("api =", bucket)
        .replace(
            "  replica_deletion",
            "  default_origin       = \"api\"\n  replica_deletion",
        );
    let routes = r#"routes = [
    { path = "/files/*", allow = ["local"], origin = "site" },
    { path = "/local/*", allow = ["local"] },
    { path = "/vault/*", allow = ["staff"], min_tls = "1.3" },"#;
    let policies = r#"policies = {
    local  = { require = [{ groups = ["staff"] }, { countries = ["DE"] }] }"#;
    let with = application
        .replace("routes = [", routes)
        .replace("policies = {", policies);
    let files = r#"routes = [
    { path = "/files/*", allow = ["staff"], origin = "site" },"#;
    let without = application.replace("routes = [", files);
    [without, with].map(|application| [HEAD, STORE, &application].concat())
}

fn policies(cloud: &LocalCloud) -> Value {
    serde_json::from_str(&somebody_else(cloud, POLICIES)).expect("JSON")
}

/// These operations in the order in which each was called first.
fn first_of_each(cloud: &LocalCloud, seen: usize, operations: [&str; 3]) -> Vec<String> {
    let calls = cloud.calls();
    let names = calls[seen..].iter().map(|call| call.operation().to_owned());
    let mut found: Vec<String> = Vec::new();
    for name in names.filter(|name| operations.contains(&name.as_str())) {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// A browser that is logged in.
struct Browser<'a> {
    visitor: Visitor,
    host: &'a str,
}

impl<'a> Browser<'a> {
    fn logged_in(endpoints: &'a Endpoints) -> Self {
        let (visitor, host) = (Visitor::new(endpoints), &endpoints.edge.hosts[0]);
        let provider = &endpoints.identity_provider;
        let steps = visitor.log_in(visitor.url(host, "/members"), &provider.user, &provider.password);
        assert_eq!(steps.last().map(|step| step.status), Some(200), "{steps:?}");
        Self { visitor, host }
    }

    fn get(&self, path: &str, world: &[(&str, &str)]) -> Answer {
        let headers = [NAVIGATION.as_slice(), world].concat();
        self.visitor
            .send(Method::GET, self.visitor.url(self.host, path), &headers, None)
    }

    /// The status and our own reason.
    fn check(&self, path: &str, world: (&str, &str), expected: (u16, &str)) {
        let answer = self.get(path, &[world]);
        let seen = (answer.status, answer.header("x-zt-reason"));
        assert_eq!(seen, expected, "{path} with {world:?}: {}", answer.body);
    }
}

#[test]
fn countries_and_tls_floors_decide_and_go_as_they_came() {
    let cloud = LocalCloud::start();
    let endpoints = &cloud.endpoints;
    somebody_else(&cloud, BUCKET);
    let [without, with] = configurations(endpoints, &endpoints.edge.hosts[0]);
    let terraform = Terraform::new(endpoints, &[("main.tf", &without)]);
    terraform.apply(&[]).success();
    assert_eq!(policies(&cloud), serde_json::json!([]));

    let seen = cloud.calls().len();
    terraform.write("main.tf", &with);
    let run = terraform.apply(&[]).success();
    assert!(
        run.folded().contains("Custom origins will get the viewer's Host"),
        "{}",
        run.output
    );
    let order = ["CreateOriginRequestPolicy", "UpdateDistribution", "PublishFunction"];
    assert_eq!(
        first_of_each(&cloud, seen, order),
        order,
        "a function asks before it is told"
    );
    terraform.plan_is_empty();
    let headers = ["CloudFront-Viewer-Country", "CloudFront-Viewer-TLS"];
    let bucket = ("zt-main--members-bucket", "whitelist", headers);
    let server = ("zt-main--members-server", "allViewerAndWhitelistCloudFront", headers);
    assert_eq!(policies(&cloud), serde_json::json!([bucket, server]));

    let browser = Browser::logged_in(endpoints);
    for path in ["/local/page", "/files/page"] {
        let country = |name| ("x-local-viewer-country", name);
        browser.check(path, country("DE"), (200, ""));
        browser.check(path, country("FR"), (403, "policy"));
        browser.check(path, country("-"), (403, "policy"));
        // What a viewer says of himself is not heard.
        browser.check(path, ("cloudfront-viewer-country", "DE"), (403, "policy"));
    }
    browser.check("/vault/page", ("x-local-viewer-tls", TLS_1_3), (200, ""));
    browser.check("/vault/page", ("x-local-viewer-tls", TLS_1_2), (403, "tls"));
    browser.check("/members", ("x-local-viewer-tls", TLS_1_2), (200, ""));
    let host = |answer: Answer| {
        let seen: Value = serde_json::from_str(&answer.body).expect("the origin tells what it got");
        seen["headers"]["host"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(host(browser.get("/members", &[])), endpoints.edge.hosts[0]);

    let seen = cloud.calls().len();
    terraform.write("main.tf", &without);
    terraform.apply(&[]).success();
    let order = ["PublishFunction", "UpdateDistribution", "DeleteOriginRequestPolicy"];
    assert_eq!(
        first_of_each(&cloud, seen, order),
        order,
        "a function is told no more and asks"
    );
    terraform.plan_is_empty();
    assert_eq!(policies(&cloud), serde_json::json!([]));
    assert_ne!(host(browser.get("/members", &[])), endpoints.edge.hosts[0]);
    terraform.destroy().success();
    somebody_else(&cloud, NO_BUCKET);
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}

/// Checklist: K13.
#[test]
fn a_viewer_header_taken_away_by_hand_comes_back() {
    let cloud = LocalCloud::start();
    let endpoints = &cloud.endpoints;
    somebody_else(&cloud, BUCKET);
    let [_, with] = configurations(endpoints, &endpoints.edge.hosts[0]);
    let terraform = Terraform::new(endpoints, &[("main.tf", &with)]);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    let before = policies(&cloud);
    somebody_else(&cloud, ONE_HEADER_LESS);
    let plan = terraform.plan(&[]);
    assert_eq!(plan.code, 2, "the drift does not show:\n{}", plan.output);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    assert_eq!(policies(&cloud), before);
    terraform.destroy().success();
    assert_eq!(policies(&cloud), serde_json::json!([]));
    somebody_else(&cloud, NO_BUCKET);
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}

/// The provider dies while it makes, or gives up, a policy; the next apply takes over what is there.
#[test]
fn killed_at_a_policy_nothing_is_orphaned() {
    let cloud = LocalCloud::start();
    let endpoints = &cloud.endpoints;
    somebody_else(&cloud, BUCKET);
    let [without, with] = configurations(endpoints, &endpoints.edge.hosts[0]);
    let terraform = Terraform::new(endpoints, &[("main.tf", &[HEAD, STORE].concat())]);
    terraform.apply(&[]).success();
    for (configuration, operation, when) in [
        (&with, "CreateOriginRequestPolicy", When::After),
        (&without, "DeleteOriginRequestPolicy", When::Before),
    ] {
        terraform.write("main.tf", configuration);
        let at = At::new("cloudfront", operation, 1);
        kill::apply_at(&cloud, &terraform, (&at, when));
        terraform.apply(&[]).success();
        terraform.plan_is_empty();
    }
    assert_eq!(policies(&cloud), serde_json::json!([]));
    terraform.destroy().success();
    somebody_else(&cloud, NO_BUCKET);
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}
