//! The flows lane: two applications on one local cloud, one behind a provider dressed as Entra ID, one behind Cognito's
//! hosted UI, walked through by headless Chromium. The browser's script says what holds; this program brings the world up and down.
//!
//!     flows [folder [part of a flow's name]]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, ExitCode};
use zt_e2e::steps::Steps;
use zt_test_support::cloud::LocalCloud;
use zt_test_support::root;
use zt_test_support::terraform::Terraform;

struct World {
    terraform: Terraform,
    cloud: LocalCloud,
    /// The whole of `endpoints.json`.
    endpoints: Value,
}

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    let home = zt_e2e::home("flows");
    let mut steps = Steps::default();
    let mut flows = Counts::default();
    if let Some(world) = steps.run("start the local cloud", || (start(&home), String::new())) {
        let applied = steps.run("terraform apply", || ((), apply(&world)));
        if applied.is_some() {
            steps.run("the next plan is empty", || {
                (world.terraform.plan_is_empty(), String::new())
            });
            steps.run("the browser's script ends", || {
                println!();
                flows = walk(&world, &home);
                ((), format!("{} passed, {} failed", flows.passed, flows.failed))
            });
        }
        steps.run("terraform destroy", || {
            world.terraform.destroy().success();
            let left = world.cloud.left_over();
            assert!(left.is_empty(), "left over: {left:?}");
            ((), "nothing is left over".to_owned())
        });
    }
    steps.table();
    let (held, broken) = steps.counts();
    let (passed, failed) = (flows.passed + held, flows.failed + broken);
    println!("flows: {passed} passed, {failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn start(home: &Path) -> World {
    let state = home.join("state");
    let _ = std::fs::remove_dir_all(&state);
    let cloud = LocalCloud::start_at(&state);
    let text = std::fs::read_to_string(state.join("endpoints.json")).expect("the endpoints of a running cloud");
    let endpoints: Value = serde_json::from_str(&text).expect("JSON");
    let terraform = Terraform::copy_of(&cloud.endpoints, &root().join("tests/e2e/browser/flows/configuration"));
    terraform.write("local.auto.tfvars.json", &format!("{:#}\n", variables(&endpoints)));
    World {
        terraform,
        cloud,
        endpoints,
    }
}

fn variables(endpoints: &Value) -> Value {
    let (edge, origin) = (&endpoints["edge"], &endpoints["origin"]);
    let (provider, cognito) = (&endpoints["identity_provider"], &endpoints["cognito"]);
    json!({
        "certificate_arn": edge["certificate_arn"],
        "viewer_port": edge["port"],
        "origin": {"domain_name": origin["host"], "http_port": origin["port"], "protocol": "http-only"},
        "entra": {
            "host": edge["hosts"][0],
            "issuer": provider["entra"]["issuer_template"],
            "tenant": provider["entra"]["tenant"],
            "graph_endpoint": provider["entra"]["graph_endpoint"],
            "client_id": provider["client_id"],
        },
        "cognito": {
            "host": edge["hosts"][1],
            "issuer": cognito["issuer"],
            "client_id": cognito["client_id"],
            "endpoints": {
                "authorization": cognito["authorization_endpoint"],
                "token": cognito["token_endpoint"],
                "jwks": cognito["jwks_uri"],
                "end_session": cognito["end_session_endpoint"],
                "revocation": cognito["revocation_endpoint"],
            },
        },
    })
}

/// Applies, and tells the provider where the application takes its logout tokens, as its administrator would.
fn apply(world: &World) -> String {
    let run = world.terraform.apply(&[]).success();
    let (edge, provider) = (&world.endpoints["edge"], &world.endpoints["identity_provider"]);
    let host = edge["hosts"][0].as_str().expect("a host");
    let registration = json!({
        "realm": "organizations",
        "client_id": provider["client_id"],
        "uri": format!("https://{host}:{}/oauth2/backchannel-logout", edge["port"]),
    });
    let url = format!("{}/backchannel", provider["admin"].as_str().expect("the controls"));
    let answer = reqwest::blocking::Client::new().post(&url).json(&registration).send();
    answer
        .and_then(reqwest::blocking::Response::error_for_status)
        .unwrap_or_else(|error| panic!("{url}: {error}"));
    let resources = run.output.lines().find(|line| line.contains("Resources:"));
    resources.unwrap_or_default().trim().to_owned()
}

#[derive(Clone, Copy, Default)]
struct Counts {
    passed: u64,
    failed: u64,
}

/// Runs the browser's script, which prints each flow and leaves its counts in a file.
fn walk(world: &World, home: &Path) -> Counts {
    let result = home.join("flows.json");
    let _ = std::fs::remove_file(&result);
    Command::new("node")
        .arg(root().join("tests/e2e/browser/flows.mjs"))
        .arg(world.cloud.state.join("endpoints.json"))
        .arg(home)
        .args(std::env::args_os().nth(2))
        .status()
        .expect("node can be started");
    let text = std::fs::read_to_string(&result).expect("the script tells how many flows held");
    let told: Value = serde_json::from_str(&text).expect("JSON");
    let count = |name: &str| told[name].as_u64().expect("a count");
    let counts = Counts {
        passed: count("passed"),
        failed: count("failed"),
    };
    assert!(counts.passed + counts.failed > 0, "the script walked nothing");
    counts
}
