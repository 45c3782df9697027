//! The documents every store has: its own, and all pages. What is absent or unreadable is put back on the safe side.

use std::collections::BTreeMap;

use zt_aws::keyvalue::Pair;
use zt_model::duration::Duration;
use zt_model::encoding::base36;
use zt_model::ids::{InstanceId, StoreName};
use zt_model::instant::Instant;
use zt_model::store::{PAGE_COUNT, Page, STORE_KEY, StoreDocument, all_page_keys};

use crate::store_writer::{Edit, EditFault};

/// What an absent page becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    /// The store is new: nobody is revoked.
    IsNew,
    /// The page was lost, and with it who was revoked: all of its sessions end.
    WasLost,
}

/// Puts every page in place and leaves sound ones alone.
pub(super) fn page_edits(absent: Absent) -> impl Iterator<Item = Edit> {
    all_page_keys().map(move |key| {
        Edit::new(key, move |present, now| match present {
            Some(text) if Page::parse(text).is_ok() => Ok(None),
            None if absent == Absent::IsNew => Ok(Some(Page::EMPTY.to_owned())),
            _ => Ok(Some(ended(now))),
        })
    })
}

/// A page whose sessions until now have all ended.
fn ended(now: Instant) -> String {
    format!("1{:0>6}", base36(now.seconds()))
}

/// Writes the store's own document, and raises the longest lifetime where it stands already.
///
/// The lifetime never falls: entries must outlive sessions that were minted under the longer one. A document that was lost
/// told how long that was, and who of everyone is out: the longest possible lifetime and a not-before take its place.
pub(super) fn document_edit(name: StoreName, instance: InstanceId, longest: Duration, absent: Absent) -> Edit {
    Edit::new(STORE_KEY, move |present, now| {
        let fresh = || match absent {
            Absent::IsNew => StoreDocument::new(name.clone(), instance.clone(), longest),
            Absent::WasLost => {
                let mut document = StoreDocument::new(name.clone(), instance.clone(), super::schema::LONGEST);
                document.revoke_everyone(now);
                document
            }
        };
        let mut document = present
            .map_or_else(|| Ok(fresh()), StoreDocument::parse)
            .unwrap_or_else(|_| fresh());
        document.longest = document.longest.max(longest);
        document
            .text()
            .map(Some)
            .map_err(|error| EditFault::new(error.to_string()))
    })
}

/// How many pages are there and sound, and the store's own document.
pub(super) fn take_stock(pairs: &[Pair]) -> (usize, Option<StoreDocument>) {
    let texts: BTreeMap<&str, &str> = pairs
        .iter()
        .map(|pair| (pair.key.as_str(), pair.value.as_str()))
        .collect();
    let sound = |key: &String| texts.get(key.as_str()).is_some_and(|text| Page::parse(text).is_ok());
    let document = texts.get(STORE_KEY).and_then(|text| StoreDocument::parse(text).ok());
    (all_page_keys().filter(sound).count().min(PAGE_COUNT), document)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_seconds(1_800_000_000);

    fn first(absent: Absent, present: Option<&str>) -> Option<String> {
        page_edits(absent).next().unwrap().apply(present, NOW).unwrap()
    }

    #[test]
    fn a_new_store_gets_empty_pages_and_sound_ones_stay() {
        assert_eq!(page_edits(Absent::IsNew).count(), 4_096);
        assert_eq!(first(Absent::IsNew, None).as_deref(), Some("1000000"));
        assert_eq!(first(Absent::IsNew, Some("1tfmrk0")), None);
    }

    #[test]
    fn a_lost_or_broken_page_ends_its_sessions() {
        for (absent, present) in [
            (Absent::WasLost, None),
            (Absent::WasLost, Some("garbage")),
            (Absent::IsNew, Some("garbage")),
        ] {
            let page = Page::parse(&first(absent, present).unwrap()).unwrap();
            assert_eq!(page.not_before(), NOW);
        }
    }

    #[test]
    fn a_lost_store_document_comes_back_on_the_safe_side() {
        let name = (
            StoreName::parse("main").unwrap(),
            InstanceId::parse("AbC-_123").unwrap(),
        );
        let edit = document_edit(name.0, name.1, Duration::from_seconds(3600), Absent::WasLost);
        let document = StoreDocument::parse(&edit.apply(None, NOW).unwrap().unwrap()).unwrap();
        assert_eq!((document.longest.seconds(), document.not_before()), (2_592_000, NOW));
    }

    #[test]
    fn the_longest_lifetime_never_falls() {
        let edit = |seconds| {
            let name = (
                StoreName::parse("main").unwrap(),
                InstanceId::parse("AbC-_123").unwrap(),
            );
            document_edit(name.0, name.1, Duration::from_seconds(seconds), Absent::IsNew)
        };
        let long = edit(7200).apply(None, NOW).unwrap().unwrap();
        assert_eq!(edit(3600).apply(Some(&long), NOW).unwrap(), None);
        let longer = edit(9000).apply(Some(&long), NOW).unwrap().unwrap();
        assert_eq!(StoreDocument::parse(&longer).unwrap().longest.seconds(), 9000);
    }
}
