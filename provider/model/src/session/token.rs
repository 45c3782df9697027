//! The session token: fourteen fields joined by dots, the last a MAC over all before it.
//!
//! `verify` refuses whatever does not have the one regular form, then whatever this application's key did not sign,
//! and only then believes a field. It says nothing about revocation; that is `admit`.

use std::collections::BTreeSet;

use super::{ContextFingerprint, Grants, ProviderSession, Refusal, SessionHandle, SessionKey, UserFingerprint};
use crate::encoding::{base36, base64url, from_base36, from_base64url, is_base64url};
use crate::ids::KeyId;
use crate::instant::Instant;
use crate::membership::CONTEXT_LIMIT;
use crate::secret::SecretText;

/// The longest token there is.
pub const TOKEN_LIMIT: usize = 2_048;
/// The longest spelling of the claims field.
pub const CLAIMS_LIMIT: usize = 1_024;

/// Sixteen random bytes, spelled as 22 characters of base64url.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionId(String);

impl SessionId {
    /// From sixteen bytes of a cryptographic random source.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(base64url(&bytes))
    }

    /// From its spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 22 && is_base64url(text)).then(|| Self(text.to_owned()))
    }

    /// The 22 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The eight characters that stand in a slot of a page.
    #[must_use]
    pub fn slot(&self) -> &str {
        self.0.get(..8).unwrap_or_default()
    }
}

/// The first sixteen bytes of SHA-256 of the signed assertion, spelled as 22 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssertionHash(String);

impl AssertionHash {
    /// From its spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 22 && is_base64url(text)).then(|| Self(text.to_owned()))
    }

    /// The 22 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Id of the signing key.
    pub kid: KeyId,
    /// Random id of the session; the same across refreshes.
    pub sid: SessionId,
    /// Who.
    pub user: UserFingerprint,
    /// The provider's own session.
    pub provider_session: ProviderSession,
    /// When the user logged in; no refresh changes it.
    pub login: Instant,
    /// When the token was minted.
    pub issued: Instant,
    /// When it ends.
    pub expires: Instant,
    /// Generation of the membership document the grants were computed for.
    pub generation: u64,
    /// Which membership policies the user satisfies.
    pub grants: Grants,
    /// Context requirements that this login meets, at most four.
    pub contexts: Vec<ContextFingerprint>,
    /// Claims for identity headers and userinfo.
    pub claims: serde_json::Map<String, serde_json::Value>,
    /// Hash of the signed assertion, where one is used.
    pub assertion: Option<AssertionHash>,
}

/// Why a session cannot be minted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MintError {
    /// A time outside what six or seven base 36 digits spell.
    #[error("{0} lies outside the years a session can carry")]
    Time(Instant),
    /// A generation of more than seven base 36 digits.
    #[error("generation {0} is too large")]
    Generation(u64),
    /// More than four context requirements.
    #[error("{0} context requirements, a session carries at most four")]
    Contexts(usize),
    /// Claims that do not fit.
    #[error("the claims take {0} characters, a session carries at most {CLAIMS_LIMIT}")]
    Claims(usize),
    /// A claim that is no string, number, boolean or array of strings.
    #[error("claim {0:?} is not a string, number, boolean or array of strings")]
    Claim(String),
}

impl Session {
    /// The session's handle.
    #[must_use]
    pub fn handle(&self) -> SessionHandle {
        SessionHandle::of(&self.user, &self.sid)
    }

    /// The signed token.
    ///
    /// # Errors
    /// When a field does not fit its place.
    pub fn mint(&self, key: &SessionKey) -> Result<SecretText, MintError> {
        // Sorted, so that the same login is the same token; a requirement that is met counts once.
        let contexts: BTreeSet<&str> = self.contexts.iter().map(ContextFingerprint::as_str).collect();
        if contexts.len() > CONTEXT_LIMIT {
            return Err(MintError::Contexts(contexts.len()));
        }
        if self.generation >= 36_u64.pow(7) {
            return Err(MintError::Generation(self.generation));
        }
        let contexts: String = contexts.into_iter().collect();
        let message = [
            "s1",
            self.kid.as_str(),
            self.sid.as_str(),
            self.user.as_str(),
            self.provider_session.as_str(),
            &time_text(self.login)?,
            &time_text(self.issued)?,
            &time_text(self.expires)?,
            &base36(self.generation),
            &self.grants.text(),
            &contexts,
            &claims_text(&self.claims)?,
            self.assertion.as_ref().map_or("", AssertionHash::as_str),
        ]
        .join(".");
        let mac = key.sign(&message);
        Ok(SecretText::new(format!("{message}.{mac}")))
    }
}

