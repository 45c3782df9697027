//! `make local`: the quickstart applied and left running, until Ctrl-C.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::process::ExitCode;
use zt_e2e::quickstart::Quickstart;

fn main() -> ExitCode {
    let state = zt_test_support::root().join("target/local/state");
    let _ = std::fs::remove_dir_all(&state);
    println!("Starting the local cloud and applying examples/quickstart ...");
    let quickstart = Quickstart::start(&state);
    quickstart.init();
    quickstart.apply();
    let endpoints = &quickstart.cloud.endpoints;
    let (host, port) = (&quickstart.host, endpoints.edge.port);
    println!("\n  public page    https://{host}:{port}/public/index.html");
    println!("  members' area  https://{host}:{port}/members/index.html");
    println!(
        "  log in as      {} / {}",
        endpoints.identity_provider.user, endpoints.identity_provider.password
    );
    println!(
        "  to trust it    add {} to the browser's authorities,",
        endpoints.edge.ca_file.display()
    );
    println!(
        "                 or: curl --cacert {} https://{host}:{port}/public/index.html",
        endpoints.edge.ca_file.display()
    );
    println!(
        "  configuration  {}",
        quickstart.terraform.path().join("examples/quickstart").display()
    );
    println!(
        "  AWS            {} (account {})",
        endpoints.aws.endpoint, endpoints.aws.account_id
    );
    println!("\nready; Ctrl-C ends it.");
    wait_for_the_end()
}

/// Waits until the local cloud is told to end: its process group gets Ctrl-C with us.
fn wait_for_the_end() -> ExitCode {
    loop {
        std::thread::park();
    }
}
