//! The browser lane: the quickstart on a local cloud, one headless Chromium through it, applies at its request.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, ExitCode, Stdio};
use zt_e2e::quickstart::Quickstart;

fn main() -> ExitCode {
    let target = zt_test_support::root().join("target/browser");
    let _ = std::fs::remove_dir_all(target.join("state"));
    let quickstart = Quickstart::start(&target.join("state"));
    quickstart.init();
    quickstart.apply();
    let mut browser = Command::new("node")
        .arg(zt_test_support::root().join("tests/e2e/browser/tour.mjs"))
        .arg(quickstart.cloud.state.join("endpoints.json"))
        .arg(&quickstart.host)
        .arg(target.join("screenshots"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node can be started");
    let mut answers = browser.stdin.take().expect("a piped stdin");
    let output = browser.stdout.take().expect("a piped stdout");
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        match line.strip_prefix("apply") {
            Some(subject) => {
                let subjects: Vec<&str> = subject.split_whitespace().collect();
                quickstart.set_revoked(&subjects);
                quickstart.apply();
                // A cookie of the last minute would be answered by "try again" instead of a login.
                quickstart.cloud.advance(61);
                writeln!(answers, "applied").expect("the browser listens");
            }
            None => println!("{line}"),
        }
    }
    let status = browser.wait().expect("node ends");
    if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
