//! What fills a session store: its revocations by kind, how full its pages are, and how old the oldest entry is.
//!
//! Counted from the texts alone; what cannot be read is counted as that and never guessed.

use std::collections::BTreeSet;

use super::names::{PAGE_COUNT, all_page_keys};
use super::page::Page;
use super::slots::{HEAD, SLOT};
use crate::instant::Instant;

/// The fullest page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LargestPage {
    /// Its key.
    pub key: String,
    /// Slots that are taken.
    pub slots: usize,
}

/// A store in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreUsage {
    /// Pages that are there and sound.
    pub pages: usize,
    /// Pages that are absent or cannot be read; their users are refused.
    pub unsound_pages: usize,
    /// Not-befores of users.
    pub users: usize,
    /// Ended sessions.
    pub sessions: usize,
    /// Ended sessions of identity providers.
    pub provider_sessions: usize,
    /// Blocks.
    pub blocks: usize,
    /// Slots of all pages that are taken; a block takes two.
    pub slots: usize,
    /// Documents of applications.
    pub applications: usize,
    /// Documents of service tokens.
    pub service_tokens: usize,
    /// The fullest page, the first of several; none when all are empty.
    pub largest: Option<LargestPage>,
    /// The earliest time of an entry, blocks apart, which name their end.
    pub oldest: Option<Instant>,
}

impl StoreUsage {
    /// Counts keys and values.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let pages: BTreeSet<String> = all_page_keys().collect();
        let mut usage = Self::default();
        for (key, value) in pairs {
            match key.split_once(':') {
                Some(("a", _)) => usage.applications += 1,
                Some(("t", _)) => usage.service_tokens += 1,
                Some(("p", _)) if pages.contains(key) => {
                    if let Ok(page) = Page::parse(value) {
                        usage.add(key, &page);
                    }
                }
                _ => {}
            }
        }
        usage.unsound_pages = PAGE_COUNT.saturating_sub(usage.pages);
        usage
    }

    fn add(&mut self, key: &str, page: &Page) {
        self.pages += 1;
        self.users += page.users().count();
        self.sessions += page.sessions().count();
        self.provider_sessions += page.provider_sessions().count();
        self.blocks += page.all_blocks().count();
        self.slots += page.slots();
        let times = page.users().chain(page.sessions()).chain(page.provider_sessions());
        let times = times.map(|(_, at)| at);
        self.oldest = self.oldest.into_iter().chain(times).min();
        let larger = match &self.largest {
            Some(largest) => (page.slots(), largest.key.as_str()) > (largest.slots, key),
            None => page.slots() > 0,
        };
        if larger {
            self.largest = Some(LargestPage {
                key: key.to_owned(),
                slots: page.slots(),
            });
        }
    }

    /// Entries of every kind.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.users + self.sessions + self.provider_sessions + self.blocks
    }
}

/// Slots that one page holds.
pub const SLOTS_PER_PAGE: usize = (super::VALUE_LIMIT - HEAD) / SLOT;

#[cfg(test)]
mod tests {
    use super::*;

    /// The edge contract's own form, written by hand: kind, eight characters, six of base 36.
    const FULL: &str = "1000000bAAAAAAAAzzzzzziBBBBBBBBtfmrk0sCCCCCCCCtfmrk1uAAAAAAAAtfmrk2";

    #[test]
    fn entries_are_counted_by_kind_and_pages_by_how_full_they_are() {
        let usage = StoreUsage::of([
            ("s:store", "{}"),
            ("a:members", "{}"),
            ("t:members:AAAAAAAAAAAA", "{}"),
            ("p:AA", "1000000"),
            ("p:AB", FULL),
            ("p:AC", "1000000oDDDDDDDDtfmrk5"),
            ("p:AD", "garbage"),
            ("p:A", "1000000"),
        ]);
        assert_eq!((usage.pages, usage.unsound_pages), (3, 4_093));
        let kinds = (usage.users, usage.sessions, usage.provider_sessions, usage.blocks);
        assert_eq!(kinds, (1, 1, 1, 1));
        assert_eq!((usage.entries(), usage.slots), (4, 5), "a block takes two slots");
        assert_eq!((usage.applications, usage.service_tokens), (1, 1));
        let largest = usage.largest.unwrap();
        assert_eq!((largest.key.as_str(), largest.slots), ("p:AB", 4));
        assert_eq!(usage.oldest.map(Instant::seconds), Some(tfmrk1()));
    }

    /// `tfmrk1` of base 36, reckoned here.
    fn tfmrk1() -> u64 {
        "tfmrk1".bytes().fold(0, |number, digit| {
            number * 36
                + u64::from(if digit.is_ascii_digit() {
                    digit - b'0'
                } else {
                    digit - b'a' + 10
                })
        })
    }

    #[test]
    fn an_empty_store_has_no_largest_page_and_no_oldest_entry() {
        let keys: Vec<String> = all_page_keys().collect();
        let usage = StoreUsage::of(keys.iter().map(|key| (key.as_str(), Page::EMPTY)));
        assert_eq!((usage.pages, usage.unsound_pages, usage.entries()), (4_096, 0, 0));
        assert_eq!((usage.largest, usage.oldest), (None, None));
    }
}
