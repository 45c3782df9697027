//! Runs the test lanes one after the other and closes with one line of counts.
//!
//! A lane is a command that prints how many of its cases passed; a lane that prints no count fails, so that an
//! empty lane cannot look green. A lane whose tools are absent is named with the reason, and fails under CI.
//! With `LANE_LIMIT` (such as `35m`, as timeout(1) reads it) a lane that takes longer is ended and fails.

mod record;

use crate::tree;
use record::{Outcome, Recording};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

struct Lane {
    name: &'static str,
    about: &'static str,
    command: &'static [&'static str],
    /// Programs that must be on PATH, with the Debian package that brings each.
    needs: &'static [(&'static str, &'static str)],
}

const NJS: (&str, &str) = ("njs", "njs");
const NGINX: (&str, &str) = ("nginx", "nginx-light");
const CHROMIUM: (&str, &str) = ("chromium", "chromium");
const CURL: (&str, &str) = ("curl", "curl");

const LANES: &[Lane] = &[
    Lane {
        name: "tidy",
        about: "house rules and dependency direction",
        command: &["cargo", "xtask", "tidy"],
        needs: &[],
    },
    Lane {
        name: "fmt",
        about: "formatting of Rust and HCL",
        command: &["make", "--no-print-directory", "fmt-check"],
        needs: &[],
    },
    Lane {
        name: "clippy",
        about: "lints, warnings are errors",
        command: &["make", "--no-print-directory", "clippy"],
        needs: &[],
    },
    Lane {
        name: "rust",
        about: "unit, property and in-process tests",
        command: &["make", "--no-print-directory", "test-rust"],
        needs: &[],
    },
    Lane {
        name: "docs",
        about: "registry pages rendered anew and compared",
        command: &["make", "--no-print-directory", "docs-check"],
        needs: &[],
    },
    Lane {
        name: "edge-dist",
        about: "edge bundles rebuilt and compared",
        command: &["make", "--no-print-directory", "edge-check"],
        needs: &[],
    },
    Lane {
        name: "session",
        about: "session function on njs and QuickJS",
        command: &["make", "--no-print-directory", "test-session"],
        needs: &[NJS],
    },
    Lane {
        name: "auth",
        about: "auth function bundle on Node",
        command: &["make", "--no-print-directory", "test-auth"],
        needs: &[],
    },
    Lane {
        name: "store-writer",
        about: "store writer bundle on Node",
        command: &["make", "--no-print-directory", "test-store-writer"],
        needs: &[],
    },
    Lane {
        name: "fuzz",
        about: "model, engines and parsers on random cases",
        command: &["make", "--no-print-directory", "test-fuzz"],
        needs: &[NJS],
    },
    Lane {
        name: "mixtures",
        about: "every mixture of old and new at the edge",
        command: &["make", "--no-print-directory", "test-mixtures"],
        needs: &[],
    },
    Lane {
        name: "security",
        about: "checklist, mutants and the last whole run",
        command: &["make", "--no-print-directory", "test-security"],
        needs: &[NJS],
    },
    Lane {
        name: "paths",
        about: "nginx, Node and Python as path resolvers",
        command: &["make", "--no-print-directory", "test-paths"],
        needs: &[NJS, NGINX],
    },
    Lane {
        name: "protocol",
        about: "the binary over gRPC, pyvider as foreign client",
        command: &["make", "--no-print-directory", "test-protocol"],
        needs: &[],
    },
    Lane {
        name: "local-cloud",
        about: "control plane judged by botocore",
        command: &["make", "--no-print-directory", "test-local-cloud"],
        needs: &[],
    },
    Lane {
        name: "third-party",
        about: "the gateway to AWS against plain ministack",
        command: &["make", "--no-print-directory", "test-third-party"],
        needs: &[],
    },
    Lane {
        name: "acceptance",
        about: "real Terraform against the local cloud",
        command: &["make", "--no-print-directory", "test-acceptance"],
        needs: &[],
    },
    Lane {
        name: "modules",
        about: "modules and examples: validate and test",
        command: &["make", "--no-print-directory", "test-modules"],
        needs: &[],
    },
    Lane {
        name: "package",
        about: "registry artefacts, a mirror, and init from them",
        command: &["make", "--no-print-directory", "test-package"],
        needs: &[],
    },
    Lane {
        name: "documents",
        about: "commands, links and the parity table of documents",
        command: &["make", "--no-print-directory", "test-documents"],
        needs: &[],
    },
    Lane {
        name: "browser",
        about: "make local, used by headless Chromium and a shell",
        command: &["make", "--no-print-directory", "test-browser"],
        needs: &[CHROMIUM, CURL],
    },
    Lane {
        name: "flows",
        about: "Chromium at Entra ID's and Cognito's login",
        command: &["make", "--no-print-directory", "test-flows"],
        needs: &[CHROMIUM],
    },
    Lane {
        name: "faults",
        about: "each dependency failing at each call of each flow",
        command: &["make", "--no-print-directory", "test-faults"],
        needs: &[],
    },
];

