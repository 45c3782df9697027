//! Session handles: what an operator names a session by.
//!
//! A handle selects the page by the user's two characters and the session by eight of its id. It appears in audit
//! lines, so it must not help to forge a session, and it does not: the other 84 bits of the id stay unknown.

use std::fmt;

use super::{SessionId, UserFingerprint};
use crate::encoding::is_base64url;

/// The first two characters of `usr`, then characters 0 to 7 of `sid`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionHandle(String);

/// A text that is no session handle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a session handle: ten characters of base64url, as the audit line shows them")]
pub struct HandleError(String);

impl SessionHandle {
    /// The handle of a session.
    #[must_use]
    pub fn of(user: &UserFingerprint, session: &SessionId) -> Self {
        Self(format!("{}{}", user.page(), session.slot()))
    }

    /// From its spelling.
    ///
    /// # Errors
    /// Unless it is ten characters of base64url.
    pub fn parse(text: &str) -> Result<Self, HandleError> {
        if text.len() == 10 && is_base64url(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(HandleError(text.to_owned()))
    }

    /// All ten characters.
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
        self.0.get(2..).unwrap_or_default()
    }
}

impl fmt::Display for SessionHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
