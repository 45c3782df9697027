//! A machine with a service token passes where a policy names it, and nowhere else; rotated, two secrets count; destroyed, none.

use std::collections::BTreeMap;

use serde_json::Value;
use zt_acceptance_tests::kill::{self, At, When};
use zt_acceptance_tests::left_behind::imports;
use zt_acceptance_tests::store::somebody_else;
use zt_acceptance_tests::{HEAD, STORE, application};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;
use zt_test_support::visitor::{Answer, Visitor};

const API: &str = "/api/echo";
const ADDRESS: &str = "zt_service_token.ci";
/// The value of the token's secret, and all that Secrets Manager holds of it, by botocore.
const SECRET: &str = r#"
secrets = boto3.client("secretsmanager", region_name="us-east-1")
print(secrets.get_secret_value(SecretId="zt/main/members/token/NAME")["SecretString"])
"#;
/// The documents of service tokens in the store.
const DOCUMENTS: &str = r#"
print(json.dumps({key: value for key, value in pairs() if key.startswith("t:")}))
"#;

/// A store with applications that let robots into their API.
struct Scene {
    cloud: LocalCloud,
    terraform: Terraform,
    base: String,
}

fn with_robots(cloud: &LocalCloud, name: &str, host: &str) -> String {
    application(&cloud.endpoints, name, host)
        .replace(
            "    admins =",
            "    robots = { any = [{ service_tokens = [\"ci\"] }] }\n    admins =",
        )
        .replace(
            r#""/api/*", allow = ["staff"]"#,
            r#""/api/*", allow = ["staff", "robots"]"#,
        )
}

fn token(name: &str, more: &str) -> String {
    format!(
        r#"
resource "zt_service_token" "{name}" {{
  session_store        = zt_session_store.main.session_store
  application          = zt_edge_app.members.name
  name                 = "{name}"
  secret_recovery_days = 0
{more}}}
"#
    )
}

impl Scene {
    fn new(applications: &[&str]) -> Self {
        let cloud = LocalCloud::start();
        let hosts = cloud.endpoints.edge.hosts.iter();
        let applications = applications.iter().zip(hosts);
        let applications: String = applications
            .map(|(name, host)| with_robots(&cloud, name, host))
            .collect();
        let base = [HEAD, STORE, &applications].concat();
        let terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &base)]);
        terraform.apply(&[]).success();
        Self { cloud, terraform, base }
    }

    fn write(&self, tokens: &[String]) {
        self.terraform
            .write("main.tf", &[self.base.clone(), tokens.concat()].concat());
    }

    #[track_caller]
    fn apply(&self, tokens: &[String]) -> String {
        self.write(tokens);
        let run = self.terraform.apply(&[]).success();
        self.terraform.plan_is_empty();
        run.output
    }

    /// What a caller sends, from Secrets Manager.
    fn sent(&self, name: &str) -> String {
        let text = somebody_else(&self.cloud, &SECRET.replace("NAME", name));
        let secret: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(secret["header"], "x-zt-service-token");
        secret["token"].as_str().expect("a token").to_owned()
    }

    fn documents(&self) -> BTreeMap<String, String> {
        serde_json::from_str(&somebody_else(&self.cloud, DOCUMENTS)).expect("JSON")
    }

    /// The answer to a machine, at one of the local cloud's hosts.
    fn answer(&self, host: usize, path: &str, token: &str) -> Answer {
        let visitor = Visitor::new(&self.cloud.endpoints);
        let url = visitor.url(&self.cloud.endpoints.edge.hosts[host], path);
        visitor.send(reqwest::Method::GET, url, &[("x-zt-service-token", token)], None)
    }

    fn status(&self, token: &str) -> u16 {
        self.answer(0, API, token).status
    }

    #[track_caller]
    fn end(&self) {
        self.terraform.destroy().success();
        assert!(self.cloud.left_over().is_empty(), "{:?}", self.cloud.left_over());
    }
}

