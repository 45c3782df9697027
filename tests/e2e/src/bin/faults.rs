//! The lane of faults: two applications on one local cloud, whose dependencies fail one call at a time. The script says what
//! holds; this program brings the world up and down.
//!
//!     faults [folder [options of tests/faults/run.mjs]]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use zt_e2e::steps::Steps;
use zt_test_support::cloud::LocalCloud;
use zt_test_support::root;
use zt_test_support::terraform::Terraform;

const AUDIENCE: &str = "api://AzureADTokenExchange";

struct World {
    terraform: Terraform,
    cloud: LocalCloud,
    outside: Outside,
}

/// The process that serves what no local cloud has, and what it told. It ends with this value.
struct Outside {
    child: Child,
    told: Value,
}

impl Outside {
    fn start(endpoints: &Path) -> Self {
        let mut child = Command::new("node")
            .arg(root().join("tests/faults/outside.mjs"))
            .arg(endpoints)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node can be started");
        let mut line = String::new();
        let output = child.stdout.as_mut().expect("a piped stdout");
        BufReader::new(output).read_line(&mut line).expect("a line");
        let told = serde_json::from_str(&line).expect("JSON from tests/faults/outside.mjs");
        Self { child, told }
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    let home = zt_e2e::home("faults");
    let mut steps = Steps::default();
    let mut cases = Counts::default();
    if let Some(world) = steps.run("start the local cloud", || (start(&home), String::new())) {
        if steps.run("terraform apply", || ((), apply(&world, &home))).is_some() {
            steps.run("the sweep ends", || {
                println!();
                cases = sweep(&world, &home);
                ((), format!("{} passed, {} failed", cases.passed, cases.failed))
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
    let (passed, failed) = (cases.passed + held, cases.failed + broken);
    println!("faults: {passed} passed, {failed} failed");
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
    let file = state.join("endpoints.json");
    let text = std::fs::read_to_string(&file).expect("the endpoints of a running cloud");
    let endpoints: Value = serde_json::from_str(&text).expect("JSON");
    let outside = Outside::start(&file);
    let terraform = Terraform::copy_of(&cloud.endpoints, &root().join("tests/faults/configuration"));
    let variables = variables(&endpoints, &outside.told);
    terraform.write("local.auto.tfvars.json", &format!("{variables:#}\n"));
    World {
        terraform,
        cloud,
        outside,
    }
}

fn variables(endpoints: &Value, outside: &Value) -> Value {
    let (edge, origin) = (&endpoints["edge"], &endpoints["origin"]);
    let provider = &endpoints["identity_provider"];
    json!({
        "certificate_arn": edge["certificate_arn"],
        "viewer_port": edge["port"],
        "origin": {"domain_name": origin["host"], "http_port": origin["port"], "protocol": "http-only"},
        "work": {
            "host": edge["hosts"][0],
            "issuer": provider["entra"]["issuer_template"],
            "tenant": provider["entra"]["tenant"],
            "graph_endpoint": provider["entra"]["graph_endpoint"],
            "client_id": provider["entra"]["federated_client_id"],
            "audience": AUDIENCE,
            "hook_url": outside["hook_url"],
            "hook_secret_arn": outside["hook_secret_arn"],
            "events": {
                "issuer": provider["events"]["issuer"],
                "jwks_uri": provider["events"]["jwks_uri"],
                "audience": "work",
            },
        },
        "shop": {
            "host": edge["hosts"][1],
            "issuer": provider["issuer"],
            "client_id": provider["client_secret_client_id"],
            "client_secret_arn": outside["client_secret_arn"],
        },
    })
}

/// Applies, tells the provider whose assertions to take, as its administrator would, and writes down what the script needs.
fn apply(world: &World, home: &Path) -> String {
    let run = world.terraform.apply(&[]).success();
    let told = &world.outside.told;
    let credential = json!({
        "issuer": told["federation_issuer"],
        "subject": world.terraform.output("role_arn"),
        "audience": AUDIENCE,
    });
    world.cloud.identity_provider("/federation", &credential);
    let outside = json!({
        "admin": told["admin"],
        "queue_url": world.terraform.output("queue_url"),
    });
    std::fs::write(home.join("outside.json"), outside.to_string()).expect("a file for the script");
    let resources = run.output.lines().find(|line| line.contains("Resources:"));
    resources.unwrap_or_default().trim().to_owned()
}

#[derive(Clone, Copy, Default)]
struct Counts {
    passed: u64,
    failed: u64,
}

/// Runs the script, which tells of each flow and leaves its counts in a file.
fn sweep(world: &World, home: &Path) -> Counts {
    let result = home.join("faults.json");
    let _ = std::fs::remove_file(&result);
    Command::new("node")
        .arg(root().join("tests/faults/run.mjs"))
        .arg(world.cloud.state.join("endpoints.json"))
        .arg(home)
        .args(std::env::args_os().skip(2))
        .status()
        .expect("node can be started");
    let text = std::fs::read_to_string(&result).expect("the script tells how many cases held");
    let told: Value = serde_json::from_str(&text).expect("JSON");
    let count = |name: &str| told[name].as_u64().expect("a count");
    let counts = Counts {
        passed: count("passed"),
        failed: count("failed"),
    };
    assert!(counts.passed + counts.failed > 0, "the script tried nothing");
    counts
}
