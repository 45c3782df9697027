//! Mistakes are plan-time errors with the attribute's path, what is wrong, why, and what to write instead.

use zt_acceptance_tests::{HEAD, STORE, application, application_with};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

/// Plans the good configuration with `good` replaced by `bad` and expects each of `texts` in the error.
struct Mistakes {
    cloud: LocalCloud,
    good: String,
}

impl Mistakes {
    fn new() -> Self {
        let cloud = LocalCloud::start();
        let good = [
            HEAD,
            STORE,
            &application(&cloud.endpoints, "members", &cloud.endpoints.edge.hosts[0]),
        ]
        .concat();
        Self { cloud, good }
    }

    #[track_caller]
    fn check(&self, good: &str, bad: &str, texts: &[&str]) {
        assert!(self.good.contains(good), "the configuration does not hold {good}");
        let configuration = self.good.replacen(good, bad, 1);
        let terraform = Terraform::new(&self.cloud.endpoints, &[("main.tf", &configuration)]);
        let before = self.cloud.calls().iter().filter(|call| call.mutating()).count();
        let run = terraform.run(&["plan", "-no-color"]).failure();
        for text in texts {
            assert!(run.folded().contains(text), "`{text}` is not in:\n{}", run.output);
        }
        let after = self.cloud.calls().iter().filter(|call| call.mutating()).count();
        assert_eq!(before, after, "a plan changed something");
    }
}

#[test]
fn mistakes_of_an_application_are_found_by_the_plan() {
    let mistakes = Mistakes::new();
    let issuer = mistakes.cloud.endpoints.identity_provider.issuer.clone();
    let host = mistakes.cloud.endpoints.edge.hosts[0].clone();
    let certificate = mistakes.cloud.endpoints.edge.certificate_arn.clone();
    mistakes.check(
        r#"{ path = "/*", allow = ["staff"] }"#,
        r#"{ path = "/*" }"#,
        &["routes[3]", "access = \"public\""],
    );
    mistakes.check(
        r#"{ path = "/*", allow = ["staff"] }"#,
        r#"{ path = "/*", allow = ["stuff"] }"#,
        &["routes[3].allow[0]", "stuff", "staff"],
    );
    mistakes.check(
        r#"path = "/public/*""#,
        r#"path = "public/*""#,
        &["routes[0].path", "/"],
    );
    mistakes.check(
        r#"path = "/public/*""#,
        r#"path = "/a/../public/*""#,
        &["routes[0].path"],
    );
    mistakes.check(
        &issuer,
        "http://issuer.example.com",
        &["identity_provider.issuer", "https"],
    );
    mistakes.check(&issuer, &format!("{issuer}/other"), &["identity_provider.issuer"]);
    mistakes.check(
        &issuer,
        &format!("{issuer}/"),
        &["identity_provider.issuer", "names the issuer"],
    );
    mistakes.check(
        r#"  identity_headers "#,
        "  session = { lifetime = \"13h\", absolute_lifetime = \"13h\" }\n  identity_headers ",
        &["session.absolute_lifetime", "12h"],
    );
    mistakes.check(
        &certificate,
        "arn:aws:acm:eu-west-1:000000000000:certificate/abc",
        &["certificate_arn", "us-east-1"],
    );
    mistakes.check(
        &format!("[\"{host}\"]"),
        &format!("[\"{host}\", \"UPPER.example.com\"]"),
        &["aliases", "lower case"],
    );
    mistakes.check(
        r#"path = "/public/*""#,
        r#"origin = "api", path = "/p@th/*""#,
        &["routes[0].path", "CloudFront"],
    );
}

#[test]
fn an_application_with_too_many_routes_is_refused_by_the_plan() {
    let mistakes = Mistakes::new();
    let routes: Vec<String> = (0..400)
        .map(|n| format!("{{ path = \"/some/rather/long/path/number-{n}/*\", allow = [\"staff\"] }},"))
        .collect();
    let many = format!("{}\n    {{ path = \"/*\", allow", routes.join("\n    "));
    mistakes.check(r#"{ path = "/*", allow"#, &many, &["routes", "10240"]);
}

#[test]
fn a_domain_of_another_distribution_is_a_clear_error() {
    let cloud = LocalCloud::start();
    let host = &cloud.endpoints.edge.hosts[0];
    let both = [
        HEAD,
        STORE,
        &application(&cloud.endpoints, "one", host),
        &application(&cloud.endpoints, "two", host),
    ]
    .concat();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &both)]);
    let run = terraform.apply(&["-parallelism=1"]).failure();
    assert!(
        run.folded().contains("Domain in use") && run.folded().contains(host.as_str()),
        "{}",
        run.output
    );
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}

#[test]
fn two_applications_of_one_configuration_cannot_have_one_domain() {
    let mut mistakes = Mistakes::new();
    let host = mistakes.cloud.endpoints.edge.hosts[0].clone();
    let one = application(&mistakes.cloud.endpoints, "one", &host);
    mistakes.good.push_str(&one.replace(&host, "free.example.com"));
    mistakes.check("free.example.com", &host, &["Domain in use", "aliases", &host]);
}

