//! What the last run of all lanes took, kept in `target/lanes.json` for the page of benchmarks.
//!
//! A record is written whether or not the lanes held, and says so; it decides nothing.

use super::Counts;
use crate::tree;
use serde_json::{Value, json};
use std::process::Command;
use std::time::{Duration, Instant};

/// What came of one lane, and how long it took.
pub(super) struct Outcome {
    pub(super) name: &'static str,
    pub(super) result: Result<Counts, String>,
    pub(super) took: Duration,
}

/// A run under way.
pub(super) struct Recording {
    started: Instant,
    /// Nothing was installed or built for the lanes before: a clean checkout.
    clean: bool,
}

impl Recording {
    pub(super) fn start() -> Self {
        Self {
            started: Instant::now(),
            clean: !tree::root().join("target/venv-local-cloud").exists(),
        }
    }

    /// Writes the record. One that cannot be written is told of, and fails nothing.
    pub(super) fn write(&self, outcomes: &[Outcome]) {
        let record = json!({
            "commit": commit(),
            "clean": self.clean,
            "ok": outcomes.iter().all(|outcome| outcome.result.as_ref().is_ok_and(|counts| counts.failed == 0)),
            "seconds": rounded(self.started.elapsed()),
            "lanes": outcomes.iter().map(lane).collect::<Value>(),
        });
        let path = tree::root().join("target/lanes.json");
        if let Err(error) = std::fs::write(&path, format!("{record:#}\n")) {
            eprintln!("{}: {error}", path.display());
        }
    }
}

fn lane(outcome: &Outcome) -> Value {
    let seconds = rounded(outcome.took);
    match &outcome.result {
        Ok(counts) => {
            json!({"name": outcome.name, "seconds": seconds, "passed": counts.passed, "failed": counts.failed})
        }
        Err(reason) => json!({"name": outcome.name, "seconds": seconds, "broken": reason}),
    }
}

fn rounded(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}

/// The commit that is checked out, as git abbreviates it, with a plus where files differ from it.
fn commit() -> Option<String> {
    let output = Command::new("git")
        .args(["describe", "--always", "--dirty=+", "--exclude=*"])
        .current_dir(tree::root())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
