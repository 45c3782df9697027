//! Calls that are held: a test waits for one, does its worst to the caller, and lets go.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use crate::call::Call;
use crate::faults::When;

/// A held call as the admin interface shows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Held {
    /// The number of the call in the log.
    pub(crate) id: u64,
    pub(crate) account: String,
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) when: When,
}

/// All calls that are held now.
#[derive(Debug)]
pub(crate) struct Holds {
    held: Mutex<BTreeMap<u64, (Held, Arc<Notify>)>>,
    changed: watch::Sender<u64>,
}

/// Takes the call out of the list however its wait ends: also when the client goes away.
struct Place<'a> {
    holds: &'a Holds,
    id: u64,
}

impl Default for Holds {
    fn default() -> Self {
        Self {
            held: Mutex::default(),
            changed: watch::Sender::new(0),
        }
    }
}

impl Holds {
    /// Waits until the call is released.
    pub(crate) async fn hold(&self, id: u64, call: &Call, when: When) {
        let release = Arc::new(Notify::new());
        let held = Held {
            id,
            account: call.account.clone(),
            service: call.service.clone(),
            operation: call.operation.clone(),
            when,
        };
        self.lock().insert(id, (held, Arc::clone(&release)));
        let _place = Place { holds: self, id };
        self.changed.send_modify(|count| *count += 1);
        release.notified().await;
    }

    /// Lets one call go, or all.
    pub(crate) fn release(&self, id: Option<u64>) -> usize {
        let held = self.lock();
        let chosen = held
            .iter()
            .filter(|(number, _)| id.is_none_or(|wanted| wanted == **number));
        chosen.map(|(_, (_, release))| release.notify_one()).count()
    }

    /// The held calls, as soon as there is one or the time is over.
    pub(crate) async fn wait(&self, account: Option<&str>, limit: Duration) -> Vec<Held> {
        let mut changed = self.changed.subscribe();
        let any = async {
            loop {
                let held = self.list(account);
                if !held.is_empty() || changed.changed().await.is_err() {
                    return held;
                }
            }
        };
        timeout(limit, any).await.unwrap_or_default()
    }

    fn list(&self, account: Option<&str>) -> Vec<Held> {
        let held = self.lock();
        let mine = held
            .values()
            .filter(|(held, _)| account.is_none_or(|wanted| wanted == held.account));
        mine.map(|(held, _)| held.clone()).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, (Held, Arc<Notify>)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.holds.lock().remove(&self.id);
    }
}
