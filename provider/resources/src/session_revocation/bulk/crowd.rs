//! The users and sessions of a file, page by page, by their fingerprints.

use std::collections::{BTreeMap, BTreeSet};

use zt_model::session::{Pepper, SessionHandle, UserFingerprint};
use zt_model::store::{Expiry, page_key, page_key_of_handle};

use super::super::revocation::Revocation;
use super::Entries;

/// Most users that one file may block. A block takes two of a page's 67 slots and the not-before beside it a third, so
/// with more of them pages could fill up; sign-outs and sessions take one.
pub(crate) const MOST_BLOCKED: usize = 50_000;

/// What one page has to say of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PageCrowd {
    pub(super) users: Vec<(UserFingerprint, Expiry)>,
    pub(super) sessions: Vec<SessionHandle>,
}

/// All of a file, by key of the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Crowd {
    pub(super) pages: BTreeMap<String, PageCrowd>,
    /// Users of the configuration's own list: their blocks are not the file's to set or to lift.
    pub(super) listed: BTreeMap<String, BTreeSet<UserFingerprint>>,
}

impl Crowd {
    /// Whom a revocation's file names. A user who is in the list too follows the list.
    pub(crate) fn new(revocation: &Revocation, entries: &Entries, pepper: &Pepper) -> Self {
        let mut crowd = Self::of_list(revocation, pepper);
        for (user, end) in &entries.users {
            if revocation.users.contains(user) {
                continue;
            }
            let fingerprint = pepper.user(&user.issuer, &user.subject);
            let page = crowd.pages.entry(page_key(&fingerprint)).or_default();
            page.users
                .push((fingerprint, end.map_or(revocation.expires, Expiry::At)));
        }
        for session in &entries.sessions {
            let page = crowd.pages.entry(page_key_of_handle(session)).or_default();
            page.sessions.push(session.clone());
        }
        crowd
    }

    /// Nobody by file, and the list of this revocation.
    pub(crate) fn of_list(revocation: &Revocation, pepper: &Pepper) -> Self {
        let mut listed: BTreeMap<String, BTreeSet<UserFingerprint>> = BTreeMap::new();
        for user in &revocation.users {
            let fingerprint = pepper.user(&user.issuer, &user.subject);
            listed.entry(page_key(&fingerprint)).or_default().insert(fingerprint);
        }
        Self {
            pages: BTreeMap::new(),
            listed,
        }
    }

    /// The pages it is on.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &String> {
        self.pages.keys()
    }
}
