//! Sessions of a user nobody is, for the events that need one.
//!
//! They are signed with a key of the store, so that the shipped function takes them; nothing else is genuine in them.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zt_model::duration::Duration;
use zt_model::ids::KeyId;
use zt_model::membership::MembershipDocument;
use zt_model::secret::SecretText;
use zt_model::session::{AssertionHash, Grants, ProviderSession, Session, SessionId, SessionKey, UserFingerprint};

use super::{EventsError, TestSession};

const LIFETIME: Duration = Duration::from_seconds(300);
/// Stands for a signed assertion: the session function only looks whether it is the one the session was minted with.
pub(super) const ASSERTION: &str = "zt.test.assertion";

fn bound() -> Option<AssertionHash> {
    let digest = digest::digest(&digest::SHA256, ASSERTION.as_bytes());
    AssertionHash::parse(&URL_SAFE_NO_PAD.encode(digest.as_ref().get(..16)?))
}

/// Mints sessions of a user nobody is.
pub(super) struct Minter {
    session: Session,
    key: SessionKey,
}

impl Minter {
    /// With the key of the store that verifies now; `asserted` binds the sessions to [`ASSERTION`].
    pub(super) fn new(
        test: &TestSession<'_>,
        membership: &MembershipDocument,
        asserted: bool,
    ) -> Result<Self, EventsError> {
        let usable = |kid: &KeyId| test.document.key(kid, test.now);
        let (kid, key) = test
            .document
            .keys()
            .keys()
            .find_map(|kid| Some((kid.clone(), usable(kid)?)))
            .ok_or(EventsError::NoKey)?;
        // Strictly later than every not-before of this second, everyone's or the page's.
        let login = test.now.max(test.document.not_before()).plus(Duration::from_seconds(1));
        Ok(Self {
            key,
            session: Session {
                kid,
                sid: SessionId::from_random(test.session),
                user: UserFingerprint::from_bytes(test.user),
                provider_session: ProviderSession::none(),
                login,
                issued: test.now,
                expires: test.now.plus(LIFETIME),
                generation: membership.generation,
                grants: Grants::default(),
                contexts: Vec::new(),
                claims: serde_json::Map::new(),
                assertion: asserted.then(bound).flatten(),
            },
        })
    }

    pub(super) fn genuine(&self, grants: Grants) -> Result<SecretText, EventsError> {
        let session = Session {
            grants,
            ..self.session.clone()
        };
        session.mint(&self.key).map_err(EventsError::Mint)
    }

    /// A token with the first character of its signature changed, older than the minute in which locations may lag.
    pub(super) fn forged(&self, grants: Grants) -> Result<SecretText, EventsError> {
        let issued = self.session.issued.minus(Duration::from_seconds(120));
        let session = Session {
            grants,
            issued,
            ..self.session.clone()
        };
        let token = session.mint(&self.key).map_err(EventsError::Mint)?;
        let (message, mac) = token.expose().rsplit_once('.').unwrap_or_default();
        let other = if mac.starts_with('A') { 'B' } else { 'A' };
        let rest = mac.get(1..).unwrap_or_default();
        Ok(SecretText::new(format!("{message}.{other}{rest}")))
    }
}
