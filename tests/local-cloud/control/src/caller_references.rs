//! Caller references of distributions: which create used one, and with what body.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

use crate::distribution::Distribution;

/// By account and reference: the body of the create and the id it made.
#[derive(Debug, Default)]
pub(crate) struct CallerReferences {
    known: Mutex<HashMap<(String, String), (Bytes, String)>>,
}

impl CallerReferences {
    /// The body that was sent with a reference.
    pub(crate) fn get(&self, key: &(String, String)) -> Option<Bytes> {
        self.lock().get(key).map(|(body, _)| body.clone())
    }

    /// The reference of a distribution.
    pub(crate) fn of_distribution(&self, account: &str, id: &str) -> Option<String> {
        let known = self.lock();
        let mut mine = known
            .iter()
            .filter(|((owner, _), (_, made))| owner == account && made == id);
        mine.next().map(|((_, reference), _)| reference.clone())
    }

    /// Whether a distribution was made with the reference of this configuration.
    pub(crate) fn is(&self, account: &str, id: &str, wanted: &Distribution) -> bool {
        self.of_distribution(account, id)
            .is_some_and(|reference| reference == wanted.caller_reference)
    }

    pub(crate) fn learn(&self, key: (String, String), body: Bytes, id: &str) {
        self.lock().entry(key).or_insert_with(|| (body, id.to_owned()));
    }

    pub(crate) fn forget(&self, account: &str, id: &str) {
        self.lock()
            .retain(|(owner, _), (_, made)| owner != account || made != id);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(String, String), (Bytes, String)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
