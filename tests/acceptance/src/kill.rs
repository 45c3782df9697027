//! Kills the provider at a chosen AWS call, as a cancelled job does.

use std::process::Child;

use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;

/// Where AWS stands with the call at which the provider dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// It has not carried it out, and never will.
    Before,
    /// It has carried it out, but its answer arrives nowhere.
    After,
}

/// One call of an apply.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    pub service: String,
    pub operation: String,
    /// The how many-th call of this operation, from 1.
    pub nth: usize,
}

/// Runs `command` and kills the provider while the call is held back.
#[track_caller]
pub fn provider_at(cloud: &LocalCloud, terraform: &Terraform, command: &[&str], (at, when): (&At, When)) {
    let rule = serde_json::json!({
        "service": at.service, "operation": at.operation, "nth": at.nth, "count": 1,
        "kind": "hold", "when": if when == When::Before { "before" } else { "after" },
    });
    cloud.admin(reqwest::Method::POST, "/faults", Some(&rule));
    let mut running = terraform.spawn(command);
    let held = cloud.admin(reqwest::Method::GET, "/holds?timeout_ms=120000", None);
    assert_eq!(
        held["holds"].as_array().map(Vec::len),
        Some(1),
        "{at:?} was not called once"
    );
    provider_of(&running);
    let _ = running.wait();
    cloud.admin(reqwest::Method::DELETE, "/faults", None);
}

/// SIGKILL to every provider process below this Terraform.
fn provider_of(terraform: &Child) {
    let mut killed = 0;
    for entry in std::fs::read_dir("/proc").expect("/proc").flatten() {
        let Ok(id) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let program = std::fs::read_link(entry.path().join("exe")).unwrap_or_default();
        if program.ends_with("terraform-provider-zt") && is_below(id, terraform.id()) {
            let status = std::process::Command::new("kill")
                .args(["-9", &id.to_string()])
                .status();
            killed += u32::from(status.is_ok_and(|status| status.success()));
        }
    }
    assert!(killed > 0, "there was no provider to kill");
}

fn is_below(mut process: u32, ancestor: u32) -> bool {
    while process > 1 {
        if process == ancestor {
            return true;
        }
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        process = parent.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    }
    false
}
