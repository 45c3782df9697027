//! What is left over: creates minus deletes, computed from the record of calls alone.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::call::Effect;
use crate::record::Record;

/// The objects of each account that were created and not deleted, and those that AWS keeps until a
/// recovery window ends.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    standing: BTreeMap<(String, String, String), u64>,
    awaiting: BTreeMap<(String, String, String), u64>,
}

impl Ledger {
    pub(crate) fn of(records: &[Record]) -> Self {
        let mut ordered: Vec<&Record> = records.iter().filter(|record| record.took_effect()).collect();
        ordered.sort_by_key(|record| record.seq);
        let mut ledger = Self::default();
        for record in ordered {
            ledger.apply(record);
        }
        ledger
    }

    fn apply(&mut self, record: &Record) {
        for object in record.all_objects() {
            let key = (record.account.clone(), record.service.clone(), object.clone());
            match (record.operation.as_str(), record.effect) {
                ("RestoreSecret", _) => {
                    self.awaiting.remove(&key);
                    self.standing.insert(key, record.seq);
                }
                ("DeleteSecret", _) if !record.at_once => {
                    self.standing.remove(&key);
                    self.awaiting.insert(key, record.seq);
                }
                (_, Effect::Create) => {
                    self.standing.insert(key, record.seq);
                }
                (_, Effect::Delete) => self.remove(&key),
                _ => {}
            }
        }
    }

    /// Removes an object and all that lived in it.
    fn remove(&mut self, (account, service, object): &(String, String, String)) {
        let below = |other: &str| {
            other
                .strip_prefix(object.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':']))
        };
        let gone = |key: &(String, String, String)| &key.0 == account && &key.1 == service && below(&key.2);
        self.standing.retain(|key, _| !gone(key));
        self.awaiting.retain(|key, _| !gone(key));
    }

    /// The ledger as the admin interface shows it, of one account or of all.
    pub(crate) fn to_json(&self, account: Option<&str>) -> Value {
        let list = |objects: &BTreeMap<(String, String, String), u64>| -> Vec<Value> {
            objects
                .iter()
                .filter(|((owner, _, _), _)| account.is_none_or(|wanted| wanted == owner))
                .map(|((owner, service, object), seq)| {
                    let (kind, id) = object.split_once('/').unwrap_or((object, ""));
                    json!({"account": owner, "service": service, "type": kind, "id": id, "seq": seq})
                })
                .collect()
        };
        json!({"objects": list(&self.standing), "awaiting_deletion": list(&self.awaiting)})
    }
}
