//! The flows lane: two applications on one local cloud, one behind a provider dressed as Entra ID, one behind Cognito's
//! hosted UI, walked through by headless Chromium. The browser's script says what holds; this program brings the world up and down.
//!
//!     flows [folder [part of a flow's name]]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;
use zt_e2e::script::{Lane, endpoints, fresh_cloud};
use zt_e2e::steps::summary;
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
    let mut lane = Lane::new("flows");
    let home = lane.home.clone();
    let started = lane
        .steps
        .run("start the local cloud", || (start(&home), String::new()));
    if let Some(world) = started {
        let applied = lane.steps.run("terraform apply", || ((), apply(&world)));
        if applied.is_some() {
            lane.steps.run("the next plan is empty", || {
                (world.terraform.plan_is_empty(), String::new())
            });
            let chosen: Vec<_> = std::env::args_os().skip(2).take(1).collect();
            lane.run_script(&world.cloud, "tests/e2e/browser/flows.mjs", &chosen);
        }
        lane.destroy(&world.terraform, &world.cloud);
    }
    lane.end()
}

fn start(home: &Path) -> World {
    let cloud = fresh_cloud(home);
    let endpoints = endpoints(&cloud);
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
    world.cloud.identity_provider("/backchannel", &registration);
    summary(&run.output)
}
