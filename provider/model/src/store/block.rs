//! Blocks: refusals that stand while a resource exists, rather than not-befores that a later login passes.

use crate::instant::Instant;

/// When a block ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expiry {
    /// At a point in time.
    At(Instant),
    /// Only when it is lifted. Greater than every point in time.
    Never,
}

impl Expiry {
    /// Whether the block still stands; it does not at its very second.
    #[must_use]
    pub fn stands(self, now: Instant) -> bool {
        match self {
            Self::At(time) => time > now,
            Self::Never => true,
        }
    }
}

/// One block of one user by one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// When it ends.
    pub expires: Expiry,
    /// When it was set.
    pub set: Instant,
}

impl Block {
    /// The block that refuses whatever either refuses.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        Self {
            expires: self.expires.max(other.expires),
            set: self.set.max(other.set),
        }
    }
}
