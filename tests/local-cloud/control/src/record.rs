//! The record of every call: `calls.jsonl`, the memory of it, and word of changes.
//!
//! A line names what was called and what came of it, never a value of the request.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::call::{Call, Effect};

/// A mutation that took effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub account: String,
    pub service: String,
    pub operation: String,
    /// Such as `distribution/E123` or `key-value-store/name/key/k`.
    pub object: String,
    /// For writes to a KeyValueStore: its ARN.
    pub store: Option<String>,
    /// For writes to a KeyValueStore: the keys.
    pub keys: Vec<String>,
}

/// Told of every change after it took effect and before its caller is answered.
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(Change) + Send + Sync>);

impl Observer {
    /// An observer that does this; it must not wait.
    pub fn new(tell: impl Fn(Change) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }
}

impl std::fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Observer")
    }
}

/// One line of the log.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Record {
    pub(crate) seq: u64,
    pub(crate) time: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) operation: String,
    /// The program that called, as its user agent begins.
    pub(crate) agent: String,
    pub(crate) object: String,
    /// All objects of a call that names several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) objects: Vec<String>,
    pub(crate) mutating: bool,
    pub(crate) effect: Effect,
    pub(crate) status: u16,
    pub(crate) error_code: String,
    pub(crate) request_id: String,
    /// The fault that was injected, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<String>,
    /// A delete without recovery window, where the service has one.
    #[serde(skip)]
    pub(crate) at_once: bool,
}

impl Record {
    /// Whether the call changed the account.
    pub(crate) fn took_effect(&self) -> bool {
        self.mutating && (200..300).contains(&self.status)
    }

    /// The objects of the call, one or several.
    pub(crate) fn all_objects(&self) -> impl Iterator<Item = &String> {
        let one = self.objects.is_empty().then_some(&self.object);
        self.objects.iter().chain(one).filter(|object| !object.is_empty())
    }
}

/// What came of a call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    pub(crate) objects: Vec<String>,
    /// 0 when no answer was sent.
    pub(crate) status: u16,
    pub(crate) error_code: String,
    pub(crate) request_id: String,
    pub(crate) fault: Option<String>,
    pub(crate) at_once: bool,
    /// The KeyValueStore that was written, and the keys.
    pub(crate) written: Option<(String, Vec<String>)>,
}

/// The log of one running cloud.
#[derive(Debug)]
pub(crate) struct Records {
    inner: Mutex<Inner>,
    observer: Observer,
}

#[derive(Debug)]
struct Inner {
    file: File,
    next: u64,
    lines: Vec<Record>,
}

impl Records {
    pub(crate) fn open(path: &Path, observer: Observer) -> std::io::Result<Self> {
        Ok(Self {
            inner: Mutex::new(Inner {
                file: File::create(path)?,
                next: 1,
                lines: Vec::new(),
            }),
            observer,
        })
    }

    /// The number of the call that starts now.
    pub(crate) fn next(&self) -> u64 {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let seq = inner.next;
        inner.next += 1;
        seq
    }

    /// Writes the line of a call and tells of the change it made.
    pub(crate) fn add(&self, seq: u64, call: &Call, outcome: Outcome) {
        let effect = call.effect();
        let changed = effect.mutates() && (200..300).contains(&outcome.status);
        let many = outcome.objects.len() > 1;
        let record = Record {
            seq,
            time: OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
            account: call.account.clone(),
            region: call.region.clone(),
            service: call.service.clone(),
            operation: call.operation.clone(),
            agent: call.agent.clone(),
            object: outcome.objects.first().cloned().unwrap_or_default(),
            objects: if many { outcome.objects.clone() } else { Vec::new() },
            mutating: effect.mutates(),
            effect,
            status: outcome.status,
            error_code: outcome.error_code,
            request_id: outcome.request_id,
            fault: outcome.fault,
            at_once: outcome.at_once,
        };
        {
            let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
            let line = serde_json::to_string(&record).unwrap_or_default();
            // A full disk must not turn into a wrong answer to the caller; the memory still has the line.
            let _ = writeln!(inner.file, "{line}");
            inner.lines.push(record);
        }
        if changed {
            let (store, keys) = outcome.written.unzip();
            let keys = keys.unwrap_or_default();
            for object in outcome.objects {
                (self.observer.0)(Change {
                    account: call.account.clone(),
                    service: call.service.clone(),
                    operation: call.operation.clone(),
                    object,
                    store: store.clone(),
                    keys: keys.clone(),
                });
            }
        }
    }

    /// The lines with a number above `since`, in the order in which the calls ended.
    pub(crate) fn since(&self, since: u64) -> Vec<Record> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner
            .lines
            .iter()
            .filter(|record| record.seq > since)
            .cloned()
            .collect()
    }
}
