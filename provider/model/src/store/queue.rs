//! Messages of the store's queue: what the auth functions ask to be revoked, and what that makes of a page.
//!
//! A message is idempotent and merges by maximum. Its time is never later than the second it was sent, so that nobody
//! can put a revocation into the future. Only the provider writes blocks: no message sets or lifts one.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest;
use serde_json::{Value, json};

use super::Page;
use super::slots::LAST;
use crate::ids::ApplicationName;
use crate::instant::Instant;
use crate::session::{ProviderSession, SessionHandle, UserFingerprint};

/// More sessions of one user than this become the user's not-before.
const SESSIONS_OF_ONE: usize = 8;

/// What a message revokes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revoked {
    /// Every session of a user.
    User(UserFingerprint),
    /// One session, and whose it is where that is known.
    Session(SessionHandle, Option<UserFingerprint>),
    /// What came out of one session of the provider: of a user, and the eight characters that stand in a slot.
    ProviderSession(UserFingerprint, String),
}

/// What caused a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationSource {
    /// The user signed out.
    Logout,
    /// OIDC Back-Channel Logout.
    Backchannel,
    /// A security event of CAEP.
    Caep,
    /// A security event of RISC.
    Risc,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationMessage {
    /// What is revoked.
    pub revoked: Revoked,
    /// When the event was.
    pub at: Instant,
    /// The application that tells of it.
    pub application: ApplicationName,
    /// What caused it.
    pub source: RevocationSource,
}

/// A body that is no message. Whoever reads it leaves it to the dead letters and changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the message cannot be read: {0}")]
pub struct RevocationMessageError(&'static str);

impl RevocationSource {
    const ALL: [Self; 4] = [Self::Logout, Self::Backchannel, Self::Caep, Self::Risc];

    /// The word in a message.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::Backchannel => "backchannel",
            Self::Caep => "caep",
            Self::Risc => "risc",
        }
    }
}

impl Revoked {
    /// The word and the key in a message.
    #[must_use]
    pub fn kind_and_key(&self) -> (&'static str, String) {
        match self {
            Self::User(user) => ("user", user.as_str().to_owned()),
            Self::Session(handle, _) => ("session", handle.as_str().to_owned()),
            Self::ProviderSession(user, slot) => ("provider_session", format!("{}{slot}", user.as_str())),
        }
    }

    fn parse(kind: &str, key: &str, user: Option<&Value>) -> Option<Self> {
        match kind {
            "user" => UserFingerprint::parse(key).map(Self::User),
            "session" => {
                let handle = SessionHandle::parse(key).ok()?;
                let user = match user {
                    None => None,
                    Some(user) => {
                        Some(UserFingerprint::parse(user.as_str()?).filter(|user| user.page() == handle.page())?)
                    }
                };
                Some(Self::Session(handle, user))
            }
            "provider_session" => {
                let (user, slot) = key.split_at_checked(12)?;
                let right = slot.len() == 8 && crate::encoding::is_base64url(slot);
                let user = UserFingerprint::parse(user).filter(|_| right)?;
                Some(Self::ProviderSession(user, slot.to_owned()))
            }
            _ => None,
        }
    }

    /// What a session of the provider is called in a message; `None` without one.
    #[must_use]
    pub fn provider_session(user: UserFingerprint, session: &ProviderSession) -> Option<Self> {
        let slot = session.slot()?.to_owned();
        Some(Self::ProviderSession(user, slot))
    }

    /// Key of the page that will tell of it.
    #[must_use]
    pub fn page_key(&self) -> String {
        match self {
            Self::User(user) | Self::ProviderSession(user, _) => super::page_key(user),
            Self::Session(handle, _) => super::page_key_of_handle(handle),
        }
    }
}

impl RevocationMessage {
    /// Reads a body strictly.
    ///
    /// # Errors
    /// When it is not of version 1 and its shape.
    pub fn parse(body: &str) -> Result<Self, RevocationMessageError> {
        read(body).map_err(RevocationMessageError)
    }

    /// The body to send.
    #[must_use]
    pub fn text(&self) -> String {
        let (kind, key) = self.revoked.kind_and_key();
        let mut message = json!({
            "v": 1,
            "kind": kind,
            "key": key,
            "at": self.at.seconds(),
            "application": self.application.as_str(),
            "source": self.source.as_str(),
        });
        if let Revoked::Session(_, Some(user)) = &self.revoked {
            message["user"] = json!(user.as_str());
        }
        message.to_string()
    }

    /// The id by which the queue knows a replay: whoever tells of the same event sends the same.
    #[must_use]
    pub fn deduplication_id(&self) -> String {
        let (kind, key) = self.revoked.kind_and_key();
        let text = format!("{kind}.{key}.{}", self.at.seconds());
        let digest = digest::digest(&digest::SHA256, text.as_bytes());
        digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Enters the messages of one page, each received as sent at its time. Settle the page before you write it.
    ///
    /// More than eight sessions of one user, where the messages name the user, become the user's own not-before.
    pub fn enter(messages: &[(Self, Instant)], page: &mut Page) {
        let mut sessions: BTreeMap<&UserFingerprint, BTreeSet<&SessionHandle>> = BTreeMap::new();
        for (message, _) in messages {
            if let Revoked::Session(handle, Some(user)) = &message.revoked {
                sessions.entry(user).or_default().insert(handle);
            }
        }
        for (message, sent) in messages {
            let at = message.at.min(*sent);
            match &message.revoked {
                Revoked::User(user) => page.raise_user(user.slot(), at),
                Revoked::Session(_, Some(user))
                    if sessions.get(user).is_some_and(|all| all.len() > SESSIONS_OF_ONE) =>
                {
                    page.raise_user(user.slot(), at);
                }
                Revoked::Session(handle, _) => page.raise_session(handle.slot(), at),
                Revoked::ProviderSession(_, slot) => page.raise_provider_session(slot, at),
            }
        }
    }
}

fn read(body: &str) -> Result<RevocationMessage, &'static str> {
    let message: Value = serde_json::from_str(body).map_err(|_| "it is not JSON")?;
    if message.get("v") != Some(&json!(1)) {
        return Err("its version is not 1");
    }
    let word = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default();
    let at = message.get("at").and_then(Value::as_u64).map(Instant::from_seconds);
    Ok(RevocationMessage {
        revoked: Revoked::parse(word("kind"), word("key"), message.get("user"))
            .ok_or("its kind and key name nothing to revoke")?,
        at: at.filter(|at| *at <= LAST).ok_or("its time is no time of a page")?,
        application: ApplicationName::parse(word("application")).map_err(|_| "it names no application")?,
        source: RevocationSource::ALL
            .into_iter()
            .find(|source| source.as_str() == word("source"))
            .ok_or("its source is unknown")?,
    })
}
