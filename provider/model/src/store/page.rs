//! A revocation page: what is revoked among the users whose fingerprint begins with the same two characters.
//!
//! In memory a page is the set of its facts; how they are spelled is the business of `slots`. Every operation only ever
//! raises a time, except lifting a block, which removes exactly that block and raises the user's not-before instead.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::block::Block;
use super::slots;
use crate::ids::BlockId;
use crate::instant::Instant;

/// A value that is not a page. Whoever reads it must refuse, not carry on without it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the page cannot be read: {reason}")]
pub struct PageFault {
    pub(super) reason: &'static str,
}

/// A revocation page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    not_before: Instant,
    users: BTreeMap<String, Instant>,
    sessions: BTreeMap<String, Instant>,
    provider_sessions: BTreeMap<String, Instant>,
    blocks: BTreeMap<(String, BlockId), Block>,
}

impl Page {
    /// The text of a page that revokes nobody.
    pub const EMPTY: &'static str = "1000000";

    /// Reads a page strictly.
    ///
    /// # Errors
    /// When the text has not exactly the form of the contract.
    pub fn parse(text: &str) -> Result<Self, PageFault> {
        slots::read(text)
    }

    /// The canonical text: the same facts are the same bytes. Settle a page before you write it.
    #[must_use]
    pub fn text(&self) -> String {
        slots::write(self)
    }

    /// How many slots the text has; a block takes two.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.users.len() + self.sessions.len() + self.provider_sessions.len() + 2 * self.blocks.len()
    }

    /// Takes over every fact of another version of this page.
    pub fn merge(&mut self, other: &Self) {
        self.raise_page(other.not_before);
        for (name, at) in other.users() {
            self.raise_user(name, at);
        }
        for (name, at) in other.sessions() {
            self.raise_session(name, at);
        }
        for (name, at) in other.provider_sessions() {
            self.raise_provider_session(name, at);
        }
        for (name, id, block) in other.all_blocks() {
            self.raise_block(name, id.clone(), block);
        }
    }

    /// The page's own not-before.
    #[must_use]
    pub fn not_before(&self) -> Instant {
        self.not_before
    }
}

/// The facts, for the other files of this module.
impl Page {
    pub(super) fn with_not_before(not_before: Instant) -> Self {
        Self {
            not_before,
            ..Self::default()
        }
    }

    pub(super) fn users(&self) -> impl Iterator<Item = (&str, Instant)> {
        self.users.iter().map(|(name, at)| (name.as_str(), *at))
    }

    pub(super) fn sessions(&self) -> impl Iterator<Item = (&str, Instant)> {
        self.sessions.iter().map(|(name, at)| (name.as_str(), *at))
    }

    pub(super) fn provider_sessions(&self) -> impl Iterator<Item = (&str, Instant)> {
        self.provider_sessions.iter().map(|(name, at)| (name.as_str(), *at))
    }

    pub(super) fn all_blocks(&self) -> impl Iterator<Item = (&str, &BlockId, Block)> {
        self.blocks
            .iter()
            .map(|((name, id), block)| (name.as_str(), id, *block))
    }

    pub(super) fn user(&self, name: &str) -> Option<Instant> {
        self.users.get(name).copied()
    }

    pub(super) fn session(&self, name: &str) -> Option<Instant> {
        self.sessions.get(name).copied()
    }

    pub(super) fn provider_session(&self, name: &str) -> Option<Instant> {
        self.provider_sessions.get(name).copied()
    }

    pub(super) fn one_block(&self, name: &str, id: &BlockId) -> Option<Block> {
        self.blocks.get(&(name.to_owned(), id.clone())).copied()
    }

    pub(super) fn raise_page(&mut self, at: Instant) {
        self.not_before = self.not_before.max(at);
    }

    pub(super) fn raise_user(&mut self, name: &str, at: Instant) {
        raise(&mut self.users, name, at);
    }

    pub(super) fn raise_session(&mut self, name: &str, at: Instant) {
        raise(&mut self.sessions, name, at);
    }

    pub(super) fn raise_provider_session(&mut self, name: &str, at: Instant) {
        raise(&mut self.provider_sessions, name, at);
    }

    pub(super) fn raise_block(&mut self, name: &str, id: BlockId, block: Block) {
        match self.blocks.entry((name.to_owned(), id)) {
            Entry::Vacant(entry) => {
                entry.insert(block);
            }
            Entry::Occupied(mut entry) => {
                let merged = entry.get().merged(block);
                entry.insert(merged);
            }
        }
    }

    pub(super) fn put_block(&mut self, name: &str, id: BlockId, block: Block) {
        self.blocks.insert((name.to_owned(), id), block);
    }

    pub(super) fn remove_block(&mut self, name: &str, id: &BlockId) -> bool {
        self.blocks.remove(&(name.to_owned(), id.clone())).is_some()
    }

    /// Keeps the entries whose time satisfies `keep`.
    pub(super) fn retain(&mut self, keep: impl Fn(Instant) -> bool) {
        for entries in [&mut self.users, &mut self.sessions, &mut self.provider_sessions] {
            entries.retain(|_, at| keep(*at));
        }
    }

    pub(super) fn retain_blocks(&mut self, keep: impl Fn(&Block) -> bool) {
        self.blocks.retain(|_, block| keep(block));
    }
}

fn raise(entries: &mut BTreeMap<String, Instant>, name: &str, at: Instant) {
    let time = entries.entry(name.to_owned()).or_insert(at);
    *time = at.max(*time);
}
