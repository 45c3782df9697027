//! The real Terraform on the example provider.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use zt_protocol_tests::terraform::{Run, Terraform};

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-example");

const FULL: &str = r#"
variable "token" {
  type      = string
  ephemeral = true
}
provider "example" {
  token = var.token
}
ephemeral "example_token" "t" {
  who = "me"
}
data "example_upper" "u" {
  input = "abc"
}
resource "example_thing" "main" {
  name      = "a"
  document  = "{ \"a\": 1 }"
  amount    = 123456789012345678901234567890.125
  any       = { x = [1, "b"] }
  secret_wo = ephemeral.example_token.t.token
  tags      = ["x", "y"]
  labels    = { k = data.example_upper.u.output }
  lines     = ["1", "2"]
  origin    = { host = "h", secret_wo = var.token }
  rules     = [{ path = "/a" }, { path = "/b", action = "deny" }]
  steps     = [{ name = "one" }]
  settings  = { one = { level = 1 } }
  note {
    text = "t"
  }
}
output "shouted" {
  value = provider::example::shout(example_thing.main.message, "x")
}
output "known_in_the_plan" {
  value = startswith(example_thing.main.message, "Hello")
}
"#;

fn terraform(configuration: &str) -> Terraform {
    Terraform::new(Path::new(PROVIDER), configuration)
}

fn well(run: Run) -> String {
    assert!(run.success, "{}", run.text);
    run.text
}

fn thing(attributes: &str) -> String {
    format!("resource \"example_thing\" \"main\" {{\n{attributes}\n}}\n")
}

#[test]
fn a_whole_life_without_a_secret_left_behind() {
    let mut terraform = terraform(FULL);
    let log = terraform.path("log");
    terraform
        .environment
        .push(("TF_VAR_token".to_owned(), "canary-variable".to_owned()));
    terraform.environment.push(("TF_LOG".to_owned(), "TRACE".to_owned()));
    terraform
        .environment
        .push(("TF_LOG_PATH".to_owned(), log.display().to_string()));
    let planned = well(terraform.run(&["plan", "-out=plan", "-input=false"]));
    assert!(planned.contains("known_in_the_plan = true"), "{planned}");
    let applied = well(terraform.run(&["apply", "plan"]));
    assert!(applied.contains("shouted = \"HELLO A X\""), "{applied}");
    assert!(terraform.plan_is_empty());
    well(terraform.run(&["apply", "-refresh-only", "-auto-approve"]));
    let (state, shown) = (terraform.state(), well(terraform.run(&["show", "-json", "plan"])));
    assert!(state.contains("\"secret_length\": 9"), "the secret came: {state}");
    assert!(
        state.contains("123456789012345678901234567890.125"),
        "the number stays exact: {state}"
    );
    let log = std::fs::read_to_string(log).unwrap();
    assert!(
        log.contains("provider.example") || log.contains("example."),
        "the provider logged"
    );
    assert!(log.contains("tf_rpc"), "the fields of a log line are understood");
    for (name, text) in [("state", &state), ("plan", &shown)] {
        assert!(!text.contains("canary"), "{name}: {text}");
    }
    // Terraform itself may log what it sends; what the provider logs holds nothing.
    for line in log
        .lines()
        .filter(|line| line.contains("provider.terraform-provider-example"))
    {
        assert!(!line.contains("canary"), "{line}");
    }
    well(terraform.run(&["destroy", "-auto-approve"]));
    assert!(!terraform.state().contains("example_thing"));
}

/// Applies a thing and then another form of it; what Terraform says to the second.
fn check_change(before: &str, after: &str) -> String {
    let terraform = terraform(&thing(before));
    well(terraform.apply());
    terraform.configure(&thing(after));
    let text = well(terraform.apply());
    assert!(terraform.plan_is_empty(), "{after}");
    text
}

#[test]
fn changes_do_what_the_schema_says() {
    let changed = check_change("name = \"a\"", "name = \"b\"");
    assert!(changed.contains("0 added, 1 changed, 0 destroyed"), "{changed}");
    let replaced = check_change("name = \"a\"", "name = \"a\"\nregion = \"us\"");
    assert!(
        replaced.contains("# forces replacement") && replaced.contains("1 added, 0 changed, 1 destroyed"),
        "{replaced}"
    );
    let respelled = check_change("name = \"a\"\ndocument = \"{}\"", "name = \"a\"\ndocument = \" { } \"");
    assert!(respelled.contains("0 added, 0 changed, 0 destroyed"), "{respelled}");
    let reordered = check_change(
        "name = \"a\"\ntags = [\"x\", \"y\"]\nrules = [{ path = \"/a\" }, { path = \"/b\" }]",
        "name = \"a\"\ntags = [\"y\", \"x\"]\nrules = [{ path = \"/b\" }, { path = \"/a\" }]",
    );
    assert!(reordered.contains("0 added, 0 changed, 0 destroyed"), "{reordered}");
    let unset = check_change("name = \"a\"\norigin = { host = \"h\" }\nlabels = {}", "name = \"a\"");
    assert!(unset.contains("0 added, 1 changed, 0 destroyed"), "{unset}");
}

/// Plans a configuration that is wrong; what Terraform says.
fn check_refused(attributes: &str, says: &[&str]) {
    let run = terraform(&thing(attributes)).run(&["plan", "-input=false"]);
    assert!(!run.success, "{}", run.text);
    for text in says {
        assert!(run.text.contains(text), "{text} is not in {}", run.text);
    }
}