/// Checks form, key, MAC and expiry of a token, in this order.
///
/// `key` answers for a kid that may verify at this time, and `None` for every other.
///
/// # Errors
/// With the first check that fails.
pub fn verify(token: &str, key: impl FnOnce(&KeyId) -> Option<SessionKey>, now: Instant) -> Result<Session, Refusal> {
    let fields = fields(token).ok_or(Refusal::Format)?;
    let kid = KeyId::parse(fields[1]).map_err(|_| Refusal::Format)?;
    let key = key(&kid).ok_or(Refusal::Kid)?;
    let mac = from_base64url(fields[13]).ok_or(Refusal::Format)?;
    let (message, _) = token.rsplit_once('.').ok_or(Refusal::Format)?;
    if !key.signed(message, &mac) {
        return Err(Refusal::Mac);
    }
    let session = session(kid, &fields).ok_or(Refusal::Format)?;
    if session.expires <= now {
        return Err(Refusal::Expired);
    }
    Ok(session)
}

/// The fields of a token of the one regular form.
fn fields(token: &str) -> Option<[&str; 14]> {
    if token.len() > TOKEN_LIMIT {
        return None;
    }
    let fields: [&str; 14] = token.split('.').collect::<Vec<_>>().try_into().ok()?;
    let [
        version,
        kid,
        sid,
        user,
        provider,
        login,
        issued,
        expires,
        generation,
        grants,
        contexts,
        claims,
        hash,
        mac,
    ] = fields;
    let text = |field: &str, length: usize| field.len() == length && is_base64url(field);
    let number = |field: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&field.len()) && from_base36(field).is_some()
    };
    let right = version == "s1"
        && KeyId::parse(kid).is_ok()
        && text(sid, 22)
        && text(user, 12)
        && text(provider, 12)
        && [login, issued, expires].iter().all(|field| number(field, 6..=7))
        && number(generation, 1..=7)
        && Grants::parse(grants).is_some()
        && contexts.len() % 6 == 0
        && contexts.len() <= 24
        && is_base64url(contexts)
        && claims.len() <= CLAIMS_LIMIT
        && is_base64url(claims)
        && (hash.is_empty() || text(hash, 22))
        && text(mac, 43)
        && mac.ends_with(|last| "AEIMQUYcgkosw048".contains(last));
    right.then_some(fields)
}

fn session(kid: KeyId, fields: &[&str; 14]) -> Option<Session> {
    let time = |field| from_base36(field).map(Instant::from_seconds);
    let contexts = (0..fields[10].len() / 6)
        .map(|index| ContextFingerprint::parse(fields[10].get(index * 6..index * 6 + 6)?))
        .collect::<Option<_>>()?;
    let claims = match fields[11] {
        "" => serde_json::Map::new(),
        text => serde_json::from_slice(&from_base64url(text)?).ok()?,
    };
    Some(Session {
        kid,
        sid: SessionId::parse(fields[2])?,
        user: UserFingerprint::parse(fields[3])?,
        provider_session: ProviderSession::parse(fields[4])?,
        login: time(fields[5])?,
        issued: time(fields[6])?,
        expires: time(fields[7])?,
        generation: from_base36(fields[8])?,
        grants: Grants::parse(fields[9])?,
        contexts,
        claims,
        assertion: match fields[12] {
            "" => None,
            text => Some(AssertionHash::parse(text)?),
        },
    })
}

fn time_text(time: Instant) -> Result<String, MintError> {
    let text = base36(time.seconds());
    if (6..=7).contains(&text.len()) {
        return Ok(text);
    }
    Err(MintError::Time(time))
}

fn claims_text(claims: &serde_json::Map<String, serde_json::Value>) -> Result<String, MintError> {
    use serde_json::Value;
    if claims.is_empty() {
        return Ok(String::new());
    }
    for (name, value) in claims {
        let fits = match value {
            Value::String(_) | Value::Number(_) | Value::Bool(_) => true,
            Value::Array(items) => items.iter().all(Value::is_string),
            Value::Null | Value::Object(_) => false,
        };
        if !fits {
            return Err(MintError::Claim(name.clone()));
        }
    }
    let text = base64url(Value::Object(claims.clone()).to_string().as_bytes());
    if text.len() > CLAIMS_LIMIT {
        return Err(MintError::Claims(text.len()));
    }
    Ok(text)
}
