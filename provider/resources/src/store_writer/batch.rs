//! One round of writing: the edits of all waiting callers, key by key, under the discipline of `zt_aws::keyvalue::edit`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use zt_aws::keyvalue::KeyValue;
use zt_aws::keyvalue::edit::{Change, Current, Outcome, Report};
use zt_model::instant::Instant;

use super::queue::Job;
use super::{EditFault, WriteError};

/// How long other writers may be faster before the callers are told.
const LIMIT: Duration = Duration::from_secs(300);

/// Writes the edits of all jobs and answers each of them, once its own keys are confirmed.
pub(super) async fn write(store: &KeyValue, jobs: Vec<Job>) {
    let mut round = Round {
        jobs: &jobs,
        faults: BTreeMap::new(),
        times: BTreeMap::new(),
    };
    let keys = jobs
        .iter()
        .flat_map(|job| &job.edits)
        .map(|edit| edit.key().to_owned())
        .collect();
    let report = store
        .edit(keys, &mut |current: Current<'_>| Ok(round.change(current)), LIMIT)
        .await;
    let Round { faults, times, .. } = round;
    let results: Vec<_> = jobs
        .iter()
        .enumerate()
        .map(|(index, job)| result(index, job, &faults, &report, &times))
        .collect();
    for (job, result) in jobs.into_iter().zip(results) {
        // A caller that went away asks nothing any more.
        drop(job.answer.send(result));
    }
}

struct Round<'jobs> {
    jobs: &'jobs [Job],
    /// By key and number of the job.
    faults: BTreeMap<(String, usize), EditFault>,
    /// AWS's time when each key was computed.
    times: BTreeMap<String, Instant>,
}

impl Round<'_> {
    /// All edits of one key, each on top of the one before. An edit that is refused leaves the others alone.
    fn change(&mut self, current: Current<'_>) -> Change {
        let now = Instant::from_seconds(current.aws_time);
        self.times.insert(current.key.to_owned(), now);
        let mut new = Change::Keep;
        for (index, job) in self.jobs.iter().enumerate() {
            let place = (current.key.to_owned(), index);
            // The computation may run again after a conflict; only its last word counts.
            self.faults.remove(&place);
            for edit in job.edits.iter().filter(|edit| edit.key() == current.key) {
                if edit.removes() {
                    new = Change::Delete;
                    continue;
                }
                let present = match &new {
                    Change::Put(text) => Some(text.as_str()),
                    Change::Delete => None,
                    Change::Keep => current.value,
                };
                match edit.apply(present, now) {
                    Ok(Some(text)) => new = Change::Put(text),
                    Ok(None) => {}
                    Err(fault) => drop(self.faults.insert(place.clone(), fault)),
                }
            }
        }
        new
    }
}

fn result(
    index: usize,
    job: &Job,
    faults: &BTreeMap<(String, usize), EditFault>,
    report: &Report,
    times: &BTreeMap<String, Instant>,
) -> Result<Instant, WriteError> {
    // The earliest time holds for all of the job: whoever looks for it later finds nothing older.
    let earliest = job.edits.iter().filter_map(|edit| times.get(edit.key())).min().copied();
    for edit in &job.edits {
        let key = edit.key();
        if let Some(fault) = faults.get(&(key.to_owned(), index)) {
            return Err(WriteError::Fault {
                key: key.to_owned(),
                fault: fault.clone(),
            });
        }
        match report.outcomes.get(key) {
            Some(Outcome::Done) => {}
            Some(Outcome::Failed(error)) => return Err(WriteError::Aws(Arc::clone(error))),
            Some(Outcome::Refused(why)) => {
                return Err(WriteError::Fault {
                    key: key.to_owned(),
                    fault: EditFault::new(why.clone()),
                });
            }
            None => return Err(WriteError::Ended),
        }
    }
    earliest.ok_or(WriteError::Ended)
}
