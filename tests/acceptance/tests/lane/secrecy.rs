//! No secret is in the trace, the plan or the state. The search is proved by a canary it must find.

use zt_acceptance_tests::{HEAD, STORE, application_with, revocation};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

const SEARCH: &str = r#"
import json, os, sys, boto3
secrets = boto3.client("secretsmanager", region_name="us-east-1")
found = []
def walk(value):
    if isinstance(value, dict):
        for inner in value.values(): walk(inner)
    elif isinstance(value, list):
        for inner in value: walk(inner)
    elif isinstance(value, str) and len(value) >= 40:
        found.append(value)
for one in secrets.list_secrets()["SecretList"]:
    text = secrets.get_secret_value(SecretId=one["ARN"])["SecretString"]
    if "membership" in one["Name"]: continue
    try: walk(json.loads(text))
    except ValueError: found.append(text)
print(json.dumps(found))
"#;

/// The values of all secrets in the account, by botocore.
fn secrets(cloud: &LocalCloud) -> Vec<String> {
    let aws = &cloud.endpoints.aws;
    let output = std::process::Command::new(zt_test_support::root().join("target/venv-local-cloud/bin/python"))
        .args(["-c", SEARCH])
        .env("AWS_ENDPOINT_URL", &aws.endpoint)
        .env("AWS_ACCESS_KEY_ID", &aws.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &aws.secret_access_key)
        .output()
        .expect("python can be started");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// Checklist: K5.
#[test]
fn trace_plan_and_state_hold_no_secret() {
    const CANARY: &str = "canary-client-secret-7Yq0aWmZk3";
    let cloud = LocalCloud::start();
    let host = &cloud.endpoints.edge.hosts[0];
    let more = "  support_url = \"https://visible-canary.example.com/\"\n";
    let application = application_with(&cloud.endpoints, "members", host, more).replace(
        "    scopes ",
        "    client_secret_wo = var.client_secret\n    client_secret_wo_version = 1\n    scopes ",
    );
    let variable = "variable \"client_secret\" {\n  type      = string\n  ephemeral = true\n}\n";
    let configuration = [
        HEAD,
        variable,
        STORE,
        &application,
        &revocation(&cloud.endpoints, "one", "somebody", ""),
    ]
    .concat();
    let mut terraform = Terraform::new(&cloud.endpoints, &[("main.tf", &configuration)]);
    let trace = terraform.path().join("trace.log");
    terraform.set_environment("TF_VAR_client_secret", CANARY);
    terraform.set_environment("TF_LOG", "TRACE");
    terraform.set_environment("TF_LOG_PATH", &trace.to_string_lossy());
    terraform.run(&["plan", "-no-color", "-out=saved.tfplan"]).success();
    terraform.run(&["apply", "-no-color", "saved.tfplan"]).success();
    let shown = terraform.run(&["show", "-json", "saved.tfplan"]).success().output;
    terraform.plan_is_empty();

    let mut hidden = secrets(&cloud);
    assert!(
        hidden.len() >= 3,
        "pepper, key and client secret are expected, found {}",
        hidden.len()
    );
    assert!(
        hidden.iter().any(|secret| secret.contains(CANARY)),
        "the client secret is not in Secrets Manager"
    );
    hidden.push(CANARY.to_owned());
    let state = std::fs::read_to_string(terraform.path().join("terraform.tfstate")).expect("the state");
    let trace = String::from_utf8_lossy(&std::fs::read(&trace).expect("the trace")).into_owned();
    let canary = "visible-canary.example.com";
    // The trace shows no values of attributes, so what it must show there is the name of the provider's own log.
    for (name, text, canary) in [
        ("state", &state, canary),
        ("plan", &shown, canary),
        ("trace", &trace, "provider.terraform-provider-zt"),
    ] {
        assert!(
            text.contains(canary),
            "the search would not find anything in the {name}"
        );
        for secret in &hidden {
            assert!(!text.contains(secret.as_str()), "a secret is in the {name}");
        }
    }
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}
