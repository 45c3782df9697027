//! An application in front of a distribution that somebody else made: its functions, its guard, and both taken away again.

use serde_json::{Value, json};
use zt_acceptance_tests::{HEAD, STORE, foreign};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;
use zt_test_support::visitor::Visitor;

const DISTRIBUTION: &str = include_str!("../../foreign/distribution.py");

fn attached(cloud: &LocalCloud, more: &str) -> String {
    let endpoints = &cloud.endpoints;
    format!(
        r#"
resource "zt_edge_auth" "members" {{
  name          = "members"
  session_store = zt_session_store.main.session_store
  aliases       = ["{host}"]
  viewer_port   = {port}

  identity_provider = {{
    issuer    = "{issuer}"
    client_id = "{client}"
    scopes    = ["openid", "profile", "email", "groups"]
  }}

  policies = {{ staff = {{ any = [{{ groups = ["staff"] }}] }} }}
  routes = [
    {{ path = "/public/*", access = "public" }},
    {{ path = "/*", allow = ["staff"] }},
  ]

  identity_headers     = {{ "x-zt-subject" = "sub" }}
  replica_deletion     = "wait"
  secret_recovery_days = 0
{more}}}
"#,
        host = endpoints.edge.hosts[0],
        port = endpoints.edge.port,
        issuer = endpoints.identity_provider.issuer,
        client = endpoints.identity_provider.client_id,
    )
}

fn guard(id: &str, trigger: &str, patience: &str) -> String {
    format!(
        r#"
resource "zt_distribution_guard" "members" {{
  distribution_id = "{id}"
  edge_auth       = zt_edge_auth.members
  triggers        = {{ looked_at = "{trigger}" }}
  timeouts        = {{ update = "{patience}" }}
}}
"#
    )
}

/// What somebody else is told of the application.
fn given(cloud: &LocalCloud, terraform: &Terraform, id: &str) -> Value {
    let state = terraform.resource("zt_edge_auth.members");
    let endpoints = &cloud.endpoints;
    json!({
        "id": id,
        "host": endpoints.edge.hosts[0],
        "certificate": endpoints.edge.certificate_arn,
        "origin": endpoints.origin.host,
        "port": endpoints.origin.port,
        "session": state["session_function_arn"],
        "auth": state["auth_function_arn"],
    })
}

/// Runs what somebody else does; it prints JSON.
fn somebody(cloud: &LocalCloud, given: &Value, program: &str) -> Value {
    foreign::run(cloud, given, &format!("{DISTRIBUTION}\n{program}"))
}

/// Changes the distribution's configuration `it`.
fn change(cloud: &LocalCloud, given: &Value, how: &str) {
    let program = format!("def change(it): {how}\nupdate(given[\"id\"], change)\nprint(\"null\")");
    somebody(cloud, given, &program);
}

/// Checklist: K13.
#[test]
fn a_distribution_of_somebody_elses_is_guarded_from_its_association_to_its_end() {
    let cloud = LocalCloud::start();
    let (host, provider) = (&cloud.endpoints.edge.hosts[0], &cloud.endpoints.identity_provider);
    let auth = attached(&cloud, "");
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &[HEAD, STORE, &auth].concat())]);
    terraform.apply(&[]).success();
    terraform.plan_is_empty();

    let known = given(&cloud, &terraform, "");
    let made = "made = cloudfront.create_distribution(DistributionConfig=config())[\"Distribution\"][\"Id\"]\n\
                deployed(made)\nprint(json.dumps(made))";
    let id = somebody(&cloud, &known, made).as_str().unwrap().to_owned();
    let known = given(&cloud, &terraform, &id);
    let guarded = |trigger: &str| [HEAD, STORE, &auth, &guard(&id, trigger, "45m")].concat();
    terraform.write("main.tf", &guarded("first"));
    terraform.apply(&[]).success();
    terraform.plan_is_empty();

    let visitor = Visitor::new(&cloud.endpoints);
    assert_eq!(visitor.navigate(visitor.url(host, "/public/page")).status, 200);
    assert!(visitor.navigate(visitor.url(host, "/members")).is_redirect());
    let way = visitor.log_in(visitor.url(host, "/members"), &provider.user, &provider.password);
    assert_eq!(way.last().unwrap().status, 200, "{:?}", way.last());

    change(
        &cloud,
        &known,
        "it[\"DefaultCacheBehavior\"][\"FunctionAssociations\"] = all_of([])",
    );
    terraform
        .plan(&[])
        .failure()
        .says("is not guarded")
        .says("the default behavior does not run");
    terraform.write("main.tf", &guarded("second"));
    terraform.apply(&[]).failure().says("the default behavior does not run");
    change(
        &cloud,
        &known,
        "it[\"DefaultCacheBehavior\"][\"FunctionAssociations\"] = all_of(session())",
    );
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    change(&cloud, &known, "it[\"DefaultRootObject\"] = \"index.html\"");
    terraform.plan(&[]).failure().says("default root object");

    // Terraform plans before it destroys; without a refresh only the functions' being in use holds it up.
    terraform
        .run(&["destroy", "-auto-approve", "-no-color", "-refresh=false"])
        .failure()
        .says("still runs the functions of members");
    let gone = "update(given[\"id\"], lambda it: it.update(Enabled=False))\n\
                etag = cloudfront.get_distribution(Id=given[\"id\"])[\"ETag\"]\n\
                cloudfront.delete_distribution(Id=given[\"id\"], IfMatch=etag)\nprint(\"null\")";
    somebody(&cloud, &known, gone);
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}

