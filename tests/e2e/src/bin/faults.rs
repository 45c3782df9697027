//! The lane of faults: two applications on one local cloud, whose dependencies fail one call at a time. The script says what
//! holds; this program brings the world up and down.
//!
//!     faults [folder [options of tests/faults/run.mjs]]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use zt_e2e::script::{Lane, endpoints, fresh_cloud};
use zt_e2e::steps::summary;
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
    let mut lane = Lane::new("faults");
    let home = lane.home.clone();
    let started = lane
        .steps
        .run("start the local cloud", || (start(&home), String::new()));
    if let Some(world) = started {
        let applied = lane.steps.run("terraform apply", || ((), apply(&world, &home)));
        if applied.is_some() {
            let options: Vec<_> = std::env::args_os().skip(2).collect();
            lane.run_script(&world.cloud, "tests/faults/run.mjs", &options);
        }
        lane.destroy(&world.terraform, &world.cloud);
    }
    lane.end()
}

fn start(home: &Path) -> World {
    let cloud = fresh_cloud(home);
    let outside = Outside::start(&cloud.state.join("endpoints.json"));
    let terraform = Terraform::copy_of(&cloud.endpoints, &root().join("tests/faults/configuration"));
    let variables = variables(&endpoints(&cloud), &outside.told);
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
    summary(&run.output)
}
