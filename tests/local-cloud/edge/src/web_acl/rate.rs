//! Counting for rate-based rules: exactly, in a window that ends now.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// The requests of each aggregation instance of each rule.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    seen: Mutex<HashMap<String, VecDeque<i64>>>,
}

impl Counters {
    /// Counts a request and says how many there were in the window, this one included.
    pub(crate) fn count(&self, key: String, now: i64, window_seconds: i64) -> u64 {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let times = seen.entry(key).or_default();
        times.push_back(now);
        while times.front().is_some_and(|t| *t <= now - window_seconds * 1000) {
            times.pop_front();
        }
        times.len() as u64
    }
}
