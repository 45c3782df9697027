//! The sweep of failures: for create, update and delete of each type, every distinct AWS call meets every fault once.
//!
//! This program plays Terraform's core over gRPC against the real provider, an account of one local cloud for each case. It
//! promises that a case counts as held only if the state is true afterwards, the next command converges, a destroy leaves the
//! account empty, and nobody without a session, with one that grants nothing or with a revoked one was served. It does not know how the provider does its work.
//!
//!     sweep [--every n] [--only text] [--write]
//!
//! `--every 20` runs each twenty-first case (an even step would meet the same few faults only); `--only` those of objects and operations whose
//! name holds the text, such as `zt_session_store.main delete`; `--write` renews the page of counts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod account;
mod case;
mod core;
mod fault;
mod plugin;
mod report;
mod scenario;
mod schemas;
mod watcher;

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use zt_test_support::cloud::LocalCloud;

use crate::case::{Case, Operation, World};
use crate::fault::Fault;
use crate::report::Report;
use crate::scenario::Scenario;
use crate::schemas::Schemas;

/// Most of a case is waiting.
const SIDE_BY_SIDE: usize = 4;

struct Options {
    every: usize,
    only: String,
    write: bool,
}

fn options() -> Options {
    let mut options = Options {
        every: 1,
        only: String::new(),
        write: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--every" => options.every = arguments.next().and_then(|text| text.parse().ok()).expect("--every n"),
            "--only" => options.only = arguments.next().expect("--only text"),
            "--write" => options.write = true,
            other => panic!("unknown option {other}"),
        }
    }
    options
}

fn main() -> ExitCode {
    let options = options();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let world = World {
        cloud: LocalCloud::start(),
        schemas: Schemas::all(),
        runtime: Arc::new(runtime.expect("a runtime")),
    };
    let mut report = Report::default();
    let cases = cases(&world, &options.only, &mut report);
    let cases: Vec<_> = cases
        .into_iter()
        // Faults come in eights.
        .step_by(options.every | 1)
        .collect();
    println!("{} cases", cases.len());
    let report = run(&world, &cases, report);
    for failure in &report.failures {
        println!("FAILED {failure}");
    }
    print!("{}", report.table());
    if options.write {
        write(&report);
    }
    println!(
        "sweep: {} passed, {} failed, {} skipped",
        report.held(),
        report.failures.len(),
        report.unreached()
    );
    if report.failures.is_empty() && report.held() > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Every case, from runs without faults.
fn cases(world: &World, only: &str, report: &mut Report) -> Vec<Case> {
    let mut cases = Vec::new();
    let operations = Scenario::ALL
        .into_iter()
        .flat_map(|scenario| Operation::ALL.map(|operation| (scenario, operation)))
        .filter(|(scenario, operation)| format!("{} {}", scenario.address(), operation.name()).contains(only));
    for (number, (scenario, operation)) in operations.enumerate() {
        match case::calls(world, number, scenario, operation) {
            Err(reason) => report.failures.push(format!(
                "{} {} without faults\n    {reason}",
                scenario.address(),
                operation.name()
            )),
            Ok(places) => {
                println!("{} {}: {} calls", scenario.address(), operation.name(), places.len());
                cases.extend(places.into_iter().flat_map(|place| {
                    Fault::ALL.map(|fault| Case {
                        scenario,
                        operation,
                        place: place.clone(),
                        fault,
                    })
                }));
            }
        }
    }
    cases
}

fn run(world: &World, cases: &[Case], report: Report) -> Report {
    let (next, report) = (AtomicUsize::new(0), Mutex::new(report));
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some((number, case)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, cases.get(at)?)))
                {
                    let outcome = case::run(world, 1_000 + number, case);
                    if let Err(reason) = &outcome {
                        println!("FAILED {case}\n    {reason}");
                    }
                    report.lock().expect("no poison").add(case, &outcome);
                }
            });
        }
    });
    report.into_inner().expect("no poison")
}

fn write(report: &Report) {
    let page = zt_test_support::root().join("docs-dev/failure-sweep.md");
    let text = format!(
        "# The sweep of failures\n\nWritten by `make test-long-sweep`. Each cell: cases that succeeded in spite of the fault + cases \
         that failed and that the next command made good. After each the plan is empty, a destroy leaves the account empty, and nobody \
         without a session, with one that grants nothing or with a revoked one was served.\n\n{}",
        report.table()
    );
    std::fs::write(&page, text).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
}
