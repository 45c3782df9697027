//! Whether a genuine session still counts: everyone's blocks and not-before, then the page of its user.
//!
//! A block wins over a revoked session, that over every not-before, so that a blocked user reads "denied" and is not
//! sent through a login that would end where it began.

use super::Session;
use crate::instant::Instant;
use crate::store::{ApplicationDocument, Page};

/// Why a request with a session cookie is not let through; the codes are those of the audit line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not of the one regular form.
    #[error("the token does not have the form of a session")]
    Format,
    /// No key of that id verifies now.
    #[error("the session's key is unknown or over")]
    Kid,
    /// Not signed by this application's key.
    #[error("the session's signature is wrong")]
    Mac,
    /// Past its expiry.
    #[error("the session has expired")]
    Expired,
    /// The login was not strictly later than a not-before that applies.
    #[error("the login lies before a revocation")]
    NotBefore,
    /// This very session was revoked.
    #[error("the session was revoked")]
    Revoked,
    /// A block of the user or of everyone stands.
    #[error("the user is blocked")]
    Blocked,
    /// A policy is younger than the session's grants.
    #[error("the session's grants are older than the policy")]
    Grant,
    /// No policy of the route is met.
    #[error("no policy of the route is met")]
    Policy,
}

impl Refusal {
    /// The reason code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Kid => "kid",
            Self::Mac => "mac",
            Self::Expired => "expired",
            Self::NotBefore => "notbefore",
            Self::Revoked => "revoked",
            Self::Blocked => "blocked",
            Self::Grant => "grant",
            Self::Policy => "policy",
        }
    }

    /// Whether the next login must be a fresh authentication.
    #[must_use]
    pub fn wants_fresh_login(self) -> bool {
        matches!(self, Self::NotBefore | Self::Revoked)
    }
}

/// Decides from the two documents of the store whether a verified session still counts.
///
/// # Errors
/// With the gravest reason against it.
pub fn admit(session: &Session, application: &ApplicationDocument, page: &Page, now: Instant) -> Result<(), Refusal> {
    if application.blocks_everyone(now) || page.blocks_user(&session.user, now) {
        return Err(Refusal::Blocked);
    }
    if page.revokes_session(&session.sid) {
        return Err(Refusal::Revoked);
    }
    let not_before = application
        .not_before()
        .max(page.not_before_of(&session.user, &session.provider_session));
    // Strictly later, and a not-before of zero is nobody's: no login is that old.
    if session.login > not_before {
        return Ok(());
    }
    Err(Refusal::NotBefore)
}
