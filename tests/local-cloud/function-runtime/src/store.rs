//! The KeyValueStore as a function sees it: values that do not change during one run.

use std::collections::BTreeMap;

/// The store could not be read. A function sees a rejected promise, as it does for an absent key.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("key value store is unreadable: {0}")]
pub struct StoreError(pub String);

/// What `kvs().meta()` answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreMeta {
    /// ISO 8601.
    pub creation_date_time: String,
    /// ISO 8601.
    pub last_updated_date_time: String,
    /// Number of pairs.
    pub key_count: u64,
}

/// One consistent view of the store that is associated with a function.
pub trait KeyValues {
    /// The id that `cf.kvs('<id>')` may name.
    fn id(&self) -> &str;
    /// The value of a key, or nothing.
    fn get(&self, key: &str) -> Result<Option<String>, StoreError>;
    /// Facts about the store.
    fn meta(&self) -> Result<StoreMeta, StoreError>;
}

/// A store of a test, in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    /// The pairs.
    pub pairs: BTreeMap<String, String>,
    /// When set, every read fails.
    pub broken: bool,
}

impl MemoryStore {
    /// A store with these pairs.
    pub fn new<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        Self {
            pairs: pairs.into_iter().map(|(k, v)| (k.into(), v.into())).collect(),
            broken: false,
        }
    }

    fn readable(&self) -> Result<(), StoreError> {
        if self.broken {
            Err(StoreError("broken on purpose".to_owned()))
        } else {
            Ok(())
        }
    }
}

impl KeyValues for MemoryStore {
    fn id(&self) -> &str {
        "00000000-0000-0000-0000-000000000000"
    }

    fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.readable()?;
        Ok(self.pairs.get(key).cloned())
    }

    fn meta(&self) -> Result<StoreMeta, StoreError> {
        self.readable()?;
        Ok(StoreMeta {
            creation_date_time: "2026-01-01T00:00:00Z".to_owned(),
            last_updated_date_time: "2026-01-01T00:00:00Z".to_owned(),
            key_count: self.pairs.len() as u64,
        })
    }
}
