//! What a file makes of the pages: its blocks are set, those of this revocation that it names no more are lifted.
//!
//! Each edit changes one page, is idempotent, and leaves a page alone that is as it shall be.

use std::collections::BTreeSet;

use zt_model::duration::Duration;
use zt_model::ids::BlockId;
use zt_model::instant::Instant;
use zt_model::session::UserFingerprint;
use zt_model::store::{Page, all_page_keys};

use super::super::others::{Foreign, OtherBlocks};
use super::super::revocation::Mode;
use super::Crowd;
use super::crowd::PageCrowd;
use crate::store_writer::{Edit, EditFault};

/// What is to be done for a file.
pub(crate) struct Task {
    /// Whose blocks they are.
    pub(crate) id: BlockId,
    /// Whom the file names now; nobody when it goes.
    pub(crate) crowd: Crowd,
    /// How they are out.
    pub(crate) mode: Mode,
    /// Whether the store may hold blocks of this revocation that go.
    pub(crate) sweep: bool,
}

/// What happens on one page.
struct PageTask {
    id: BlockId,
    crowd: PageCrowd,
    listed: BTreeSet<UserFingerprint>,
    mode: Mode,
    sweep: bool,
}

/// The edits of all pages that may change.
pub(crate) fn crowd_edits(mut task: Task, longest: Duration, others: &OtherBlocks) -> Vec<Edit> {
    let keys: BTreeSet<String> = match task.sweep {
        true => all_page_keys().collect(),
        false => task.crowd.keys().cloned().collect(),
    };
    let edit = |key: String| {
        let page = PageTask {
            id: task.id.clone(),
            crowd: task.crowd.pages.remove(&key).unwrap_or_default(),
            listed: task.crowd.listed.remove(&key).unwrap_or_default(),
            mode: task.mode,
            sweep: task.sweep,
        };
        page.edit(key, longest, others.clone())
    };
    keys.into_iter().map(edit).collect()
}

impl PageTask {
    fn edit(self, key: String, longest: Duration, others: OtherBlocks) -> Edit {
        let place = key.clone();
        Edit::new(key, move |text, now| {
            let Some(text) = text else {
                // Whoever is on an absent page is refused; nothing of ours stands there to be lifted.
                return match self.crowd == PageCrowd::default() {
                    true => Ok(None),
                    false => Err(EditFault::new(
                        "the page is absent; apply its zt_session_store, which restores it",
                    )),
                };
            };
            let mut page = Page::parse(text).map_err(|fault| EditFault::new(fault.to_string()))?;
            let before = page.clone();
            self.change(&mut page, now);
            others.found_on(&place, self.foreign(&page, now));
            if page == before {
                return Ok(None);
            }
            page.settle(longest, now)
                .map_err(|full| EditFault::new(full.to_string()))?;
            Ok(Some(page.text()))
        })
    }

    fn change(&self, page: &mut Page, now: Instant) {
        if self.sweep {
            let blocked = self.mode == Mode::Block;
            let named = self.crowd.users.iter().map(|(user, _)| user).chain(&self.listed);
            let kept: BTreeSet<&str> = named.filter(|_| blocked).map(UserFingerprint::slot).collect();
            page.lift_blocks_by(&self.id, |user| !kept.contains(user), now);
        }
        for (user, end) in &self.crowd.users {
            let standing = page.block(user, &self.id).filter(|block| block.expires.stands(now));
            match self.mode {
                Mode::SignOut => page.revoke_user(user, now),
                Mode::Block if standing.is_some_and(|block| block.expires == *end) => {}
                Mode::Block if end.stands(now) => page.set_block(user, &self.id, *end, now),
                Mode::Block if standing.is_some() => drop(page.lift_block(user, &self.id, now)),
                // It ended before it was ever set: nobody is to be out any more.
                Mode::Block => {}
            }
        }
        for session in &self.crowd.sessions {
            if page.session_revoked(session).is_none() {
                page.revoke_session(session, now);
            }
        }
    }

    fn foreign(&self, page: &Page, now: Instant) -> Vec<Foreign> {
        let mut found = Vec::new();
        for (user, _) in &self.crowd.users {
            let others = page
                .blocks_of(user)
                .filter(|(id, block)| **id != self.id && block.expires.stands(now));
            found.extend(others.map(|(id, block)| (id.clone(), block)));
        }
        found
    }
}
