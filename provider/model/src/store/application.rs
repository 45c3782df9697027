//! The application document: the keys that verify its sessions, and what holds for everyone.
//!
//! It carries derived session keys, so its text is secret. Reading is strict: a document that is not exactly of this
//! version and shape is a fault.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::block::Expiry;
use super::{StoreDocument, VALUE_LIMIT};
use crate::ids::{BlockId, KeyId};
use crate::instant::Instant;
use crate::secret::SecretText;
use crate::session::{Derivation, KeysDocument, SessionKey};

/// Why a value is not an application document, or one cannot be written. The cause never quotes the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplicationDocumentError {
    /// Not of version 1 and its shape.
    #[error("the application document cannot be read: {0}")]
    Malformed(&'static str),
    /// Too many keys or blocks.
    #[error("the application document takes {0} bytes, a value holds at most {VALUE_LIMIT}")]
    TooLarge(usize),
}

/// A key as the session function needs it.
#[derive(Clone)]
pub struct VerifyingKey {
    /// The derived session key.
    pub key: SessionKey,
    /// It signs from here on.
    pub sign_after: Instant,
    /// It verifies before this time; `None` as long as no end is set.
    pub verify_until: Option<Instant>,
}

/// `a:<application>`.
#[derive(Clone, Default)]
pub struct ApplicationDocument {
    not_before: Instant,
    keys: BTreeMap<KeyId, VerifyingKey>,
    blocks: BTreeMap<BlockId, Expiry>,
}

impl ApplicationDocument {
    /// A document for a new application: its keys, and what the store holds for everyone.
    #[must_use]
    pub fn new(keys: &KeysDocument, derivation: &Derivation, store: &StoreDocument, now: Instant) -> Self {
        let mut document = Self {
            not_before: store.not_before(),
            keys: BTreeMap::new(),
            blocks: store.blocks().clone(),
        };
        document.set_keys(keys, derivation, now);
        document
    }

    /// Replaces the keys by those of the keys secret that are bound to this configuration and not dead.
    pub fn set_keys(&mut self, keys: &KeysDocument, derivation: &Derivation, now: Instant) {
        self.keys = keys
            .verifiers(derivation, now)
            .map(|(stored, key)| {
                let verifying = VerifyingKey {
                    key,
                    sign_after: stored.sign_after,
                    verify_until: stored.verify_until,
                };
                (stored.kid.clone(), verifying)
            })
            .collect();
    }

    /// Reads a document strictly.
    ///
    /// # Errors
    /// When the text is not of version 1 and its shape.
    pub fn parse(text: &str) -> Result<Self, ApplicationDocumentError> {
        read(text).map_err(ApplicationDocumentError::Malformed)
    }

    /// The text to store; the same content is the same bytes.
    ///
    /// # Errors
    /// When it does not fit into a value.
    pub fn text(&self) -> Result<SecretText, ApplicationDocumentError> {
        let keys: Map<String, Value> = self
            .keys
            .iter()
            .map(|(kid, key)| {
                let until = key.verify_until.map_or(0, Instant::seconds);
                let entry = json!([key.key.base64url().expose(), key.sign_after.seconds(), until]);
                (kid.to_string(), entry)
            })
            .collect();
        let mut document = json!({"v": 1, "nb": self.not_before.seconds(), "k": keys});
        if !self.blocks.is_empty() {
            document["e"] = written_blocks(&self.blocks);
        }
        let text = SecretText::new(document.to_string());
        if text.expose().len() > VALUE_LIMIT {
            return Err(ApplicationDocumentError::TooLarge(text.expose().len()));
        }
        Ok(text)
    }

    /// The key that verifies sessions of this kid now.
    #[must_use]
    pub fn key(&self, kid: &KeyId, now: Instant) -> Option<SessionKey> {
        let key = self.keys.get(kid)?;
        key.verify_until.is_none_or(|end| now < end).then(|| key.key.clone())
    }

    /// The keys, by kid.
    #[must_use]
    pub fn keys(&self) -> &BTreeMap<KeyId, VerifyingKey> {
        &self.keys
    }

