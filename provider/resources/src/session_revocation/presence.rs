//! Is a revocation still in force? The state keeps its subjects either way, so that a destroy lifts all of them.

use std::collections::{BTreeMap, BTreeSet};

use zt_aws::AwsError;
use zt_aws::keyvalue::KeyValue;
use zt_model::duration::Duration;
use zt_model::ids::ApplicationName;
use zt_model::instant::Instant;
use zt_model::session::SessionHandle;
use zt_model::store::{
    ApplicationDocument, Expiry, Page, STORE_KEY, StoreDocument, all_page_keys, application_key, page_key,
    page_key_of_handle,
};

use super::bulk::{Crowd, Terms, held_by};
use super::revocation::{Mode, Revocation, User};
use super::schema::LAST;
use crate::store_facts::Facts;

/// Above this number of keys a list of the whole store is cheaper than reads of single keys.
const LIST_ABOVE: usize = 100;

/// What a look knows of the file of a revocation.
pub(super) enum FileContent {
    /// There is none.
    None,
    /// It is at hand: each entry is looked for.
    Known(Crowd),
    /// Only what the state kept of it is known. What is blocked is counted.
    Counted {
        /// Users of the file who are out until the revocation itself ends.
        lasting: usize,
        /// When the last of its users ends, where all of them do.
        latest: Option<Instant>,
        /// Nobody but the revocation's own list, whose blocks stand under the same id.
        list: Crowd,
    },
}

/// The documents a revocation lives in, by key.
pub(super) struct Presence<'all> {
    revocation: &'all Revocation,
    file: &'all FileContent,
    facts: &'all Facts,
    texts: BTreeMap<String, Option<String>>,
    /// Since when it is in force, where the store does not say.
    since: Instant,
    now: Instant,
}

impl<'all> Presence<'all> {
    /// Reads the documents.
    pub(super) async fn read(
        store: &KeyValue,
        (revocation, file): (&'all Revocation, &'all FileContent),
        facts: &'all Facts,
        since: Instant,
    ) -> Result<Self, AwsError> {
        let now = Instant::from_seconds(store.aws_time().await?);
        let users = revocation
            .users
            .iter()
            .map(|user| page_key(&facts.pepper.user(&user.issuer, &user.subject)));
        let sessions = revocation.sessions.iter().map(page_key_of_handle);
        let applications = revocation.applications.iter().map(application_key);
        let whole = revocation.whole_store.then(|| STORE_KEY.to_owned());
        let of_file: Vec<String> = match file {
            FileContent::None => Vec::new(),
            FileContent::Known(crowd) => crowd.keys().cloned().collect(),
            FileContent::Counted { .. } => all_page_keys().collect(),
        };
        let keys = users.chain(sessions).chain(applications).chain(whole).chain(of_file);
        let texts = texts(store, keys.collect()).await?;
        Ok(Self {
            revocation,
            file,
            facts,
            texts,
            since,
            now,
        })
    }

    /// Whether the store holds all of it, or it has ended by itself.
    pub(super) fn holds(&self) -> bool {
        let ended = !self.revocation.expires.stands(self.now);
        (ended || self.holds_named()) && self.holds_file()
    }

    fn holds_named(&self) -> bool {
        let revocation = self.revocation;
        revocation.users.iter().all(|user| self.has_user(user))
            && revocation.sessions.iter().all(|session| self.has_session(session))
            && revocation
                .applications
                .iter()
                .all(|application| self.has_application(application))
            && (!revocation.whole_store || self.has_store())
    }

    fn holds_file(&self) -> bool {
        let id = &self.revocation.id;
        let terms = Terms {
            mode: self.revocation.mode,
            since: self.since,
            now: self.now,
            may_be_gone: self.may_be_gone(),
        };
        match self.file {
            FileContent::None => true,
            FileContent::Known(crowd) => crowd.stands(&self.texts, id, terms),
            // A sign-out leaves nothing that could be told from another's.
            FileContent::Counted { .. } if terms.mode == Mode::SignOut => true,
            FileContent::Counted { lasting, latest, list } => {
                let held = |end: Expiry| held_by(&self.texts, id, list, just_before(end, self.now));
                // Users with ends of their own go one by one, unseen; but the last of them is there until his.
                let lasting = if self.revocation.expires.stands(self.now) {
                    *lasting
                } else {
                    0
                };
                let last = latest.map(Expiry::At).filter(|end| end.stands(self.now));
                (lasting == 0 || held(self.revocation.expires) >= lasting) && last.is_none_or(|end| held(end) > 0)
            }
        }
    }

    fn page(&self, key: &str) -> Option<Page> {
        Page::parse(self.texts.get(key)?.as_deref()?).ok()
    }

    /// Whether an entry of this age may have been dropped, because no session it refuses can live any more.
    fn may_be_gone(&self) -> bool {
        self.since < self.now.minus(self.facts.longest)
    }

    fn has_user(&self, user: &User) -> bool {
        let fingerprint = self.facts.pepper.user(&user.issuer, &user.subject);
        let Some(page) = self.page(&page_key(&fingerprint)) else {
            return false;
        };
        match self.revocation.mode {
            Mode::Block => page
                .block(&fingerprint, &self.revocation.id)
                .is_some_and(|block| block.expires == self.revocation.expires),
            Mode::SignOut => page.user_not_before(&fingerprint) >= self.since || self.may_be_gone(),
        }
    }

    fn has_session(&self, handle: &SessionHandle) -> bool {
        let Some(page) = self.page(&page_key_of_handle(handle)) else {
            return false;
        };
        page.session_revoked(handle).is_some() || page.not_before() >= self.since || self.may_be_gone()
    }

    fn has_application(&self, name: &ApplicationName) -> bool {
        // Of an application that is gone there are no sessions to refuse.
        let Some(Some(text)) = self.texts.get(&application_key(name)) else {
            return true;
        };
        let Ok(document) = ApplicationDocument::parse(text) else {
            return false;
        };
        match self.revocation.mode {
            Mode::Block => document.blocks().get(&self.revocation.id) == Some(&self.revocation.expires),
            Mode::SignOut => document.not_before() >= self.since || self.may_be_gone(),
        }
    }

    fn has_store(&self) -> bool {
        let Some(Some(text)) = self.texts.get(STORE_KEY) else {
            return false;
        };
        let Ok(document) = StoreDocument::parse(text) else {
            return false;
        };
        match self.revocation.mode {
            Mode::Block => document.blocks().get(&self.revocation.id) == Some(&self.revocation.expires),
            Mode::SignOut => document.not_before() >= self.since || self.may_be_gone(),
        }
    }
}

/// When blocks up to this end still stand and those with an earlier one do not, as far as now allows.
fn just_before(end: Expiry, now: Instant) -> Instant {
    match end {
        Expiry::Never => LAST,
        Expiry::At(end) => end.minus(Duration::from_seconds(1)).max(now),
    }
}

async fn texts(store: &KeyValue, keys: BTreeSet<String>) -> Result<BTreeMap<String, Option<String>>, AwsError> {
    if keys.len() > LIST_ABOVE {
        let pairs = store.list().await?.into_iter();
        // Every page is there anyway, and may hold what nobody looks for.
        let wanted = pairs.filter(|pair| keys.contains(&pair.key) || pair.key.starts_with("p:"));
        return Ok(wanted.map(|pair| (pair.key, Some(pair.value))).collect());
    }
    let keys: Vec<String> = keys.into_iter().collect();
    let mut texts = BTreeMap::new();
    for some in keys.chunks(10) {
        texts.extend(store.get_all(some).await?);
    }
    Ok(texts)
}