/// Checklist: P16. One route of one application, from the apply to the destroy.
#[test]
fn a_token_opens_its_route_and_nothing_else() {
    let scene = Scene::new(&["members", "others"]);
    scene.apply(&[token("ci", "  tags = { team = \"build\" }\n")]);
    let sent = scene.sent("ci");

    let passed = scene.answer(0, API, &sent);
    assert_eq!(passed.status, 200, "{}", passed.body);
    let echoed: Value = serde_json::from_str(&passed.body).expect("JSON");
    assert_eq!(echoed["headers"]["x-zt-service"], "ci");
    assert!(!passed.body.contains(&sent), "the token goes to the origin");
    for (path, status) in [("/page", 403), ("/admin/page", 403), ("/public/page", 200)] {
        assert_eq!(scene.answer(0, path, &sent).status, status, "{path}");
    }
    assert_eq!(
        scene.answer(1, API, &sent).status,
        401,
        "another application lets it in"
    );
    let (id, secret) = sent.split_once('.').expect("two halves");
    let altered = format!("{id}.{}", secret.chars().rev().collect::<String>());
    for wrong in [id, &altered, &format!("{sent}A"), ""] {
        assert_eq!(scene.status(wrong), 401, "{wrong:?}");
    }
    let documents = scene.documents();
    assert_eq!(documents.len(), 1, "{documents:?}");
    assert!(
        !documents.values().any(|text| text.contains(secret)),
        "the store holds the secret"
    );

    scene.apply(&[]);
    assert_eq!(scene.status(&sent), 401, "a destroyed token still opens");
    assert!(scene.documents().is_empty());
    scene.end();
}

/// Checklist: P16. Two secrets until `previous_expires`, then the new one.
#[test]
fn a_rotation_leaves_both_secrets_valid_for_its_overlap() {
    let scene = Scene::new(&["members"]);
    let rotated = |month: &str, overlap: &str| {
        let more = format!("  rotation_triggers = {{ month = \"{month}\" }}\n  rotation_overlap = \"{overlap}\"\n");
        [token("ci", &more)]
    };
    scene.apply(&rotated("november", "1h"));
    let old = scene.sent("ci");
    assert_eq!(scene.terraform.resource(ADDRESS)["previous_expires"], Value::Null);

    scene.apply(&rotated("december", "1h"));
    let new = scene.sent("ci");
    assert_ne!(old, new);
    assert!(scene.terraform.resource(ADDRESS)["previous_expires"].is_string());
    assert_eq!((scene.status(&old), scene.status(&new)), (200, 200));
    scene.cloud.advance(3_500);
    assert_eq!((scene.status(&old), scene.status(&new)), (200, 200));
    scene.cloud.advance(200);
    assert_eq!((scene.status(&old), scene.status(&new)), (401, 200));
    scene.terraform.plan_is_empty();

    scene.apply(&rotated("leaked", "0s"));
    let last = scene.sent("ci");
    assert_eq!((scene.status(&new), scene.status(&last)), (401, 200));

    // Taking the triggers away mints nothing.
    scene.apply(&[token("ci", "")]);
    assert_eq!(scene.sent("ci"), last);
    scene.end();
}

#[test]
fn an_expired_token_is_refused_and_the_plan_says_so() {
    let scene = Scene::new(&["members"]);
    scene.apply(&[token("ci", "  lifetime = \"10m\"\n")]);
    let sent = scene.sent("ci");
    assert_eq!(scene.status(&sent), 200);
    scene.cloud.advance(601);
    assert_eq!(scene.status(&sent), 401);
    let plan = scene.terraform.plan(&[]).says("Service token ci has expired");
    assert_eq!(plan.code, 0, "the end of a token is no drift:\n{}", plan.output);
    scene.write(&[token("ci", "  expires_at = \"2020-01-01T00:00:00Z\"\n")]);
    scene
        .terraform
        .plan(&[])
        .failure()
        .says("would have ended before it begins");

    let again = "  lifetime = \"10m\"\n  rotation_triggers = { again = \"1\" }\n";
    scene.apply(&[token("ci", again)]);
    assert_eq!((scene.status(&sent), scene.status(&scene.sent("ci"))), (401, 200));
    scene.end();
}

