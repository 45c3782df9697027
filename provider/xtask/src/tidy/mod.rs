//! The house rules as checks: what ARCHITECTURE.md promises is either tested here or not promised.
//!
//! A check is a function from the tree to findings. It reads and never writes.

mod dependencies;
mod sources;

use crate::tree;
use std::process::ExitCode;

/// One broken rule: the file (or crate) and what is wrong with it.
pub(crate) struct Finding {
    rule: &'static str,
    place: String,
    what: String,
}

impl Finding {
    pub(crate) fn new(rule: &'static str, place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            rule,
            place: place.into(),
            what: what.into(),
        }
    }
}

pub(crate) fn run() -> ExitCode {
    let files = match tree::files() {
        Ok(files) => files,
        Err(error) => {
            eprintln!("tidy: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut findings = Vec::new();
    let mut passed = 0;
    let mut failed = 0;
    for (name, check) in sources::CHECKS {
        count(check(&files), name, &mut findings, (&mut passed, &mut failed));
    }
    for (name, check) in dependencies::CHECKS {
        count(check(), name, &mut findings, (&mut passed, &mut failed));
    }
    for finding in &findings {
        println!("{}: {}: {}", finding.place, finding.rule, finding.what);
    }
    println!("tidy: {passed} passed, {failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn count(found: Vec<Finding>, name: &str, findings: &mut Vec<Finding>, (passed, failed): (&mut u32, &mut u32)) {
    if found.is_empty() {
        *passed += 1;
    } else {
        *failed += 1;
        println!("FAIL {name}");
    }
    findings.extend(found);
}
