//! Kills the provider at a chosen AWS call, as a cancelled job does; or tells its memory there.

use std::collections::BTreeMap;
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

impl At {
    pub fn new(service: &str, operation: &str, nth: usize) -> Self {
        Self {
            service: service.to_owned(),
            operation: operation.to_owned(),
            nth,
        }
    }
}

const PLAN_SAVED: [&str; 3] = ["plan", "-no-color", "-out=saved.tfplan"];
const APPLY_SAVED: [&str; 3] = ["apply", "-no-color", "saved.tfplan"];
const APPLY: [&str; 3] = ["apply", "-auto-approve", "-no-color"];

/// Every call since the first `seen` ones, in order, and whether it changes something.
pub fn calls_since(cloud: &LocalCloud, seen: usize) -> Vec<(At, bool)> {
    let mut made: BTreeMap<(String, String), usize> = BTreeMap::new();
    let calls = cloud.calls().into_iter().skip(seen).map(|call| {
        let (service, operation) = (call.service(), call.operation());
        let nth = made.entry((service.to_owned(), operation.to_owned())).or_default();
        *nth += 1;
        (At::new(service, operation, *nth), call.mutating())
    });
    calls.collect()
}

/// Plans, and applies the plan; the calls of that apply alone, as `calls_since` has them.
#[track_caller]
pub fn calls_of_a_planned_apply(cloud: &LocalCloud, terraform: &Terraform) -> Vec<(At, bool)> {
    terraform.run(&PLAN_SAVED).success();
    let seen = cloud.calls().len();
    terraform.run(&APPLY_SAVED).success();
    calls_since(cloud, seen)
}

/// Has `check` kill before each of these calls, and after each that changes something. The operations for which it said
/// that converging took help.
pub fn at_each(calls: &[(At, bool)], check: impl Fn(&At, When) -> bool) -> Vec<(&str, When)> {
    let places = calls.iter().flat_map(|(at, mutating)| {
        let both = [Some(When::Before), mutating.then_some(When::After)];
        both.into_iter().flatten().map(move |when| (at, when))
    });
    places
        .filter(|(at, when)| check(at, *when))
        .map(|(at, when)| (at.operation.as_str(), when))
        .collect()
}

/// Applies, and kills the provider there.
#[track_caller]
pub fn apply_at(cloud: &LocalCloud, terraform: &Terraform, place: (&At, When)) {
    provider_at(cloud, terraform, &APPLY, place);
}

/// Plans, applies the plan, and kills the provider there.
#[track_caller]
pub fn planned_apply_at(cloud: &LocalCloud, terraform: &Terraform, place: (&At, When)) {
    terraform.run(&PLAN_SAVED).success();
    provider_at(cloud, terraform, &APPLY_SAVED, place);
}

/// Runs `command` and kills the provider while the call is held back.
#[track_caller]
fn provider_at(cloud: &LocalCloud, terraform: &Terraform, command: &[&str], (at, when): (&At, When)) {
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
    for id in providers_of(terraform) {
        let status = std::process::Command::new("kill")
            .args(["-9", &id.to_string()])
            .status();
        killed += u32::from(status.is_ok_and(|status| status.success()));
    }
    assert!(killed > 0, "there was no provider to kill");
}

/// The most memory in bytes that a provider below this Terraform had resident so far.
pub fn most_memory_of_provider(terraform: &Child) -> u64 {
    let most = providers_of(terraform).into_iter().filter_map(|id| {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok()
    });
    most.max().expect("there is a provider") * 1024
}

/// The provider processes below this Terraform.
fn providers_of(terraform: &Child) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").expect("/proc").flatten();
    let providers = entries.filter_map(|entry| {
        let id = entry.file_name().to_string_lossy().parse::<u32>().ok()?;
        let program = std::fs::read_link(entry.path().join("exe")).unwrap_or_default();
        (program.ends_with("terraform-provider-zt") && is_below(id, terraform.id())).then_some(id)
    });
    providers.collect()
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
