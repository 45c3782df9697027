//! Zips of Lambda functions by their hash, for `Code.Location`: ministack serves the latest code for every version.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

/// The zips, by `CodeSha256` in base64url.
#[derive(Debug, Default)]
pub(crate) struct Archive {
    zips: Mutex<HashMap<String, Bytes>>,
}

impl Archive {
    pub(crate) fn keep(&self, code_sha256: &str, zip: Bytes) {
        self.lock().insert(url_safe(code_sha256), zip);
    }

    pub(crate) fn get(&self, name: &str) -> Option<Bytes> {
        self.lock().get(name).cloned()
    }

    /// The name under which a zip is served, if it is kept.
    pub(crate) fn name_of(&self, code_sha256: &str) -> Option<String> {
        let name = url_safe(code_sha256);
        self.lock().contains_key(&name).then_some(name)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Bytes>> {
        self.zips.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn url_safe(base64: &str) -> String {
    base64
        .replace('+', "-")
        .replace('/', "_")
        .trim_end_matches('=')
        .to_owned()
}
