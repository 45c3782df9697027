//! The firewall: what it refuses at the edge, and its life alone, beside a distribution that somebody else manages.

use reqwest::Method;
use serde_json::{Value, json};
use zt_acceptance_tests::store::somebody_else;
use zt_acceptance_tests::{HEAD, STORE, application_with};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;
use zt_test_support::visitor::{Answer, Visitor};

const RULES: &str = r#"
  addresses = {
    block = ["203.0.113.0/24", "2001:db8:bad::/48"]
    trust = ["198.51.100.7/32"]
  }
  geo = { allow = ["US", "DE", "FR"], block = ["FR"] }
  rate_limits = {
    api = { path = "/public/api/*", limit = 10, window = 60 }
  }
  rules = {
    no-wordpress = {
      action   = "block"
      paths    = ["/wp-*", "/*.php"]
      response = { status = 404, body = "There is none." }
    }
    uploads = {
      action = "allow"
      paths  = ["/public/uploads/*"]
    }
  }
  rule_order = ["no-wordpress", "uploads"]
  logging    = { destination_arn = "arn:aws:logs:us-east-1:000000000000:log-group:aws-waf-logs-edge" }
"#;

/// The only web ACL, with its IP sets and its logging, by botocore.
const READ: &str = r#"
w = boto3.client("wafv2", region_name="us-east-1")
s = w.list_web_acls(Scope="CLOUDFRONT")["WebACLs"][0]
a = w.get_web_acl(Name=s["Name"], Id=s["Id"], Scope="CLOUDFRONT")
sets = w.list_ip_sets(Scope="CLOUDFRONT")["IPSets"]
logging = w.get_logging_configuration(ResourceArn=s["ARN"])["LoggingConfiguration"]
acl = a["WebACL"]
rules = acl["Rules"]
print(json.dumps({"rules": [rule["Name"] for rule in sorted(rules, key=lambda rule: rule["Priority"])],
                  "sets": sorted(one["Name"] for one in sets), "redacted": logging["RedactedFields"],
                  "description": acl["Description"]}))
"#;

fn read(cloud: &LocalCloud) -> Value {
    serde_json::from_str(&somebody_else(cloud, READ)).expect("JSON")
}

struct Scene {
    cloud: LocalCloud,
    terraform: Terraform,
}

impl Scene {
    fn send(&self, path: &str, address: &str, country: &str) -> Answer {
        let visitor = Visitor::new(&self.cloud.endpoints);
        let url = visitor.url(&self.cloud.endpoints.edge.hosts[0], path);
        let headers = [
            ("x-local-viewer-address", address),
            ("x-local-viewer-country", country),
            ("user-agent", "Mozilla/5.0"),
        ];
        visitor.send(Method::GET, url, &headers, None)
    }

    #[track_caller]
    fn check(&self, path: &str, (address, country): (&str, &str), status: u16) {
        let answer = self.send(path, address, country);
        assert_eq!(
            answer.status, status,
            "{path} from {address} in {country}: {}",
            answer.body
        );
    }
}

/// Checklist: K15.
#[test]
fn addresses_countries_paths_and_limits_are_refused_at_the_edge() {
    let cloud = LocalCloud::start();
    let firewall = format!("  web_acl = {{\n{RULES}\n  }}\n");
    let application = application_with(&cloud.endpoints, "members", &cloud.endpoints.edge.hosts[0], &firewall);
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &[HEAD, STORE, &application].concat())]);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    let scene = Scene { cloud, terraform };
    let (clean, blocked, trusted) = ("192.0.2.1", "203.0.113.9", "198.51.100.7");
    scene.check("/public/page", (clean, "US"), 200);
    scene.check("/public/page", (blocked, "US"), 403);
    scene.check("/public/page", ("2001:db8:bad::1", "US"), 403);
    scene.check("/public/page", ("2001:db8:900d::1", "US"), 200);
    scene.check("/public/page", (clean, "FR"), 403);
    scene.check("/public/page", (clean, "KP"), 403);
    scene.check("/public/page", (trusted, "KP"), 200);
    let absent = scene.send("/public/x.PHP", clean, "US");
    assert_eq!((absent.status, absent.body.as_str()), (404, "There is none."));
    let absent = scene.send("/public/x%0ay.php", clean, "US");
    assert_eq!(absent.status, 404, "a line feed slips by: {}", absent.body);
    // Servers of an identity provider are exempt from countries, byte by byte.
    scene.check(
        "/oauth2/jwks.json",
        (clean, "US"),
        scene.send("/oauth2/jwks.json", clean, "KP").status,
    );
    scene.check("/OAUTH2/jwks.json", (clean, "KP"), 403);
    // The managed groups refuse this name everywhere but where the user's own rule lets pass.
    scene.check("/public/x.log", (clean, "US"), 403);
    scene.check("/public/uploads/x.log", (clean, "US"), 200);
    for _ in 0..10 {
        scene.check("/public/api/echo", ("192.0.2.77", "US"), 200);
    }
    scene.check("/public/%61pi/echo", ("192.0.2.77", "US"), 429);
    scene.check("/public/page", ("192.0.2.77", "US"), 200);
    scene.terraform.destroy().success();
    assert!(scene.cloud.left_over().is_empty(), "{:?}", scene.cloud.left_over());
}

