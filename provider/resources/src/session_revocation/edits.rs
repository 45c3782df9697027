//! From what was to what shall be: the edits of the store's documents, each idempotent and each on one key.
//!
//! Every edit works on whatever another writer left there. Nothing here ever revives a session: lifting a block raises
//! the user's not-before in the same write.

use std::collections::BTreeMap;

use zt_model::duration::Duration;
use zt_model::ids::{ApplicationName, BlockId};
use zt_model::instant::Instant;
use zt_model::session::{Pepper, SessionHandle, UserFingerprint};
use zt_model::store::{
    ApplicationDocument, Block, Expiry, Page, STORE_KEY, StoreDocument, application_key, page_key, page_key_of_handle,
};

use super::others::{OtherBlocks, Subject};
use super::revocation::{Mode, Revocation};
use crate::store_writer::{Edit, EditFault};

/// What happens to one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Act {
    Block(BlockId, Expiry),
    Lift(BlockId),
    /// Lifts what an update from `block` that was killed may have left, and touches nothing else.
    Forget(BlockId),
    SignOut,
}

/// The edits that lead from one revocation to another; either may be nothing.
pub(super) fn edits(
    (before, after): (Option<&Revocation>, Option<&Revocation>),
    pepper: &Pepper,
    longest: Duration,
    others: &OtherBlocks,
) -> Vec<Edit> {
    let look = Look::new((before, after), others);
    let mut edits = Vec::new();
    for user in subjects(before, after, |revocation| &revocation.users) {
        let holds = |revocation: &&Revocation| revocation.users.contains(&user);
        if let Some(act) = act(before.filter(holds), after.filter(holds)) {
            let fingerprint = pepper.user(&user.issuer, &user.subject);
            let (subject, look) = (Subject::User(user.clone()), look.clone());
            edits.push(page_edit(page_key(&fingerprint), longest, move |page, now| {
                act_on(page, &fingerprint, &act, now);
                look.at(&subject, page.blocks_of(&fingerprint), now);
            }));
        }
    }
    for session in after.map(|revocation| revocation.sessions.clone()).unwrap_or_default() {
        if before.is_none_or(|revocation| !revocation.sessions.contains(&session)) {
            edits.push(session_edit(session, longest));
        }
    }
    let of_applications = application_edits((before, after), &look);
    if !of_applications.is_empty() {
        edits.push(look_at_store(look));
    }
    edits.extend(of_applications);
    edits
}

fn application_edits((before, after): (Option<&Revocation>, Option<&Revocation>), look: &Look) -> Vec<Edit> {
    let named = subjects(before, after, |revocation| &revocation.applications);
    let edit = |application: &ApplicationName| {
        let holds = |revocation: &&Revocation| revocation.applications.contains(application);
        let act = act(before.filter(holds), after.filter(holds))?;
        Some(application_edit(application, act, look.clone()))
    };
    named.iter().filter_map(edit).collect()
}

/// Lifts whatever stands under an id in these documents, whomever it holds out.
pub(super) fn sweep_edits(id: &BlockId, keys: Vec<String>, longest: Duration) -> Vec<Edit> {
    let nobody = Look::new((None, None), &OtherBlocks::default());
    let forget = || Act::Forget(id.clone());
    let edit = |key: String| {
        if key == STORE_KEY {
            return Some(store_edit(forget(), nobody.clone()));
        }
        if let Some(name) = key.strip_prefix("a:") {
            let name = ApplicationName::parse(name).ok()?;
            return Some(application_edit(&name, forget(), nobody.clone()));
        }
        let id = id.clone();
        Some(page_edit(key, longest, move |page, now| {
            page.lift_blocks_by(&id, |_| true, now)
        }))
    };
    keys.into_iter().filter_map(edit).collect()
}

/// What the store as a whole undergoes: first its own document, which later applications inherit, then each application.
pub(super) fn store_edits(
    (before, after): (Option<&Revocation>, Option<&Revocation>),
    applications: &[ApplicationName],
    others: &OtherBlocks,
) -> Vec<Edit> {
    let look = Look::new((before, after), others);
    let holds = |revocation: &&Revocation| revocation.whole_store;
    let Some(act) = act(before.filter(holds), after.filter(holds)) else {
        return Vec::new();
    };
    let store = std::iter::once(store_edit(act.clone(), look.clone()));
    let applications = applications
        .iter()
        .map(|application| application_edit(application, act.clone(), look.clone()));
    store.chain(applications).collect()
}

/// An eye on the blocks that are not our own, for each write to say what it found.
#[derive(Clone)]
struct Look {
    own: Option<BlockId>,
    others: OtherBlocks,
}

impl Look {
    fn new((before, after): (Option<&Revocation>, Option<&Revocation>), others: &OtherBlocks) -> Self {
        Self {
            own: after.or(before).map(|revocation| revocation.id.clone()),
            others: others.clone(),
        }
    }

    fn at<'all>(&self, subject: &Subject, blocks: impl Iterator<Item = (&'all BlockId, Block)>, now: Instant) {
        let foreign = blocks.filter(|(id, block)| Some(*id) != self.own.as_ref() && block.expires.stands(now));
        self.others.found(
            subject.clone(),
            foreign.map(|(id, block)| (id.clone(), block)).collect(),
        );
    }
}

/// Blocks of everyone, of which the store tells only that they were set by `latest`: each raised the not-before.
fn everyone(blocks: &BTreeMap<BlockId, Expiry>, latest: Instant) -> impl Iterator<Item = (&BlockId, Block)> {
    blocks.iter().map(move |(id, expires)| {
        (
            id,
            Block {
                expires: *expires,
                set: latest,
            },
        )
    })
}

