//! States of event source mappings: what was asked for is under way for a while, and cannot be changed meanwhile.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;
use serde_json::{Value, json};

use crate::call::Call;
use crate::http_message::Answer;

/// A change of one mapping.
#[derive(Debug, Clone)]
struct Change {
    /// As the mapping's `State` says it.
    state: &'static str,
    until: Instant,
    /// What it was when it was deleted: ministack has forgotten it.
    body: Value,
}

/// The changes under way, by account and id.
#[derive(Debug, Default)]
pub(crate) struct EventSources {
    changes: Mutex<BTreeMap<(String, String), Change>>,
}

impl EventSources {
    /// Whether a mapping is being created, updated or deleted.
    pub(crate) fn is_changing(&self, account: &str, id: &str) -> bool {
        self.find(account, id).is_some()
    }

    /// The answer about a mapping that is being deleted.
    pub(crate) fn deleting(&self, call: &Call) -> Option<Answer> {
        let change = self.find(&call.account, call.label("UUID"))?;
        let deleting = change.state == "Deleting";
        deleting.then(|| Answer::new(StatusCode::OK, "application/json", change.body.to_string()))
    }

    /// The mappings of a queue that are being deleted.
    pub(crate) fn deleting_from(&self, account: &str, queue: &str) -> Vec<Value> {
        let changes = self.lock();
        let mine = changes.iter().filter(|((owner, _), change)| {
            owner == account && change.state == "Deleting" && Instant::now() < change.until
        });
        mine.map(|(_, change)| change.body.clone())
            .filter(|body| body["EventSourceArn"] == queue)
            .collect()
    }

    /// Takes note of what ministack carried out, and writes the state into its answer.
    pub(crate) fn after(&self, call: &Call, answer: &mut Answer, delay: Duration) {
        let mut body = answer.as_json();
        let state = match call.operation.as_str() {
            "CreateEventSourceMapping" => "Creating",
            "UpdateEventSourceMapping" => "Updating",
            "DeleteEventSourceMapping" => "Deleting",
            _ => "",
        };
        if !state.is_empty() {
            body["State"] = json!(state);
            let id = body["UUID"].as_str().unwrap_or_default().to_owned();
            let change = Change {
                state,
                until: Instant::now() + delay,
                body: body.clone(),
            };
            self.lock().insert((call.account.clone(), id), change);
        }
        for one in body["EventSourceMappings"].as_array_mut().into_iter().flatten() {
            self.show(call, one);
        }
        if call.operation == "GetEventSourceMapping" {
            self.show(call, &mut body);
        }
        answer.body = body.to_string().into();
    }

    fn show(&self, call: &Call, one: &mut Value) {
        if let Some(change) = self.find(&call.account, one["UUID"].as_str().unwrap_or_default()) {
            one["State"] = json!(change.state);
        }
    }

    fn find(&self, account: &str, id: &str) -> Option<Change> {
        let changes = self.lock();
        let change = changes.get(&(account.to_owned(), id.to_owned()))?;
        (Instant::now() < change.until).then(|| change.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<(String, String), Change>> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
