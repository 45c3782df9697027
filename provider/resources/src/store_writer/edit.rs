//! One change of one document of the store, as a function of whatever stands there.

use std::sync::Arc;

use zt_model::instant::Instant;

/// From the present text (none: absent) and AWS's time to the new text; none keeps what is there.
type Change = dyn Fn(Option<&str>, Instant) -> Result<Option<String>, EditFault> + Send + Sync;

/// A change of one key. It may run several times, each time on fresher content, so it must be idempotent.
#[derive(Clone)]
pub(crate) struct Edit {
    key: String,
    change: Arc<Change>,
    removes: bool,
}

/// Why an edit cannot be made: the document is absent, unreadable or full.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct EditFault(String);

impl EditFault {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl Edit {
    pub(crate) fn new(
        key: impl Into<String>,
        change: impl Fn(Option<&str>, Instant) -> Result<Option<String>, EditFault> + Send + Sync + 'static,
    ) -> Self {
        Self {
            key: key.into(),
            change: Arc::new(change),
            removes: false,
        }
    }

    /// Removes the key.
    pub(crate) fn removal(key: impl Into<String>) -> Self {
        Self {
            removes: true,
            ..Self::new(key, |_, _| Ok(None))
        }
    }

    pub(crate) fn removes(&self) -> bool {
        self.removes
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The new text; none when nothing changes.
    pub(crate) fn apply(&self, present: Option<&str>, now: Instant) -> Result<Option<String>, EditFault> {
        let new = (self.change)(present, now)?;
        Ok(new.filter(|text| Some(text.as_str()) != present))
    }
}
