//! `make local`: the quickstart applied and left running, until Ctrl-C. Prints all that a person needs to use it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use serde_json::Value;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};
use zt_e2e::cli::quoted;
use zt_e2e::home;
use zt_e2e::quickstart::Quickstart;

fn main() -> ExitCode {
    println!("Starting the local cloud and applying examples/quickstart ...");
    let quickstart = Quickstart::start(&home("local"));
    quickstart.init();
    quickstart.apply();
    until_told_to_end(|| {
        print_visit(&quickstart);
        print_operate(&quickstart);
        println!("\nready; Ctrl-C ends it.");
    });
    println!("\nending ...");
    drop(quickstart);
    println!("ended; nothing is left running.");
    ExitCode::SUCCESS
}

fn row(label: &str, value: &str) {
    println!("  {label:20}{value}");
}

/// What a browser needs.
fn print_visit(quickstart: &Quickstart) {
    let endpoints = &quickstart.cloud.endpoints;
    let (provider, ca_file) = (&endpoints.identity_provider, endpoints.edge.ca_file.display());
    let url = |path: &str| format!("https://{}:{}{path}", quickstart.host, endpoints.edge.port);
    println!();
    row("public page", &url("/public/index.html"));
    row("members' area", &url("/members/index.html"));
    row("admin page", &url("/admin/index.html"));
    row("API", &url("/api/hello"));
    row("identity provider", &provider.issuer);
    row("log in as", &format!("{} / {}", provider.user, provider.password));
    row("to trust it", &format!("add {ca_file} to the browser's authorities"));
    let path = quoted(&ca_file.to_string());
    row("or", &format!("curl --cacert {path} {}", url("/public/index.html")));
}

/// What a second shell needs.
fn print_operate(quickstart: &Quickstart) {
    let endpoints = &quickstart.cloud.endpoints;
    let folder = quickstart.cli.folder().display().to_string();
    let environment = quickstart.environment().display().to_string();
    let subjects = Value::from(vec![endpoints.identity_provider.subject.as_str()]).to_string();
    let lock_out = quoted(&format!("revoked_subjects={subjects}"));
    let clock = quoted(&format!("{}/clock?advance=61000", endpoints.edge.admin));
    println!("\nTo operate it with Terraform, in another shell:\n");
    row("configuration", &folder);
    row(
        "first",
        &format!("cd {} && . {}", quoted(&folder), quoted(&environment)),
    );
    row("see what there is", "terraform plan");
    row("lock the user out", &format!("terraform apply -var {lock_out}"));
    row("let him in again", "terraform apply");
    // A session of the last minute is asked to try again instead of to log in: edge locations are not updated together.
    row("let a minute pass", &format!("curl -fsS -X POST {clock}"));
}

/// Listens for the signals that end us, says so, and waits for one. Before that they end us at once, as they end the
/// local cloud, which cleans up by itself.
fn until_told_to_end(ready: impl FnOnce()) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt()).expect("a signal's handler");
        let mut terminate = signal(SignalKind::terminate()).expect("a signal's handler");
        ready();
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    });
}
