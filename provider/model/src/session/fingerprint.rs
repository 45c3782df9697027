//! Fingerprints: what travels and is stored instead of names of users and sessions.
//!
//! They are keyed by the pepper of the store, so that a page of revocations tells nothing about people, and they are
//! shared by all applications of a store, so that one revocation reaches them all.

use aws_lc_rs::{digest, hmac};

use crate::encoding::{base64url, is_base64url, length_prefixed};
use crate::ids::Issuer;
use crate::secret::SecretBytes;

/// The secret of a store that keys its fingerprints.
#[derive(Clone)]
pub struct Pepper(SecretBytes);

impl Pepper {
    /// From 32 random bytes; `None` for any other length.
    #[must_use]
    pub fn new(secret: SecretBytes) -> Option<Self> {
        (secret.expose().len() == 32).then_some(Self(secret))
    }

    /// From the content of the pepper secret, `{"v":1,"pepper":"<43 of b64u>"}`.
    #[must_use]
    pub fn from_document(text: &str) -> Option<Self> {
        let document: serde_json::Value = serde_json::from_str(text).ok()?;
        (document.get("v")?.as_u64()? == 1).then_some(())?;
        SecretBytes::from_base64url_32(document.get("pepper")?.as_str()?).map(Self)
    }

    /// The content of the pepper secret.
    #[must_use]
    pub fn document(&self) -> crate::secret::SecretText {
        let pepper = self.0.base64url();
        crate::secret::SecretText::new(format!(r#"{{"v":1,"pepper":"{}"}}"#, pepper.expose()))
    }

    /// Fingerprint of a user: `usr` in the cookie.
    #[must_use]
    pub fn user(&self, issuer: &Issuer, user: &str) -> UserFingerprint {
        UserFingerprint(self.fingerprint(issuer, user))
    }

    /// Fingerprint of a session of the provider: `ses` in the cookie.
    #[must_use]
    pub fn provider_session(&self, issuer: &Issuer, session: &str) -> ProviderSession {
        ProviderSession(self.fingerprint(issuer, session))
    }

    fn fingerprint(&self, issuer: &Issuer, name: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.expose());
        let mut message = length_prefixed(issuer.as_str());
        message.extend(length_prefixed(name));
        let mut text = base64url(hmac::sign(&key, &message).as_ref());
        text.truncate(12);
        text
    }
}

/// Twelve characters of base64url that stand for a user.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserFingerprint(String);

impl UserFingerprint {
    /// From its spelling; `None` unless it is twelve characters of base64url.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 12 && is_base64url(text)).then(|| Self(text.to_owned()))
    }

    /// From nine bytes, for tests at the edge that need a user nobody is.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 9]) -> Self {
        Self(base64url(&bytes))
    }

    /// All twelve characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The two characters that select the page.
    #[must_use]
    pub fn page(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }

    /// The eight characters that stand in a slot of that page.
    #[must_use]
    pub fn slot(&self) -> &str {
        self.0.get(2..10).unwrap_or_default()
    }
}

/// Twelve characters of base64url that stand for the provider's own session, or zeros.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderSession(String);

impl ProviderSession {
    /// The spelling of "the provider named no session".
    pub const NONE: &'static str = "AAAAAAAAAAAA";

    /// No session of the provider.
    #[must_use]
    pub fn none() -> Self {
        Self(Self::NONE.to_owned())
    }

    /// From its spelling; `None` unless it is twelve characters of base64url.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 12 && is_base64url(text)).then(|| Self(text.to_owned()))
    }

    /// All twelve characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The eight characters that stand in a slot; `None` when there is no session to revoke.
    #[must_use]
    pub fn slot(&self) -> Option<&str> {
        (self.0 != Self::NONE).then(|| self.0.get(..8)).flatten()
    }
}

/// Six characters of base64url that stand for one requirement on the login: the first 36 bits of SHA-256 of its text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContextFingerprint(String);

/// A text that is no fingerprint of a context requirement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the fingerprint of a context requirement: six characters of base64url")]
pub struct ContextFingerprintError(String);

impl TryFrom<String> for ContextFingerprint {
    type Error = ContextFingerprintError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or(ContextFingerprintError(text))
    }
}

impl From<ContextFingerprint> for String {
    fn from(fingerprint: ContextFingerprint) -> Self {
        fingerprint.0
    }
}

impl ContextFingerprint {
    /// Of the canonical text of a requirement.
    #[must_use]
    pub fn of(requirement: &str) -> Self {
        let mut text = base64url(digest::digest(&digest::SHA256, requirement.as_bytes()).as_ref());
        text.truncate(6);
        Self(text)
    }

    /// From its spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 6 && is_base64url(text)).then(|| Self(text.to_owned()))
    }

    /// The six characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