#[test]
fn what_others_do_to_a_token_is_drift() {
    let scene = Scene::new(&["members"]);
    let configuration = [token("ci", "")];
    scene.apply(&configuration);
    let sent = scene.sent("ci");
    let put = |value: &str| {
        format!(
            "key = [key for key, _ in pairs() if key.startswith('t:')][0]\n\
             keyvalue.put_key(KvsARN=arn, Key=key, Value={value}, IfMatch=version())"
        )
    };
    let removed = "key = [key for key, _ in pairs() if key.startswith('t:')][0]\n\
                   keyvalue.delete_key(KvsARN=arn, Key=key, IfMatch=version())";
    let forged = r#"'{"v":1,"n":"ci","s":[["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",0]]}'"#;
    for program in [removed.to_owned(), put("'garbage'"), put(forged)] {
        somebody_else(&scene.cloud, &program);
        assert_ne!(scene.status(&sent), 200, "{program}");
        let plan = scene.terraform.plan(&[]);
        assert_eq!(
            plan.code, 2,
            "the drift does not show after {program}:\n{}",
            plan.output
        );
        scene.apply(&configuration);
        assert_eq!(scene.status(&sent), 200, "{program}");
    }

    // A secret that is lost takes nobody's access: another one is minted, and the former counts for the overlap.
    let lose = r#"
secrets = boto3.client("secretsmanager", region_name="us-east-1")
secrets.delete_secret(SecretId="zt/main/members/token/ci", ForceDeleteWithoutRecovery=True)
"#;
    somebody_else(&scene.cloud, lose);
    assert_eq!(scene.terraform.plan(&[]).code, 2);
    scene.apply(&configuration);
    let minted = scene.sent("ci");
    assert_ne!(minted, sent);
    assert_eq!((scene.status(&sent), scene.status(&minted)), (200, 200));
    scene.end();
}

#[test]
fn a_token_imports_to_an_empty_plan() {
    let scene = Scene::new(&["members"]);
    let more = "  lifetime = \"90d\"\n  rotation_overlap = \"48h\"\n  rotation_triggers = { month = \"one\" }\n  \
                tags = { team = \"build\" }\n";
    scene.apply(&[token("ci", more)]);
    let arn = scene.terraform.resource(ADDRESS)["secret_arn"]
        .as_str()
        .expect("an ARN")
        .to_owned();
    for id in ["main/members/ci", &arn] {
        scene.terraform.run(&["state", "rm", ADDRESS]).success();
        scene.terraform.run(&["import", "-no-color", ADDRESS, id]).success();
        scene.terraform.plan_is_empty();
    }
    // A second one of the name is refused, with the block to write.
    scene.write(&[
        token("ci", more),
        token("ci", "").replace("\"zt_service_token\" \"ci\"", "\"zt_service_token\" \"twin\""),
    ]);
    let refused = scene
        .terraform
        .apply(&[])
        .failure()
        .says("Service token ci of members exists already");
    assert!(refused.output.contains("main/members/ci"), "{}", refused.output);
    assert_eq!(imports(&refused.output).len(), 1, "{}", refused.output);
    scene.apply(&[token("ci", more)]);

    scene.write(&[
        token("ci", more),
        token("stray", "").replace("zt_edge_app.members.name", "\"nowhere\""),
    ]);
    scene
        .terraform
        .apply(&[])
        .failure()
        .says("There is no application nowhere");
    scene.end();
}

#[test]
fn a_destroyed_token_that_can_be_restored_comes_back_with_another_secret() {
    let scene = Scene::new(&["members"]);
    let kept = [token("ci", "").replace("secret_recovery_days = 0", "secret_recovery_days = 7")];
    scene.apply(&kept);
    let old = scene.sent("ci");
    scene.apply(&[]);
    assert_eq!(scene.status(&old), 401);
    scene.apply(&kept);
    let new = scene.sent("ci");
    assert_eq!((scene.status(&old), scene.status(&new)), (401, 200));
    scene.apply(&[token("ci", "")]);
    scene.end();
}

