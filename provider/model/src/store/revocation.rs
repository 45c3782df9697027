//! What operators do to a page, and what a page says about a session.

use super::block::{Block, Expiry};
use super::page::Page;
use crate::ids::BlockId;
use crate::instant::Instant;
use crate::session::{ProviderSession, SessionHandle, SessionId, UserFingerprint};

/// Writing.
impl Page {
    /// Ends every session of a user that began by `at`.
    pub fn revoke_user(&mut self, user: &UserFingerprint, at: Instant) {
        self.raise_user(user.slot(), at);
    }

    /// Ends one session for good.
    pub fn revoke_session(&mut self, handle: &SessionHandle, at: Instant) {
        self.raise_session(handle.slot(), at);
    }

    /// Ends what came out of one session of the provider by `at`; without such a session, nothing.
    pub fn revoke_provider_session(&mut self, session: &ProviderSession, at: Instant) {
        if let Some(name) = session.slot() {
            self.raise_provider_session(name, at);
        }
    }

    /// Sets the block of a resource, or moves its end, and ends the user's sessions so far.
    ///
    /// The time an existing block was set does not move, so that repeating an apply changes no byte and moving the end
    /// signs nobody out again.
    pub fn set_block(&mut self, user: &UserFingerprint, id: &BlockId, expires: Expiry, at: Instant) {
        // A block that ended before is a new one when it is set again; one that is set to have ended stays as it was.
        let same = self
            .one_block(user.slot(), id)
            .filter(|block| block.expires.stands(at) || !expires.stands(at));
        let set = same.map_or(at, |block| block.set);
        self.put_block(user.slot(), id.clone(), Block { expires, set });
        self.raise_user(user.slot(), set);
    }

    /// Removes exactly the block of this resource and ends the user's sessions so far; whether there was one.
    ///
    /// The not-before is raised in any case: the block may have been pruned, and what it shut out stays out.
    pub fn lift_block(&mut self, user: &UserFingerprint, id: &BlockId, at: Instant) -> bool {
        self.raise_user(user.slot(), at);
        self.remove_block(user.slot(), id)
    }

    /// Removes the blocks of this resource from the users (by the eight characters of their slots) that `choose` picks,
    /// and ends their sessions so far.
    pub fn lift_blocks_by(&mut self, id: &BlockId, choose: impl Fn(&str) -> bool, at: Instant) {
        let own = self.all_blocks().filter(|(_, holder, _)| *holder == id);
        let users: Vec<String> = own
            .map(|(user, ..)| user.to_owned())
            .filter(|user| choose(user))
            .collect();
        for user in users {
            self.raise_user(&user, at);
            self.remove_block(&user, id);
        }
    }
}

/// Reading.
impl Page {
    /// The block of one resource.
    #[must_use]
    pub fn block(&self, user: &UserFingerprint, id: &BlockId) -> Option<Block> {
        self.one_block(user.slot(), id)
    }

    /// All blocks of a user, by the resources that set them.
    pub fn blocks_of(&self, user: &UserFingerprint) -> impl Iterator<Item = (&BlockId, Block)> {
        let name = user.slot().to_owned();
        self.all_blocks()
            .filter(move |(holder, _, _)| *holder == name)
            .map(|(_, id, block)| (id, block))
    }

    /// How many blocks of one resource stand.
    #[must_use]
    pub fn blocks_by(&self, id: &BlockId, now: Instant) -> usize {
        let own = self.all_blocks().filter(|(_, holder, _)| *holder == id);
        own.filter(|(.., block)| block.expires.stands(now)).count()
    }

    /// The user's own not-before or the page's, whichever is later.
    #[must_use]
    pub fn user_not_before(&self, user: &UserFingerprint) -> Instant {
        self.user(user.slot()).unwrap_or_default().max(self.not_before())
    }

    /// When a session was revoked, if it was by an entry of its own.
    #[must_use]
    pub fn session_revoked(&self, handle: &SessionHandle) -> Option<Instant> {
        self.session(handle.slot())
    }

    /// Whether any block of the user stands.
    #[must_use]
    pub fn blocks_user(&self, user: &UserFingerprint, now: Instant) -> bool {
        self.all_blocks()
            .any(|(name, _, block)| name == user.slot() && block.expires.stands(now))
    }

    /// Whether this very session was revoked.
    #[must_use]
    pub fn revokes_session(&self, session: &SessionId) -> bool {
        self.session(session.slot()).is_some()
    }

    /// The latest not-before that applies to a session of this page.
    #[must_use]
    pub fn not_before_of(&self, user: &UserFingerprint, provider: &ProviderSession) -> Instant {
        let by_provider = provider.slot().and_then(|name| self.provider_session(name));
        self.user_not_before(user).max(by_provider.unwrap_or_default())
    }
}
