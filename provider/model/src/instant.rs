//! Points in time: whole seconds since 1970 in UTC, always handed in, never read from a clock.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::duration::Duration;

/// A point in time, in whole seconds since 1970 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(u64);

impl Instant {
    /// The beginning of 1970: in not-befores, "nobody".
    pub const ZERO: Self = Self(0);

    /// From whole seconds since 1970.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0
    }

    /// Later by `duration`, at most the end of time.
    #[must_use]
    pub const fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration.seconds()))
    }

    /// Earlier by `duration`, at least the beginning of 1970.
    #[must_use]
    pub const fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(duration.seconds()))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