/// What is right in the configuration may not yet be what every edge location serves.
///
/// Checklist: K13.
#[test]
fn a_guard_counts_what_is_deployed() {
    let cloud = LocalCloud::start();
    let auth = attached(&cloud, "");
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &[HEAD, STORE, &auth].concat())]);
    terraform.apply(&[]).success();
    let known = given(&cloud, &terraform, "");
    let made = "made = cloudfront.create_distribution(DistributionConfig=config())[\"Distribution\"][\"Id\"]\n\
                print(json.dumps(made))";
    let id = somebody(&cloud, &known, made).as_str().unwrap().to_owned();
    let known = given(&cloud, &terraform, &id);
    let guarded = |trigger: &str, patience: &str| {
        terraform.write(
            "main.tf",
            &[HEAD, STORE, &auth, &guard(&id, trigger, patience)].concat(),
        );
    };
    let status = || {
        somebody(
            &cloud,
            &known,
            "print(json.dumps(cloudfront.get_distribution(Id=given[\"id\"])[\"Distribution\"][\"Status\"]))",
        )
    };
    let takes = |milliseconds: u64| {
        let delays = json!({ "distribution_ms": milliseconds });
        cloud.admin(reqwest::Method::POST, "/delays", Some(&delays));
        let touched = "found = cloudfront.get_distribution_config(Id=given[\"id\"])\n\
                       config = {**found[\"DistributionConfig\"], \"Comment\": \"touched\"}\n\
                       cloudfront.update_distribution(Id=given[\"id\"], IfMatch=found[\"ETag\"], DistributionConfig=config)\n\
                       print(\"null\")";
        somebody(&cloud, &known, touched);
    };
    guarded("first", "45m");
    terraform.apply(&[]).success();
    assert_eq!(status(), "Deployed");

    takes(86_400_000);
    guarded("second", "1s");
    terraform.apply(&[]).failure().says("is not deployed everywhere");
    takes(3_000);
    guarded("third", "45m");
    terraform.apply(&[]).success();
    assert_eq!(status(), "Deployed");
    terraform.plan_is_empty();
}

#[test]
fn what_the_distribution_has_to_follow_is_finished_once_it_did() {
    let cloud = LocalCloud::start();
    let (host, provider) = (&cloud.endpoints.edge.hosts[0], &cloud.endpoints.identity_provider);
    let with = |more: &str| [HEAD, STORE, &attached(&cloud, more)].concat();
    let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &with(""))]);
    terraform.apply(&[]).success();
    let known = given(&cloud, &terraform, "");
    let made = "made = cloudfront.create_distribution(DistributionConfig=config())[\"Distribution\"][\"Id\"]\n\
                deployed(made)\nprint(json.dumps(made))";
    let id = somebody(&cloud, &known, made).as_str().unwrap().to_owned();
    let visitor = Visitor::new(&cloud.endpoints);
    visitor.log_in(visitor.url(host, "/members"), &provider.user, &provider.password);
    let passes = || visitor.navigate(visitor.url(host, "/members")).status;
    assert_eq!(passes(), 200);

    terraform.write("main.tf", &with("  assertion = {}\n"));
    terraform.apply(&[]).success().says("The distribution has to follow");
    assert_eq!(passes(), 200, "a session is refused before it can have an assertion");
    assert!(terraform.resource("zt_edge_auth.members")["deployed_revision"].is_null());

    let known = given(&cloud, &terraform, &id);
    change(
        &cloud,
        &known,
        "it[\"CacheBehaviors\"][\"Items\"][0][\"LambdaFunctionAssociations\"][\"Items\"][0][\"LambdaFunctionARN\"] = given[\"auth\"]",
    );
    terraform.apply(&[]).success();
    terraform.plan_is_empty();
    // A session younger than that is asked to wait for edge locations that may be behind.
    cloud.advance(61);
    assert_ne!(passes(), 200, "an assertion is asked for");
    let way = visitor.log_in(visitor.url(host, "/members"), &provider.user, &provider.password);
    assert_eq!(way.last().unwrap().status, 200, "{:?}", way.last());
}