#[test]
fn mistakes_are_shown_at_their_place() {
    // Terraform knows lines of top-level attributes alone.
    check_refused(
        "name = \"bad\"",
        &[
            "Invalid value of name",
            "on main.tf line 5",
            "5: name = \"bad\"",
            "Write another",
        ],
    );
    check_refused(
        "name = \"a\"\norigin = { host = \"h\", ttl = 0 }",
        &["Invalid value of origin.ttl", "whole number from 1 to 3600"],
    );
    check_refused(
        "name = \"a\"\nsteps = [{ name = \"b\" }, { name = \"a\" }]",
        &["This is about steps[1].name.", "Step like thing"],
    );
    check_refused(
        "name = \"a\"\ntimeouts = { create = \"soon\" }",
        &["Invalid value of timeouts.create", "30s, 45m or 1h30m"],
    );
}

#[test]
fn unknown_inputs_plan_and_apply() {
    let terraform = terraform(
        r#"
resource "terraform_data" "later" {
  input = "later"
}
resource "example_thing" "main" {
  name     = terraform_data.later.output
  region   = terraform_data.later.output
  any      = terraform_data.later.output
  tags     = [terraform_data.later.output, "${terraform_data.later.output}2"]
  labels   = { k = terraform_data.later.output }
  origin   = { host = terraform_data.later.output }
  rules    = [{ path = terraform_data.later.output }, { path = "${terraform_data.later.output}2" }]
  settings = { one = { level = length(terraform_data.later.output) } }
}
"#,
    );
    well(terraform.apply());
    assert!(terraform.plan_is_empty());
}

#[test]
fn failures_leave_the_state_true() {
    let terraform = terraform(&thing("name = \"a\"\nfail = \"create\""));
    let failed = terraform.apply();
    assert!(!failed.success && failed.text.contains("Half made"), "{}", failed.text);
    assert!(terraform.state().contains("tainted"), "{}", terraform.state());
    terraform.configure(&thing("name = \"a\"\nfail = \"delete\""));
    let replaced = well(terraform.apply());
    assert!(replaced.contains("is tainted"), "{replaced}");
    let kept = terraform.run(&["destroy", "-auto-approve"]);
    assert!(!kept.success && terraform.state().contains("t-a"), "{}", kept.text);
}

#[test]
fn a_panic_is_told_and_nothing_else_suffers() {
    let both = format!(
        "{}resource \"example_thing\" \"other\" {{ name = \"b\" }}\n",
        thing("name = \"a\"\nfail = \"panic\"")
    );
    let terraform = terraform(&both);
    let run = terraform.apply();
    assert!(!run.success && run.text.contains("Please report this"), "{}", run.text);
    assert!(terraform.state().contains("t-b"), "the other thing was made");
}

#[test]
fn objects_are_imported_by_id() {
    let terraform = terraform(&format!(
        "{}import {{\n to = example_thing.main\n id = \"t-a\"\n}}\n",
        thing("name = \"a\"")
    ));
    let imported = well(terraform.apply());
    assert!(
        imported.contains("1 imported, 0 added, 0 changed, 0 destroyed"),
        "{imported}"
    );
    assert!(terraform.plan_is_empty());
}

#[test]
fn state_of_an_older_version_is_upgraded() {
    let terraform = terraform(&thing("name = \"a\""));
    well(terraform.apply());
    let state = terraform
        .state()
        .replace("\"schema_version\": 1", "\"schema_version\": 0");
    std::fs::write(
        terraform.path("terraform.tfstate"),
        state.replace("\"name\": \"a\"", "\"title\": \"a\""),
    )
    .unwrap();
    assert!(terraform.state().contains("\"title\""));
    assert!(terraform.plan_is_empty());
}

#[test]
fn an_interrupt_ends_a_slow_create_at_once_and_keeps_it() {
    let mut terraform = terraform(&thing("name = \"a\"\ndelay = 600"));
    terraform
        .environment
        .push(("TF_LOG_PROVIDER".to_owned(), "INFO".to_owned()));
    let mut command = terraform.command(&["apply", "-auto-approve"]);
    // A process group of its own: an interrupt then reaches Terraform and the provider, as Ctrl-C does.
    let mut child = command
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("create begins") {
        line.clear();
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "it never began");
    }
    let group = format!("-{}", child.id());
    assert!(
        Command::new("kill")
            .args(["-INT", "--", &group])
            .status()
            .unwrap()
            .success()
    );
    let begun = Instant::now();
    let mut rest = String::new();
    log.read_to_string(&mut rest).unwrap();
    child.wait().unwrap();
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "it took {:?}",
        begun.elapsed()
    );
    let state = terraform.state();
    assert!(state.contains("t-a") && !state.contains("tainted"), "{state}");
    assert!(terraform.plan_is_empty(), "the next run goes on");
}

#[test]
fn log_levels_are_obeyed() {
    let lines = |name: &str, level: &str| {
        let mut terraform = terraform(&thing("name = \"a\""));
        terraform
            .environment
            .push(("TF_LOG_PROVIDER".to_owned(), "TRACE".to_owned()));
        terraform.environment.push((name.to_owned(), level.to_owned()));
        let text = well(terraform.run(&["plan"]));
        (text.contains("configured"), text.contains("call received"))
    };
    assert_eq!(lines("TF_LOG_PROVIDER_EXAMPLE", "TRACE"), (true, true));
    assert_eq!(lines("TF_LOG_PROVIDER_EXAMPLE", "INFO"), (true, false));
    assert_eq!(lines("TF_LOG_PROVIDER_EXAMPLE", "OFF"), (false, false));
}
