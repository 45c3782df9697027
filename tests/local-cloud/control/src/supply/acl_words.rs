//! What ministack forgets of a web ACL: the bodies of custom answers, and a description that an update changes.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

const MEMBERS: [&str; 2] = ["Description", "CustomResponseBodies"];

/// By account and id of the web ACL.
#[derive(Debug, Default)]
pub(crate) struct AclWords {
    known: Mutex<BTreeMap<(String, String), Value>>,
}

impl AclWords {
    /// Keeps what a create or an update said.
    pub(crate) fn learn(&self, account: &str, id: &str, said: Value) {
        self.lock().insert((account.to_owned(), id.to_owned()), said);
    }

    pub(crate) fn forget(&self, account: &str, id: &str) {
        self.lock().remove(&(account.to_owned(), id.to_owned()));
    }

    /// Puts it into a web ACL as ministack tells it.
    pub(crate) fn complete(&self, account: &str, acl: &mut Value) {
        let id = acl["Id"].as_str().unwrap_or_default().to_owned();
        if let (Some(said), Some(acl)) = (self.lock().get(&(account.to_owned(), id)), acl.as_object_mut()) {
            for member in MEMBERS {
                match &said[member] {
                    Value::Null => acl.remove(member),
                    value => acl.insert(member.to_owned(), value.clone()),
                };
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(String, String), Value>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
