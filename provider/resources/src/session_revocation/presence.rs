//! Is a revocation still in force? The state keeps its subjects either way, so that a destroy lifts all of them.

use std::collections::BTreeMap;

use zt_aws::AwsError;
use zt_aws::keyvalue::KeyValue;
use zt_model::ids::ApplicationName;
use zt_model::instant::Instant;
use zt_model::session::SessionHandle;
use zt_model::store::{
    ApplicationDocument, Expiry, Page, STORE_KEY, StoreDocument, application_key, page_key, page_key_of_handle,
};

use super::revocation::{Mode, Revocation, User};
use crate::store_facts::Facts;

/// The documents a revocation lives in, by key.
pub(super) struct Presence<'all> {
    revocation: &'all Revocation,
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
        revocation: &'all Revocation,
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
        let mut keys: Vec<String> = users.chain(sessions).chain(applications).chain(whole).collect();
        keys.sort();
        keys.dedup();
        let mut texts = BTreeMap::new();
        for some in keys.chunks(10) {
            texts.extend(store.get_all(some).await?);
        }
        Ok(Self {
            revocation,
            facts,
            texts,
            since,
            now,
        })
    }

    /// Whether the store holds all of it, or it has ended by itself.
    pub(super) fn holds(&self) -> bool {
        let ended = matches!(self.revocation.expires, Expiry::At(end) if end <= self.now);
        let revocation = self.revocation;
        ended
            || revocation.users.iter().all(|user| self.has_user(user))
                && revocation.sessions.iter().all(|session| self.has_session(session))
                && revocation
                    .applications
                    .iter()
                    .all(|application| self.has_application(application))
                && (!revocation.whole_store || self.has_store())
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