/// Terraform itself takes a domain that is written twice in one set for one; what only looks different is refused.
#[test]
fn a_domain_twice_in_one_application() {
    let mistakes = Mistakes::new();
    let host = &mistakes.cloud.endpoints.edge.hosts[0];
    let aliases = format!("aliases         = [\"{host}\"");
    for other in [host.to_uppercase(), format!("{host}."), format!("{host}:443")] {
        let twice = format!("{aliases}, \"{other}\"");
        mistakes.check(&aliases, &twice, &["aliases", "host name", &other]);
    }
    let twice = mistakes.good.replace(&aliases, &format!("{aliases}, \"{host}\""));
    let terraform = Terraform::new(&mistakes.cloud.endpoints, &[("main.tf", &twice)]);
    let run = terraform.run(&["plan", "-no-color"]).success();
    let planned: Vec<_> = run.output.matches(&format!("+ \"{host}\"")).collect();
    assert_eq!(planned.len(), 1, "{}", run.output);
}

#[test]
fn missing_credentials_are_one_clear_error() {
    let cloud = LocalCloud::start();
    let mut terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &[HEAD, STORE].concat())]);
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        terraform.set_environment(name, "");
    }
    let home = terraform.path().to_string_lossy().into_owned();
    terraform.set_environment("HOME", &home);
    let run = terraform.run(&["plan", "-no-color"]).failure();
    assert!(run.folded().contains("No credentials for AWS"), "{}", run.output);
    assert_eq!(run.output.matches("Error:").count(), 1, "{}", run.output);
}

/// An apply, a plan with nothing to do, and a destroy that leaves nothing.
#[track_caller]
fn runs_through(cloud: &LocalCloud, terraform: &Terraform) {
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}

#[test]
fn denied_throttled_and_failing_calls_are_one_diagnostic_with_a_request_id() {
    let head = HEAD.replace("provider \"zt\" {}", "provider \"zt\" {\n  max_retries = 2\n}");
    for (kind, text) in [
        ("denied", "cloudfront:CreateKeyValueStore"),
        ("throttle", "CreateKeyValueStore"),
        ("5xx", "CreateKeyValueStore"),
    ] {
        let cloud = LocalCloud::start();
        let rule = serde_json::json!({"service": "cloudfront", "operation": "CreateKeyValueStore", "kind": kind, "count": 1000});
        cloud.admin(reqwest::Method::POST, "/faults", Some(&rule));
        let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &[head.as_str(), STORE].concat())]);
        let run = terraform.apply(&[]).failure();
        assert!(run.folded().contains(text), "{}", run.output);
        assert!(run.folded().to_lowercase().contains("request id"), "{}", run.output);
        assert_eq!(run.output.matches("Error:").count(), 1, "{}", run.output);
        cloud.admin(reqwest::Method::DELETE, "/faults", None);
        runs_through(&cloud, &terraform);
    }
}

/// A denial of a call on an object that exists: AWS names the action, the message the object too.
#[test]
fn a_denial_names_action_and_resource() {
    let cloud = LocalCloud::start();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &[HEAD, STORE].concat())]);
    let rule =
        serde_json::json!({"service": "secretsmanager", "operation": "CreateSecret", "kind": "denied", "count": 1000});
    cloud.admin(reqwest::Method::POST, "/faults", Some(&rule));
    let run = terraform.apply(&[]).failure();
    for text in [
        "AWS denied secretsmanager:CreateSecret",
        "Allow secretsmanager:CreateSecret on zt/main/pepper",
        "AWS request id: ",
    ] {
        assert!(run.folded().contains(text), "`{text}` is not in:\n{}", run.output);
    }
    cloud.admin(reqwest::Method::DELETE, "/faults", None);
    runs_through(&cloud, &terraform);
}

/// Somebody else who changes the distribution all the time: nothing is overwritten, and later it goes on.
#[test]
fn a_lasting_conflict_is_one_diagnostic_and_loses_nothing() {
    let cloud = LocalCloud::start();
    let host = &cloud.endpoints.edge.hosts[0];
    let priced = |class: &str| {
        let more = format!("  price_class = \"{class}\"\n");
        [HEAD, STORE, &application_with(&cloud.endpoints, "members", host, &more)].concat()
    };
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &priced("PriceClass_100"))]);
    terraform.apply(&[]).success();
    let rule = serde_json::json!({"service": "cloudfront", "operation": "UpdateDistribution", "kind": "conflict", "count": 1000});
    cloud.admin(reqwest::Method::POST, "/faults", Some(&rule));
    terraform.write("main.tf", &priced("PriceClass_200"));
    let run = terraform.apply(&[]);
    for text in [
        "was changed by another writer",
        "PreconditionFailed",
        "AWS request id: ",
    ] {
        assert!(run.folded().contains(text), "`{text}` is not in:\n{}", run.output);
    }
    assert_eq!(run.output.matches("Error:").count(), 1, "{}", run.output);
    let plan = terraform.plan(&[]);
    assert_eq!(plan.code, 2, "the state claims what is not done:\n{}", plan.output);
    cloud.admin(reqwest::Method::DELETE, "/faults", None);
    runs_through(&cloud, &terraform);
}

#[test]
fn passing_throttles_conflicts_and_faults_are_ridden_out() {
    let cloud = LocalCloud::start();
    for (service, operation, kind) in [
        ("cloudfront", "CreateKeyValueStore", "throttle"),
        ("cloudfront-keyvaluestore", "UpdateKeys", "conflict"),
        ("cloudfront-keyvaluestore", "UpdateKeys", "5xx"),
        ("secretsmanager", "CreateSecret", "throttle"),
    ] {
        let rule = serde_json::json!({"service": service, "operation": operation, "kind": kind, "count": 1});
        cloud.admin(reqwest::Method::POST, "/faults", Some(&rule));
    }
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &[HEAD, STORE].concat())]);
    runs_through(&cloud, &terraform);
}