    /// Whether the keys that still verify are the same, whatever everyone's revocations are. A dead key refuses as an absent
    /// one does, so it waits for the next write.
    #[must_use]
    pub fn has_the_keys_of(&self, other: &Self, now: Instant) -> bool {
        let alive = |document: &Self| -> Vec<(KeyId, VerifyingKey)> {
            let verifies = |key: &VerifyingKey| key.verify_until.is_none_or(|end| now < end);
            let keys = document.keys.iter().filter(|(_, key)| verifies(key));
            keys.map(|(kid, key)| (kid.clone(), key.clone())).collect()
        };
        let (mine, others) = (alive(self), alive(other));
        mine.len() == others.len()
            && mine.iter().zip(&others).all(|((kid, key), (other_kid, other_key))| {
                kid == other_kid
                    && key.sign_after == other_key.sign_after
                    && key.verify_until == other_key.verify_until
                    && key.key.base64url().same_as(other_key.key.base64url().expose())
            })
    }

    /// The not-before for everyone.
    #[must_use]
    pub fn not_before(&self) -> Instant {
        self.not_before
    }

    /// Ends every session that began by `at`.
    pub fn revoke_everyone(&mut self, at: Instant) {
        self.not_before = self.not_before.max(at);
    }

    /// Blocks of everyone, by the id of the resource that set them.
    #[must_use]
    pub fn blocks(&self) -> &BTreeMap<BlockId, Expiry> {
        &self.blocks
    }

    /// Whether a block of everyone stands.
    #[must_use]
    pub fn blocks_everyone(&self, now: Instant) -> bool {
        self.blocks.values().any(|expiry| expiry.stands(now))
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

fn read(text: &str) -> Result<ApplicationDocument, &'static str> {
    let document: Value = serde_json::from_str(text).map_err(|_| "it is not JSON")?;
    if document.get("v") != Some(&json!(1)) {
        return Err("its version is not 1");
    }
    let not_before = document
        .get("nb")
        .and_then(Value::as_u64)
        .ok_or("its not-before is no time")?;
    let written = document.get("k").and_then(Value::as_object).ok_or("it has no keys")?;
    let mut keys = BTreeMap::new();
    for (kid, entry) in written {
        let kid = KeyId::parse(kid).map_err(|_| "a key's id is malformed")?;
        keys.insert(kid, read_key(entry).ok_or("a key is malformed")?);
    }
    let blocks = match document.get("e") {
        None => BTreeMap::new(),
        Some(entries) => read_blocks(entries).ok_or("its blocks of everyone are malformed")?,
    };
    Ok(ApplicationDocument {
        not_before: Instant::from_seconds(not_before),
        keys,
        blocks,
    })
}

fn read_key(entry: &Value) -> Option<VerifyingKey> {
    let [key, sign_after, verify_until] = entry.as_array()?.as_slice() else {
        return None;
    };
    let until = verify_until.as_u64()?;
    Some(VerifyingKey {
        key: SessionKey::from_base64url(key.as_str()?)?,
        sign_after: Instant::from_seconds(sign_after.as_u64()?),
        verify_until: (until != 0).then(|| Instant::from_seconds(until)),
    })
}

/// `e` of an application or store document.
pub(super) fn read_blocks(entries: &Value) -> Option<BTreeMap<BlockId, Expiry>> {
    entries
        .as_object()?
        .iter()
        .map(|(id, expires)| {
            let expires = match expires.as_u64()? {
                0 => Expiry::Never,
                time => Expiry::At(Instant::from_seconds(time)),
            };
            Some((BlockId::parse(id).ok()?, expires))
        })
        .collect()
}

/// `e` of an application or store document.
pub(super) fn written_blocks(blocks: &BTreeMap<BlockId, Expiry>) -> Value {
    let entry = |(id, expiry): (&BlockId, &Expiry)| {
        let time = match expiry {
            Expiry::Never => 0,
            Expiry::At(time) => time.seconds(),
        };
        (id.to_string(), json!(time))
    };
    Value::Object(blocks.iter().map(entry).collect())
}