/// Cases of a lane, as the lane's own output tells them.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Counts {
    fn add(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    fn is_empty(self) -> bool {
        self == Counts::default()
    }
}

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    if arguments.iter().any(|argument| argument == "--list") {
        for lane in LANES {
            println!("{:12} {}", lane.name, lane.about);
        }
        return ExitCode::SUCCESS;
    }
    let only: Vec<&String> = arguments.iter().filter(|argument| *argument != "--only").collect();
    if let Some(unknown) = only.iter().find(|name| !LANES.iter().any(|lane| lane.name == **name)) {
        eprintln!("lanes: there is no lane {unknown}; see --list");
        return ExitCode::from(2);
    }
    let chosen = LANES
        .iter()
        .filter(|lane| only.is_empty() || only.iter().any(|name| *name == lane.name));
    let recording = Recording::start();
    let outcomes: Vec<Outcome> = chosen.map(timed).collect();
    if only.is_empty() {
        recording.write(&outcomes);
    }
    report(&outcomes)
}

fn timed(lane: &Lane) -> Outcome {
    let started = Instant::now();
    let result = run_lane(lane);
    let took = started.elapsed();
    println!("   {} in {took:.0?}", lane.name);
    Outcome {
        name: lane.name,
        result,
        took,
    }
}

fn report(outcomes: &[Outcome]) -> ExitCode {
    println!();
    let mut total = Counts::default();
    let mut broken = false;
    for Outcome { name, result, .. } in outcomes {
        match result {
            Ok(counts) => {
                println!(
                    "{name:12} {} passed, {} failed, {} skipped",
                    counts.passed, counts.failed, counts.skipped
                );
                total.add(*counts);
            }
            Err(reason) => {
                println!("{name:12} NOT RUN OR BROKEN: {reason}");
                broken = true;
                total.failed += 1;
            }
        }
    }
    println!(
        "{} passed, {} failed, {} skipped",
        total.passed, total.failed, total.skipped
    );
    if broken || total.failed > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn run_lane(lane: &Lane) -> Result<Counts, String> {
    println!("\n=> {}: {}", lane.name, lane.about);
    if let Some((program, package)) = lane.needs.iter().find(|(program, _)| !on_path(program)) {
        return Err(format!("`{program}` is not on PATH (Debian package {package})"));
    }
    let limit = std::env::var("LANE_LIMIT").ok();
    let words = bounded(lane.command, limit.as_deref());
    let mut child = Command::new(words[0])
        .args(&words[1..])
        .current_dir(tree::root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", lane.command.join(" ")))?;
    let mut counts = Counts::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            println!("{line}");
            counts.add(count(&line).unwrap_or_default());
        }
    }
    let _ = std::io::stdout().flush();
    let status = child.wait().map_err(|error| error.to_string())?;
    if let (Some(limit), Some(ENDED_BY_TIMEOUT)) = (limit, status.code()) {
        return Err(format!("the lane was not done after {limit}"));
    }
    if !status.success() && counts.failed == 0 {
        return Err(format!("the command ended with {status}"));
    }
    if counts.is_empty() {
        return Err("the lane printed no count of cases".to_owned());
    }
    Ok(counts)
}

/// What timeout(1) exits with when it ended its command.
const ENDED_BY_TIMEOUT: i32 = 124;

/// The command, ended with its whole process group when it takes longer than the limit.
fn bounded<'a>(command: &[&'a str], limit: Option<&'a str>) -> Vec<&'a str> {
    let prefix = limit.map(|limit| ["timeout", "--kill-after=30s", limit]);
    prefix.into_iter().flatten().chain(command.iter().copied()).collect()
}

fn on_path(program: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .stdout(Stdio::null())
        .status();
    found.is_ok_and(|status| status.success())
}

/// The counts in a closing line: nextest's `Summary`, or `[name:] N passed, N failed[, N skipped]`.
fn count(line: &str) -> Option<Counts> {
    let line = line.trim();
    let text = match line.split_once("tests run: ") {
        Some((before, counts)) if before.trim_start().starts_with("Summary") => counts,
        _ => match line.split_once(": ") {
            Some((name, counts)) if !name.contains(' ') => counts,
            _ => line,
        },
    };
    let mut counts = Counts::default();
    let mut seen = false;
    for part in text.split(", ") {
        let (number, word) = part.split_once(' ')?;
        let number: u64 = number.parse().ok()?;
        match word.split(' ').next()? {
            "passed" => counts.passed = number,
            "failed" => counts.failed = number,
            "skipped" => counts.skipped = number,
            _ => continue,
        }
        seen = true;
    }
    seen.then_some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(u64, u64, u64)>) {
        assert_eq!(
            count(line),
            expected.map(|(passed, failed, skipped)| Counts {
                passed,
                failed,
                skipped
            })
        );
    }

    #[test]
    fn closing_lines_are_read() {
        check(
            "     Summary [   0.011s] 2 tests run: 2 passed, 0 skipped",
            Some((2, 0, 0)),
        );
        check(
            "Summary [1s] 9 tests run: 7 passed (1 slow), 2 failed, 1 skipped",
            Some((7, 2, 1)),
        );
        check("12 passed, 0 failed", Some((12, 0, 0)));
        check("tidy: 3 passed, 1 failed", Some((3, 1, 0)));
        check("session: 3 passed, 1 failed, 2 skipped", Some((3, 1, 2)));
    }

    #[test]
    fn prose_is_not_a_count() {
        check("all 12 passed", None);
        check("   Compiling zt v0.1.0", None);
        check("the case: 3 passed the gate", None);
    }
}