fn subjects<T: Ord + Clone>(
    before: Option<&Revocation>,
    after: Option<&Revocation>,
    of: impl Fn(&Revocation) -> &std::collections::BTreeSet<T>,
) -> std::collections::BTreeSet<T> {
    before
        .into_iter()
        .chain(after)
        .flat_map(|revocation| of(revocation).iter().cloned())
        .collect()
}

/// What a subject undergoes that was (or was not) and shall (or shall not) be named.
fn act(before: Option<&Revocation>, after: Option<&Revocation>) -> Option<Act> {
    let blocked = |revocation: &Revocation| (revocation.mode == Mode::Block).then_some(revocation.expires);
    match (before, after) {
        (None, None) => None,
        (None, Some(new)) => Some(blocked(new).map_or(Act::SignOut, |end| Act::Block(new.id.clone(), end))),
        (Some(old), None) if blocked(old).is_none() => Some(Act::Forget(old.id.clone())),
        (Some(old), None) => Some(Act::Lift(old.id.clone())),
        (Some(old), Some(new)) => match (blocked(old), blocked(new)) {
            (None, None) => None,
            (Some(_), None) => Some(Act::Lift(old.id.clone())),
            (old_end, Some(end)) => (old_end != Some(end)).then(|| Act::Block(new.id.clone(), end)),
        },
    }
}

fn act_on(page: &mut Page, user: &UserFingerprint, act: &Act, now: Instant) {
    match act {
        // On a page that collapsed the block's own not-before would come again, below that of the page, and fill it up.
        Act::Block(id, end) if is_set(page, user, (id, *end), now) => {}
        Act::Block(id, end) => page.set_block(user, id, *end, now),
        Act::Lift(id) => drop(page.lift_block(user, id, now)),
        Act::Forget(id) if page.block(user, id).is_none() => {}
        Act::Forget(id) => drop(page.lift_block(user, id, now)),
        Act::SignOut => page.revoke_user(user, now),
    }
}

/// Whether a block stands to this end, and no session from before it outlives it.
fn is_set(page: &Page, user: &UserFingerprint, (id, end): (&BlockId, Expiry), now: Instant) -> bool {
    let same = |block: &Block| block.expires == end && end.stands(now);
    let block = page.block(user, id).filter(same);
    block.is_some_and(|block| page.user_not_before(user) >= block.set)
}

fn session_edit(session: SessionHandle, longest: Duration) -> Edit {
    page_edit(page_key_of_handle(&session), longest, move |page, now| {
        page.revoke_session(&session, now)
    })
}

fn page_edit(key: String, longest: Duration, change: impl Fn(&mut Page, Instant) + Send + Sync + 'static) -> Edit {
    Edit::new(key, move |text, now| {
        let text =
            text.ok_or_else(|| EditFault::new("the page is absent; apply its zt_session_store, which restores it"))?;
        let mut page = Page::parse(text).map_err(|fault| EditFault::new(fault.to_string()))?;
        change(&mut page, now);
        page.settle(longest, now)
            .map_err(|full| EditFault::new(full.to_string()))?;
        Ok(Some(page.text()))
    })
}

fn application_edit(application: &ApplicationName, act: Act, look: Look) -> Edit {
    let subject = Subject::Application(application.clone());
    let name = application.clone();
    Edit::new(application_key(application), move |text, now| {
        let text = match (text, &act) {
            (Some(text), _) => text,
            // An application that is gone has nothing left to lift.
            (None, Act::Lift(_) | Act::Forget(_)) => return Ok(None),
            (None, _) => return Err(EditFault::new(format!("there is no application {name} in this store"))),
        };
        let mut document = ApplicationDocument::parse(text).map_err(|fault| EditFault::new(fault.to_string()))?;
        let latest = document.not_before();
        match &act {
            Act::Block(id, end) => document.set_block(id, *end, now),
            Act::Forget(id) if !document.blocks().contains_key(id) => {}
            Act::Lift(id) | Act::Forget(id) => drop(document.lift_block(id, now)),
            Act::SignOut => document.revoke_everyone(now),
        }
        document.prune(now);
        look.at(&subject, everyone(document.blocks(), latest), now);
        let text = document.text().map_err(|fault| EditFault::new(fault.to_string()))?;
        Ok(Some(text.expose().to_owned()))
    })
}

fn store_edit(act: Act, look: Look) -> Edit {
    Edit::new(STORE_KEY.to_owned(), move |text, now| {
        let text = text.ok_or_else(|| EditFault::new("the store document is absent; apply its zt_session_store"))?;
        let mut document = StoreDocument::parse(text).map_err(|fault| EditFault::new(fault.to_string()))?;
        let latest = document.not_before();
        match &act {
            Act::Block(id, end) => document.set_block(id, *end, now),
            Act::Forget(id) if !document.blocks().contains_key(id) => {}
            Act::Lift(id) | Act::Forget(id) => drop(document.lift_block(id, now)),
            Act::SignOut => document.revoke_everyone(now),
        }
        document.prune(now);
        look.at(&Subject::Store, everyone(document.blocks(), latest), now);
        document
            .text()
            .map(Some)
            .map_err(|fault| EditFault::new(fault.to_string()))
    })
}

/// Tells the blocks of the whole store from those of single applications, which hold them too. Changes nothing.
fn look_at_store(look: Look) -> Edit {
    Edit::new(STORE_KEY.to_owned(), move |text, now| {
        if let Some(document) = text.and_then(|text| StoreDocument::parse(text).ok()) {
            look.at(&Subject::Store, everyone(document.blocks(), document.not_before()), now);
        }
        Ok(None)
    })
}