/// Checklist: K5. Neither a minted secret nor one of one's own is in state, plan or trace; an ephemeral resource hands it on.
#[test]
fn state_plan_and_trace_hold_no_token() {
    let mut scene = Scene::new(&["members"]);
    let trace = scene.terraform.path().join("trace.log");
    scene.terraform.set_environment("TF_LOG", "TRACE");
    scene.terraform.set_environment("TF_LOG_PATH", &trace.to_string_lossy());
    let copy = "  secret_wo = split(\".\", ephemeral.zt_service_token.ci.token)[1]\n  secret_wo_version = 1\n";
    let ephemeral = "ephemeral \"zt_service_token\" \"ci\" {\n  secret_arn = zt_service_token.ci.secret_arn\n}\n";
    let visible = token("ci", "  tags = { visible = \"canary-of-tags\" }\n");
    scene.write(&[visible, token("copy", copy), ephemeral.to_owned()]);
    scene
        .terraform
        .run(&["plan", "-no-color", "-out=saved.tfplan"])
        .success();
    scene.terraform.run(&["apply", "-no-color", "saved.tfplan"]).success();
    let shown = scene.terraform.run(&["show", "-json", "saved.tfplan"]).success().output;
    scene.terraform.plan_is_empty();
    let again = scene.terraform.run(&["show", "-json"]).success().output;

    let sent = scene.sent("ci");
    let (_, secret) = sent.split_once('.').expect("two halves");
    let copied = scene.sent("copy");
    assert_eq!(
        copied.split_once('.').map(|(_, half)| half),
        Some(secret),
        "the ephemeral value is another"
    );
    let state = std::fs::read_to_string(scene.terraform.path().join("terraform.tfstate")).expect("the state");
    let trace = String::from_utf8_lossy(&std::fs::read(&trace).expect("the trace")).into_owned();
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    for (name, text, canary) in [
        ("state", &state, "canary-of-tags"),
        ("plan", &shown, "canary-of-tags"),
        ("shown state", &again, "canary-of-tags"),
        ("trace", &trace, "provider.terraform-provider-zt"),
    ] {
        assert!(
            text.contains(canary),
            "the search would not find anything in the {name}"
        );
        assert!(
            !text.contains(secret) && !text.contains(&hex),
            "a token is in the {name}"
        );
    }
    scene.end();
}

/// Every call that the apply of a planned create makes, in order, and whether it changes something.
fn calls_of_a_create(scene: &Scene) -> Vec<(At, bool)> {
    scene.write(&[token("ci", "")]);
    let calls = kill::calls_of_a_planned_apply(&scene.cloud, &scene.terraform);
    scene.apply(&[]);
    calls
}

/// Kills the create there and applies again; whether that took the import that the message names.
fn check(scene: &Scene, at: &At, when: When) -> bool {
    scene.write(&[token("ci", "")]);
    kill::planned_apply_at(&scene.cloud, &scene.terraform, (at, when));
    let run = scene.terraform.apply(&[]);
    let named = imports(&run.output);
    if run.code != 0 {
        assert_eq!(named.len(), 1, "killed {when:?} {at:?}:\n{}", run.output);
        scene
            .terraform
            .run(&["import", "-no-color", ADDRESS, "main/members/ci"])
            .success();
        scene.terraform.apply(&[]).success();
    }
    scene.terraform.plan_is_empty();
    assert_eq!(scene.status(&scene.sent("ci")), 200, "killed {when:?} {at:?}");
    assert_eq!(scene.documents().len(), 1, "killed {when:?} {at:?}");
    scene.apply(&[]);
    assert!(scene.documents().is_empty(), "killed {when:?} {at:?}");
    run.code != 0
}

#[test]
fn killed_at_every_call_of_a_token_create() {
    let scene = Scene::new(&["members"]);
    let calls = calls_of_a_create(&scene);
    let writes = calls.iter().filter(|(_, mutating)| *mutating).count();
    assert!(
        calls.len() >= 6 && writes >= 3,
        "too few calls to mean anything: {calls:?}"
    );
    let helped = kill::at_each(&calls, |at, when| check(&scene, at, when));
    assert_eq!(
        helped,
        [("TagResource", When::After)],
        "only a token that is complete, and that nobody heard of, has to be imported"
    );
    scene.end();
}

/// A rotation that was killed is not made a second time: the secret that callers hold would be the third.
#[test]
fn a_killed_rotation_is_taken_up_where_it_ended() {
    let scene = Scene::new(&["members"]);
    scene.apply(&[token("ci", "")]);
    let mut old = scene.sent("ci");
    for (round, (operation, service)) in [
        ("PutSecretValue", "secretsmanager"),
        ("UpdateKeys", "cloudfront-keyvaluestore"),
    ]
    .into_iter()
    .enumerate()
    {
        let more = format!("  rotation_triggers = {{ round = \"{round}\" }}\n");
        scene.write(&[token("ci", &more)]);
        let at = At::new(service, operation, 1);
        kill::planned_apply_at(&scene.cloud, &scene.terraform, (&at, When::After));
        assert_eq!(scene.status(&old), 200, "killed after {operation}");
        let minted = scene.sent("ci");
        assert_ne!(minted, old);
        scene.apply(&[token("ci", &more)]);
        assert_eq!(scene.sent("ci"), minted, "killed after {operation}, it was made again");
        assert_eq!((scene.status(&old), scene.status(&minted)), (200, 200), "{operation}");
        old = minted;
    }
    scene.end();
}
