//! The queue in front of a store: who waits, and when it is time to write.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use zt_aws::keyvalue::{KEYS_PER_WRITE, KeyValue};
use zt_model::instant::Instant;

use super::{Edit, WriteError, batch};

/// Quiet for so long, and what is there is written.
const QUIET: Duration = Duration::from_millis(25);
/// Longest that the first caller waits for company, however busy it is around him.
const PATIENCE: Duration = Duration::from_millis(400);
/// How long the last write says something about the next one.
const RECENT: Duration = Duration::from_secs(1);
/// Waiting callers; more of them wait for a place.
const PLACES: usize = 1_024;

/// Edits of one caller, and where to answer him.
pub(super) struct Job {
    pub(super) edits: Vec<Edit>,
    pub(super) answer: oneshot::Sender<Result<Instant, WriteError>>,
}

/// A handle to the writer of one store.
#[derive(Clone)]
pub(crate) struct StoreWriter {
    jobs: mpsc::Sender<Job>,
    activity: Activity,
    fill: Fill,
}

/// Bytes in the store after the last write of this process.
#[derive(Clone, Default)]
struct Fill(Arc<AtomicU64>);

/// When somebody last began something that may end in a job.
#[derive(Clone)]
struct Activity(Arc<Mutex<tokio::time::Instant>>);

impl Activity {
    fn touch(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = tokio::time::Instant::now();
    }

    fn is_quiet(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed() >= QUIET
    }
}

impl StoreWriter {
    pub(super) fn start(store: KeyValue) -> Self {
        let (jobs, receiver) = mpsc::channel(PLACES);
        let activity = Activity(Arc::new(Mutex::new(tokio::time::Instant::now())));
        let fill = Fill::default();
        tokio::spawn(run(store, receiver, (activity.clone(), fill.clone())));
        Self { jobs, activity, fill }
    }

    /// Bytes in the store after the last write, told to one caller only; none when nothing was written since.
    pub(crate) fn take_bytes(&self) -> Option<u64> {
        Some(self.fill.0.swap(0, Ordering::Relaxed)).filter(|bytes| *bytes > 0)
    }

    /// Says that edits may follow soon: Terraform plans and applies one object after the other, and a writer that waits for
    /// those under way writes once where it would write many times.
    pub(crate) fn expect_edits(&self) {
        self.activity.touch();
    }

    /// Writes these edits together with whatever else waits; answers with AWS's time once all of them are confirmed.
    ///
    /// A caller that stops waiting does not stop the write: it may have reached AWS already.
    pub(crate) async fn apply(&self, edits: Vec<Edit>) -> Result<Instant, WriteError> {
        let (answer, answered) = oneshot::channel();
        self.jobs
            .send(Job { edits, answer })
            .await
            .map_err(|_| WriteError::Ended)?;
        answered.await.unwrap_or(Err(WriteError::Ended))
    }
}

async fn run(store: KeyValue, mut jobs: mpsc::Receiver<Job>, (activity, fill): (Activity, Fill)) {
    let mut last = (tokio::time::Instant::now(), 0);
    while let Some(first) = jobs.recv().await {
        let began = tokio::time::Instant::now();
        // Terraform keeps a number of operations under way: as many as were just answered are likely to come again.
        let likely = if last.0.elapsed() < RECENT { last.1 } else { 0 };
        let mut waiting = vec![first];
        while keys(&waiting) < KEYS_PER_WRITE {
            match tokio::time::timeout(QUIET, jobs.recv()).await {
                Ok(Some(job)) => waiting.push(job),
                Ok(None) => break,
                Err(_) if began.elapsed() >= PATIENCE => break,
                Err(_) if waiting.len() >= likely && activity.is_quiet() => break,
                Err(_) => {}
            }
        }
        let answered = waiting.len();
        if let Some(bytes) = batch::write(&store, waiting).await {
            fill.0.store(bytes, Ordering::Relaxed);
        }
        last = (tokio::time::Instant::now(), answered);
    }
}

/// Distinct keys that the waiting jobs touch.
fn keys(jobs: &[Job]) -> usize {
    let keys: std::collections::BTreeSet<&str> = jobs.iter().flat_map(|job| &job.edits).map(Edit::key).collect();
    keys.len()
}
