//! The counts of a run, as a table.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::case::{Case, Operation, Outcome};
use crate::fault::Fault;
use crate::scenario::Scenario;

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    overcome: u64,
    mended: u64,
    unreached: u64,
    failed: u64,
}

/// Counts by operation and fault.
#[derive(Debug, Default)]
pub(crate) struct Report {
    counts: BTreeMap<(&'static str, Operation, Fault), Count>,
    pub(crate) failures: Vec<String>,
}

impl Report {
    pub(crate) fn add(&mut self, case: &Case, outcome: &Result<Outcome, String>) {
        let key = (type_of(case.scenario), case.operation, case.fault);
        let count = self.counts.entry(key).or_default();
        match outcome {
            Ok(Outcome::Overcome) => count.overcome += 1,
            Ok(Outcome::Mended) => count.mended += 1,
            Ok(Outcome::Unreached) => count.unreached += 1,
            Err(reason) => {
                count.failed += 1;
                self.failures
                    .push(format!("{case}\n    {}", reason.replace('\n', "\n    ")));
            }
        }
    }

    pub(crate) fn held(&self) -> u64 {
        self.counts.values().map(|count| count.overcome + count.mended).sum()
    }

    /// Cases whose call was not made this time.
    pub(crate) fn unreached(&self) -> u64 {
        self.counts.values().map(|count| count.unreached).sum()
    }

    /// In Markdown: `held in spite of the fault + made good by the next command`, and failures where there are any.
    pub(crate) fn table(&self) -> String {
        let names: Vec<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        let mut text = format!(
            "| Object | Operation | {} |\n|---|---|{}\n",
            names.join(" | "),
            "---|".repeat(names.len())
        );
        for scenario in Scenario::ALL {
            for operation in Operation::ALL {
                let cells = Fault::ALL.map(|fault| self.cell((type_of(scenario), operation, fault)));
                let (name, operation) = (type_of(scenario), operation.name());
                let _ = writeln!(text, "| `{name}` | {operation} | {} |", cells.join(" | "));
            }
        }
        text
    }

    fn cell(&self, key: (&'static str, Operation, Fault)) -> String {
        match self.counts.get(&key) {
            None => "–".to_owned(),
            Some(Count {
                overcome,
                mended,
                failed: 0,
                ..
            }) => format!("{overcome} + {mended}"),
            Some(Count {
                overcome,
                mended,
                failed,
                ..
            }) => format!("{overcome} + {mended}, **{failed} failed**"),
        }
    }
}

fn type_of(scenario: Scenario) -> &'static str {
    let address = scenario.address();
    address.split('.').next().unwrap_or(address)
}