fn alone(rules: &str) -> String {
    format!(
        "{HEAD}\nresource \"zt_web_acl\" \"main\" {{\n  name = \"main\"\n{rules}\n}}\noutput \"capacity\" {{ value = zt_web_acl.main.capacity }}\n"
    )
}

#[test]
fn a_firewall_alone_lives_from_apply_to_destroy() {
    let cloud = LocalCloud::start();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &alone(RULES))]);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    let stands = read(&cloud);
    assert!(
        !stands["description"].as_str().unwrap().contains("creating"),
        "{stands}"
    );
    let own = |stands: &Value| -> Vec<String> {
        let rules = stands["rules"].as_array().unwrap().iter().filter_map(Value::as_str);
        rules
            .filter(|name| name.starts_with("rule-"))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(own(&stands), ["rule-no-wordpress", "rule-uploads"]);
    let sets = [
        "zt-firewall-main-block-v4",
        "zt-firewall-main-block-v6",
        "zt-firewall-main-trust-v4",
    ];
    assert_eq!(stands["sets"], json!(sets));
    for header in ["authorization", "cookie"] {
        let redacted = stands["redacted"].as_array().unwrap();
        assert!(
            redacted.contains(&json!({"SingleHeader": {"Name": header}})),
            "{header}"
        );
    }
    assert!(terraform.output("capacity").as_u64().unwrap() > 900);

    // Reordered: names move, nothing else.
    let reordered = RULES.replace(r#"["no-wordpress", "uploads"]"#, r#"["uploads", "no-wordpress"]"#);
    terraform.write("main.tf", &alone(&reordered));
    let plan = terraform.plan(&["-no-color"]);
    assert_eq!(plan.code, 2, "{}", plan.output);
    assert!(plan.output.contains("~ rule_order"), "{}", plan.output);
    assert!(!plan.output.contains("~ rules "), "{}", plan.output);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    assert_eq!(own(&read(&cloud)), ["rule-uploads", "rule-no-wordpress"]);

    drift_is_mended(&cloud, &terraform);
    terraform.run(&["state", "rm", "zt_web_acl.main"]).success();
    terraform.run(&["import", "zt_web_acl.main", "main"]).success();
    terraform.plan_is_empty();

    // Without addresses and logging nothing of them stays.
    terraform.write("main.tf", &alone(""));
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    let gone = somebody_else(
        &cloud,
        r#"print(boto3.client("wafv2", region_name="us-east-1").list_ip_sets(Scope="CLOUDFRONT")["IPSets"])"#,
    );
    assert_eq!(gone.trim(), "[]");
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}

fn drift_is_mended(cloud: &LocalCloud, terraform: &Terraform) {
    for program in [
        r#"
w.update_web_acl(Name=s["Name"], Id=s["Id"], Scope="CLOUDFRONT", LockToken=a["LockToken"], Rules=rules[1:],
                 DefaultAction=acl["DefaultAction"], VisibilityConfig=acl["VisibilityConfig"],
                 Description=acl["Description"], CustomResponseBodies=acl["CustomResponseBodies"])
"#,
        r#"
one = [one for one in sets if one["Name"].endswith("block-v4")][0]
w.update_ip_set(Name=one["Name"], Id=one["Id"], Scope="CLOUDFRONT", LockToken=one["LockToken"], Addresses=[])
"#,
        r#"w.delete_logging_configuration(ResourceArn=s["ARN"])"#,
    ] {
        somebody_else(cloud, &format!("{READ}{program}"));
        let plan = terraform.plan(&[]);
        assert_eq!(plan.code, 2, "the drift does not show:\n{program}\n{}", plan.output);
        terraform.apply(&[]).success();
        terraform.plan_is_empty();
    }
}

/// Whatever of a create fails, the state knows what stands, the next apply ends the work and a destroy leaves nothing.
#[test]
fn a_create_that_fails_leaves_nothing_unknown() {
    let cloud = LocalCloud::start();
    for operation in ["CreateWebACL", "UpdateWebACL", "PutLoggingConfiguration"] {
        for next in ["apply", "destroy"] {
            let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &alone(RULES))]);
            let rule = json!({"service": "wafv2", "operation": operation, "nth": 1, "count": 1, "kind": "denied"});
            cloud.admin(Method::POST, "/faults", Some(&rule));
            let failed = terraform.apply(&[]);
            assert_ne!(failed.code, 0, "{operation} did not fail: {}", failed.output);
            cloud.admin(Method::DELETE, "/faults", None);
            if next == "apply" {
                terraform.apply(&[]).success();
                terraform.plan_is_empty();
            }
            terraform.destroy().success();
            assert!(
                cloud.left_over().is_empty(),
                "{operation}, {next}: {:?}",
                cloud.left_over()
            );
        }
    }
}

#[test]
fn a_lost_firewall_is_made_again_and_a_plain_one_asks_for_no_sets() {
    let cloud = LocalCloud::start();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &alone(""))]);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    let calls = cloud.calls();
    for operation in ["ListIPSets", "CheckCapacity"] {
        assert!(calls.iter().all(|call| call.operation() != operation), "{operation}");
    }
    somebody_else(
        &cloud,
        r#"
w = boto3.client("wafv2", region_name="us-east-1")
s = w.list_web_acls(Scope="CLOUDFRONT")["WebACLs"][0]
w.delete_web_acl(Name=s["Name"], Id=s["Id"], Scope="CLOUDFRONT", LockToken=s["LockToken"])
"#,
    );
    assert_eq!(terraform.plan(&[]).code, 2);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}
