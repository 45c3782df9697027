//! The store document: what writers must know of the store, and what later applications inherit.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::VALUE_LIMIT;
use super::application::{read_blocks, written_blocks};
use super::block::Expiry;
use crate::duration::Duration;
use crate::ids::{BlockId, InstanceId, StoreName};
use crate::instant::Instant;

/// Why a value is not a store document, or one cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreDocumentError {
    /// Not of version 1 and its shape.
    #[error("the store document cannot be read: {0}")]
    Malformed(&'static str),
    /// Too many blocks of everyone.
    #[error("the store document takes {0} bytes, a value holds at most {VALUE_LIMIT}")]
    TooLarge(usize),
}

/// `s:store`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreDocument {
    /// Name of the store.
    pub name: StoreName,
    /// Random id of this instance of it.
    pub instance: InstanceId,
    /// The longest session lifetime the store has lately allowed: entries are kept that long.
    pub longest: Duration,
    not_before: Instant,
    blocks: BTreeMap<BlockId, Expiry>,
}

impl StoreDocument {
    /// A document of a new store.
    #[must_use]
    pub fn new(name: StoreName, instance: InstanceId, longest: Duration) -> Self {
        Self {
            name,
            instance,
            longest,
            not_before: Instant::ZERO,
            blocks: BTreeMap::new(),
        }
    }

    /// Reads a document strictly.
    ///
    /// # Errors
    /// When the text is not of version 1 and its shape.
    pub fn parse(text: &str) -> Result<Self, StoreDocumentError> {
        read(text).map_err(StoreDocumentError::Malformed)
    }

    /// The text to store; the same content is the same bytes.
    ///
    /// # Errors
    /// When it does not fit into a value.
    pub fn text(&self) -> Result<String, StoreDocumentError> {
        let mut document = json!({
            "v": 1,
            "name": self.name.as_str(),
            "id": self.instance.as_str(),
            "life": self.longest.seconds(),
            "nb": self.not_before.seconds(),
        });
        if !self.blocks.is_empty() {
            document["e"] = written_blocks(&self.blocks);
        }
        let text = document.to_string();
        if text.len() > VALUE_LIMIT {
            return Err(StoreDocumentError::TooLarge(text.len()));
        }
        Ok(text)
    }

    /// The not-before for everyone in the store.
    #[must_use]
    pub fn not_before(&self) -> Instant {
        self.not_before
    }

    /// Blocks of everyone in the store.
    #[must_use]
    pub fn blocks(&self) -> &BTreeMap<BlockId, Expiry> {
        &self.blocks
    }

    /// Ends every session of the store that began by `at`.
    pub fn revoke_everyone(&mut self, at: Instant) {
        self.not_before = self.not_before.max(at);
    }

    /// Sets a resource's block of everyone, or moves its end; a new one ends all sessions so far.
    ///
    /// A block that had ended by itself let people in again, so it counts as new.
    pub fn set_block(&mut self, id: &BlockId, expires: Expiry, at: Instant) {
        let before = self.blocks.insert(id.clone(), expires);
        if before.is_none_or(|old| !old.stands(at)) {
            self.revoke_everyone(at);
        }
    }

    /// Removes exactly the block of this resource and ends all sessions so far; whether there was one.
    pub fn lift_block(&mut self, id: &BlockId, at: Instant) -> bool {
        self.revoke_everyone(at);
        self.blocks.remove(id).is_some()
    }

    /// Drops the blocks whose end has passed.
    pub fn prune(&mut self, now: Instant) {
        self.blocks.retain(|_, expiry| expiry.stands(now));
    }
}

fn read(text: &str) -> Result<StoreDocument, &'static str> {
    let document: Value = serde_json::from_str(text).map_err(|_| "it is not JSON")?;
    if document.get("v") != Some(&json!(1)) {
        return Err("its version is not 1");
    }
    let word = |name: &str| document.get(name).and_then(Value::as_str);
    let number = |name: &str| document.get(name).and_then(Value::as_u64);
    let blocks = match document.get("e") {
        None => BTreeMap::new(),
        Some(entries) => read_blocks(entries).ok_or("its blocks of everyone are malformed")?,
    };
    Ok(StoreDocument {
        name: word("name")
            .and_then(|name| StoreName::parse(name).ok())
            .ok_or("it has no name")?,
        instance: word("id")
            .and_then(|id| InstanceId::parse(id).ok())
            .ok_or("it has no instance id")?,
        longest: number("life")
            .map(Duration::from_seconds)
            .ok_or("it has no longest lifetime")?,
        not_before: number("nb")
            .map(Instant::from_seconds)
            .ok_or("its not-before is no time")?,
        blocks,
    })
}
