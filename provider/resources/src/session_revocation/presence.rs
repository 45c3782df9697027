//! Is a revocation still in force? What is missing or weakened in the store is taken out of the state, so that the next
//! plan puts it back.

use std::collections::BTreeMap;

use zt_aws::AwsError;
use zt_aws::keyvalue::KeyValue;
use zt_framework::Value;
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

    /// The state with only what is in force.
    pub(super) fn narrow(&self, state: &mut Value) {
        if matches!(self.revocation.expires, Expiry::At(end) if end <= self.now) {
            return;
        }
        keep(state, "users", |user| self.has_user(user));
        keep(state, "sessions", |session| self.has_session(session));
        let mut everyone = state.get("everyone").clone();
        if everyone.is_set() {
            keep(&mut everyone, "applications", |application| {
                self.has_application(application)
            });
            if everyone.get("store").as_bool() == Some(true) && !self.has_store() {
                everyone.set("store", false);
            }
            state.set("everyone", everyone);
        }
    }

    fn page(&self, key: &str) -> Option<Page> {
        Page::parse(self.texts.get(key)?.as_deref()?).ok()
    }

    /// Whether an entry of this age may have been dropped, because no session it refuses can live any more.
    fn may_be_gone(&self) -> bool {
        self.since < self.now.minus(self.facts.longest)
    }

    fn has_user(&self, value: &Value) -> bool {
        let found = |user: &&User| {
            value.get("issuer").as_str() == Some(user.issuer.as_str())
                && value.get("subject").as_str() == Some(&user.subject)
        };
        let Some(user) = self.revocation.users.iter().find(found) else {
            return false;
        };
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

    fn has_session(&self, value: &Value) -> bool {
        let Ok(handle) = SessionHandle::parse(value.as_str().unwrap_or_default()) else {
            return false;
        };
        let Some(page) = self.page(&page_key_of_handle(&handle)) else {
            return false;
        };
        page.session_revoked(&handle).is_some() || page.not_before() >= self.since || self.may_be_gone()
    }

    fn has_application(&self, value: &Value) -> bool {
        let name = value.as_str().unwrap_or_default();
        // Of an application that is gone there are no sessions to refuse.
        let Some(Some(text)) = self.texts.get(&format!("a:{name}")) else {
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

/// Drops the elements of a list for which `holds` does not; a list without loss stays as it is.
fn keep(object: &mut Value, name: &str, holds: impl Fn(&Value) -> bool) {
    let elements = object.get(name).elements();
    let kept: Vec<Value> = elements.iter().filter(|element| holds(element)).cloned().collect();
    if kept.len() != elements.len() {
        object.set(name, Value::List(kept));
    }
}
