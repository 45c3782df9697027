//! One round of writing: the edits of all waiting callers, key by key, under the discipline of `zt_aws::keyvalue::edit`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use zt_aws::keyvalue::KeyValue;
use zt_aws::keyvalue::edit::{Change, Current, Outcome, Report};
use zt_model::instant::Instant;

use super::queue::Job;
use super::{Edit, EditFault, WriteError};

/// How long other writers may be faster before the callers are told.
const LIMIT: Duration = Duration::from_secs(300);

/// Writes the edits of all jobs and answers each of them, once its own keys are confirmed.
///
/// Answers with the bytes in the store after the last write, if there was one.
pub(super) async fn write(store: &KeyValue, jobs: Vec<Job>) -> Option<u64> {
    let mut round = Round {
        edits: by_key(&jobs),
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
    report.bytes
}

/// The edits of each key with the number of their job, in the order of the jobs.
fn by_key(jobs: &[Job]) -> BTreeMap<&str, Vec<(usize, &Edit)>> {
    let mut edits: BTreeMap<&str, Vec<(usize, &Edit)>> = BTreeMap::new();
    for (index, job) in jobs.iter().enumerate() {
        for edit in &job.edits {
            edits.entry(edit.key()).or_default().push((index, edit));
        }
    }
    edits
}

struct Round<'jobs> {
    edits: BTreeMap<&'jobs str, Vec<(usize, &'jobs Edit)>>,
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
        let edits = self.edits.get(current.key).map(Vec::as_slice).unwrap_or_default();
        // The computation may run again after a conflict; only its last word counts.
        for (index, _) in edits {
            self.faults.remove(&(current.key.to_owned(), *index));
        }
        for (index, edit) in edits {
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
                Err(fault) => drop(self.faults.insert((current.key.to_owned(), *index), fault)),
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
