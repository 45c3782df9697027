//! The queue in front of a store: who waits, and when it is time to write.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use zt_aws::keyvalue::{KEYS_PER_WRITE, KeyValue};
use zt_model::instant::Instant;

use super::{Edit, WriteError, batch};

/// Quiet for so long, and what is there is written.
const QUIET: Duration = Duration::from_millis(25);
/// Waiting callers; more of them wait for a place.
const PLACES: usize = 1_024;

/// Edits of one caller, and where to answer him.
pub(super) struct Job {
    pub(super) edits: Vec<Edit>,
    pub(super) answer: oneshot::Sender<Result<Instant, WriteError>>,
}

/// A handle to the writer of one store.
#[derive(Clone)]
pub(crate) struct StoreWriter(mpsc::Sender<Job>);

impl StoreWriter {
    pub(super) fn start(store: KeyValue) -> Self {
        let (sender, receiver) = mpsc::channel(PLACES);
        tokio::spawn(run(store, receiver));
        Self(sender)
    }

    /// Writes these edits together with whatever else waits; answers with AWS's time once all of them are confirmed.
    ///
    /// A caller that stops waiting does not stop the write: it may have reached AWS already.
    pub(crate) async fn apply(&self, edits: Vec<Edit>) -> Result<Instant, WriteError> {
        let (answer, answered) = oneshot::channel();
        self.0
            .send(Job { edits, answer })
            .await
            .map_err(|_| WriteError::Ended)?;
        answered.await.unwrap_or(Err(WriteError::Ended))
    }
}

async fn run(store: KeyValue, mut jobs: mpsc::Receiver<Job>) {
    while let Some(first) = jobs.recv().await {
        let mut waiting = vec![first];
        while keys(&waiting) < KEYS_PER_WRITE {
            match tokio::time::timeout(QUIET, jobs.recv()).await {
                Ok(Some(job)) => waiting.push(job),
                Ok(None) | Err(_) => break,
            }
        }
        batch::write(&store, waiting).await;
    }
}

/// Distinct keys that the waiting jobs touch.
fn keys(jobs: &[Job]) -> usize {
    let keys: std::collections::BTreeSet<&str> = jobs.iter().flat_map(|job| &job.edits).map(Edit::key).collect();
    keys.len()
}
