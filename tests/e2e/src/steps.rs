//! The steps of a demo: each is timed, told while it runs, and kept for the table and the summary.

use serde_json::{Value, json};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

#[derive(Default)]
pub struct Steps {
    done: Vec<Step>,
}

struct Step {
    name: String,
    ok: bool,
    seconds: f64,
    detail: String,
}

impl Steps {
    /// Runs one step; its answer is the detail of the table, a panic is its failure. Returns what the step made.
    pub fn run<T>(&mut self, name: &str, step: impl FnOnce() -> (T, String)) -> Option<T> {
        print!("  {name} ... ");
        let _ = std::io::stdout().flush();
        let started = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(step));
        let seconds = started.elapsed().as_secs_f64();
        let (made, ok, detail) = match outcome {
            Ok((made, detail)) => (Some(made), true, detail),
            Err(reason) => (None, false, message(&*reason)),
        };
        println!("{} ({seconds:.1} s)", if ok { "ok" } else { "FAILED" });
        if !ok {
            println!("{detail}");
        }
        self.done.push(Step {
            name: name.to_owned(),
            ok,
            seconds,
            detail,
        });
        made
    }

    pub fn ok(&self) -> bool {
        self.done.iter().all(|step| step.ok)
    }

    /// How many held, and how many did not.
    pub fn counts(&self) -> (u64, u64) {
        let held = self.done.iter().filter(|step| step.ok).count() as u64;
        (held, self.done.len() as u64 - held)
    }

    pub fn seconds(&self, name: &str) -> f64 {
        self.done
            .iter()
            .find(|step| step.name == name)
            .map_or(0.0, |step| step.seconds)
    }

    pub fn table(&self) {
        println!();
        for step in &self.done {
            let detail = step.detail.lines().next().unwrap_or_default();
            println!(
                "{:4} {:6.1} s  {:28} {detail}",
                if step.ok { "ok" } else { "FAIL" },
                step.seconds,
                step.name
            );
        }
    }

    pub fn json(&self) -> Value {
        let step =
            |step: &Step| json!({"name": step.name, "ok": step.ok, "seconds": step.seconds, "detail": step.detail});
        self.done.iter().map(step).collect()
    }
}

/// The line in which Terraform sums up what it did, as the detail of a step.
pub fn summary(output: &str) -> String {
    let tells = |line: &&str| {
        ["Resources:", "successfully initialized"]
            .iter()
            .any(|words| line.contains(words))
    };
    output.lines().find(tells).unwrap_or_default().trim().to_owned()
}

fn message(reason: &(dyn std::any::Any + Send)) -> String {
    let text = reason.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| reason.downcast_ref::<&str>().copied())
        .unwrap_or("the step panicked")
        .to_owned()
}
