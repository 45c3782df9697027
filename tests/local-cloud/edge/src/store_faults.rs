//! Faults of the reads that functions make in their store, on demand.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use local_cloud_function_runtime::{KeyValues, StoreError, StoreMeta};
use serde_json::{Value, json};

use crate::store_view::StoreView;

/// What happens to a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// It rejects.
    Error,
    /// It rejects after `delay_ms`.
    Timeout,
    /// It answers after `delay_ms`.
    Slow,
    /// It answers something else.
    Garbage,
    /// It answers the first half of the value.
    Truncated,
    /// The key is not there.
    Missing,
}

impl Kind {
    const ALL: [(&'static str, Self); 6] = [
        ("error", Self::Error),
        ("timeout", Self::Timeout),
        ("slow", Self::Slow),
        ("garbage", Self::Garbage),
        ("truncated", Self::Truncated),
        ("missing", Self::Missing),
    ];
}

#[derive(Clone, Debug)]
struct Rule {
    kind: (&'static str, Kind),
    /// Only at this location; absent: at all.
    location: Option<String>,
    /// Only keys that begin so.
    key: String,
    /// The first matching read that is hit, from 1, and how many from there on; 0: all.
    nth: u64,
    count: u64,
    delay: Duration,
    matched: u64,
}

/// The rules of one edge.
#[derive(Debug, Default)]
pub(crate) struct StoreFaults {
    rules: Mutex<Vec<Rule>>,
}

impl StoreFaults {
    /// Adds a rule: `{"kind", "location", "key", "nth", "count", "delay_ms"}`.
    pub(crate) fn add(&self, wanted: &Value) -> Result<(), String> {
        let text = |member: &str| wanted[member].as_str().map(str::to_owned);
        let number = |member: &str, default: u64| wanted[member].as_u64().unwrap_or(default);
        let named = text("kind").unwrap_or_default();
        let kind = Kind::ALL.into_iter().find(|(name, _)| *name == named);
        let rule = Rule {
            kind: kind.ok_or_else(|| format!("{named:?} is no kind of fault"))?,
            location: text("location"),
            key: text("key").unwrap_or_default(),
            nth: number("nth", 1),
            count: number("count", 1),
            delay: Duration::from_millis(number("delay_ms", 1000)),
            matched: 0,
        };
        self.lock().push(rule);
        Ok(())
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    pub(crate) fn to_json(&self) -> Value {
        let show = |rule: &Rule| json!({"kind": rule.kind.0, "location": rule.location, "key": rule.key, "matched": rule.matched});
        Value::Array(self.lock().iter().map(show).collect())
    }

    fn meet(&self, location: &str, key: &str) -> Option<(Kind, Duration)> {
        let mut hit = None;
        for rule in self.lock().iter_mut() {
            let here = rule.location.as_deref().is_none_or(|wanted| wanted == location);
            if !here || !key.starts_with(&rule.key) {
                continue;
            }
            rule.matched += 1;
            let hits = rule.matched >= rule.nth && (rule.count == 0 || rule.matched < rule.nth + rule.count);
            if hits && hit.is_none() {
                hit = Some((rule.kind.1, rule.delay));
            }
        }
        hit
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A location's store with the faults that were asked for.
pub(crate) struct Faulty<'a> {
    pub store: &'a StoreView,
    pub faults: &'a StoreFaults,
    pub location: &'a str,
}

impl KeyValues for Faulty<'_> {
    fn id(&self) -> &str {
        self.store.id()
    }

    fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        let failed = |why: &str| Err(StoreError(why.to_owned()));
        let value = || self.store.get(key);
        match self.faults.meet(self.location, key) {
            None => value(),
            Some((Kind::Error, _)) => failed("broken on purpose"),
            Some((Kind::Timeout, delay)) => {
                std::thread::sleep(delay);
                failed("no answer, on purpose")
            }
            Some((Kind::Slow, delay)) => {
                std::thread::sleep(delay);
                value()
            }
            Some((Kind::Garbage, _)) => Ok(Some("<!DOCTYPE html><title>{\"\u{fffd}".to_owned())),
            Some((Kind::Truncated, _)) => Ok(value()?.map(|v| v.chars().take(v.chars().count() / 2).collect())),
            Some((Kind::Missing, _)) => Ok(None),
        }
    }

    fn meta(&self) -> Result<StoreMeta, StoreError> {
        self.store.meta()
    }
}
