//! What of a file the store still holds.

use std::collections::BTreeMap;

use zt_model::ids::BlockId;
use zt_model::instant::Instant;
use zt_model::store::{Expiry, Page};

use super::super::revocation::Mode;
use super::Crowd;

/// Since when, until when, and how: what an entry is held against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) mode: Mode,
    /// When the revocation came into force.
    pub(crate) since: Instant,
    pub(crate) now: Instant,
    /// Whether entries of that age may have been dropped, because no session they refuse can live any more.
    pub(crate) may_be_gone: bool,
}

impl Crowd {
    /// Whether the store holds every entry that has not ended by itself, and on the pages at hand no block more.
    pub(crate) fn stands(&self, texts: &BTreeMap<String, Option<String>>, id: &BlockId, terms: Terms) -> bool {
        let users = self.pages.values().flat_map(|crowd| &crowd.users);
        let blocked = users.filter(|(_, end)| terms.mode == Mode::Block && end.stands(terms.now));
        // More of them is what an update left that was killed: whom it blocked, nobody names any more.
        let no_more = held_by(texts, id, self, terms.now) <= blocked.count();
        no_more
            && self.pages.iter().all(|(key, crowd)| {
                let Some(page) = parsed(texts, key) else {
                    return false;
                };
                let user = |(user, end): &(_, Expiry)| match terms.mode {
                    Mode::Block => {
                        !end.stands(terms.now) || page.block(user, id).is_some_and(|block| block.expires == *end)
                    }
                    Mode::SignOut => page.user_not_before(user) >= terms.since || terms.may_be_gone,
                };
                crowd.users.iter().all(user)
                    && crowd.sessions.iter().all(|session| {
                        page.session_revoked(session).is_some() || page.not_before() >= terms.since || terms.may_be_gone
                    })
            })
    }
}

/// How many blocks of a revocation stand in all pages at a time, those of its own list apart.
pub(crate) fn held_by(texts: &BTreeMap<String, Option<String>>, id: &BlockId, list: &Crowd, at: Instant) -> usize {
    let pages = texts.keys().filter(|key| key.starts_with("p:"));
    let held = |key: &String| {
        let page = parsed(texts, key)?;
        let listed = list.listed.get(key).into_iter().flatten();
        let of_list = listed.filter(|user| page.block(user, id).is_some_and(|block| block.expires.stands(at)));
        Some(page.blocks_by(id, at).saturating_sub(of_list.count()))
    };
    pages.filter_map(held).sum()
}

fn parsed(texts: &BTreeMap<String, Option<String>>, key: &str) -> Option<Page> {
    Page::parse(texts.get(key)?.as_deref()?).ok()
}
