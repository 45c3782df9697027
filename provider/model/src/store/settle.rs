//! Making a page fit to be written: what is over is dropped, and what is too much collapses.
//!
//! Collapsing never lets anybody in: the page's own not-before rises to now, so one user in 4,096 logs in again. A
//! block is never dropped before its end, and blocks that alone do not fit are the caller's error to report.
//! It does not rise merely to the latest time of what goes: an entry of a session ends it whatever its login time, which
//! another clock may have put after the entry's, and then nothing would keep it out.

use super::page::Page;
use super::slots::LAST;
use crate::duration::Duration;
use crate::instant::Instant;

/// Above this many slots a page collapses.
const COLLAPSE_ABOVE: usize = 60;
/// What fits into a value.
const LIMIT: usize = (super::VALUE_LIMIT - super::slots::HEAD) / super::slots::SLOT;

/// Why a page cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageFull {
    /// The blocks alone do not fit.
    #[error("{0} blocks on one page of the store, at most {max} fit", max = LIMIT / 2)]
    Blocks(usize),
    /// A time that six digits of base 36 do not spell; cutting it would let somebody in.
    #[error("{0} lies beyond the last time a page can hold")]
    Time(Instant),
}

impl Page {
    /// Prunes and, above 60 slots, collapses. `longest` is the longest session lifetime of the store.
    ///
    /// # Errors
    /// When the page does not fit into a value even so.
    pub fn settle(&mut self, longest: Duration, now: Instant) -> Result<(), PageFull> {
        let oldest = now.minus(longest);
        self.retain(|at| at >= oldest);
        self.retain_blocks(|block| block.expires.stands(now));
        self.collapse(now)
    }

    /// The same when it is not known how long sessions live: no revocation goes for its age.
    ///
    /// # Errors
    /// When the page does not fit into a value even so.
    pub fn settle_undated(&mut self, now: Instant) -> Result<(), PageFull> {
        self.retain_blocks(|block| block.expires.stands(now));
        self.collapse(now)
    }

    fn collapse(&mut self, now: Instant) -> Result<(), PageFull> {
        let others = self.slots() - 2 * self.all_blocks().count();
        if self.slots() > COLLAPSE_ABOVE && others > 0 {
            self.raise_page(now);
            let covered = self.not_before();
            self.retain(|at| at > covered);
        }
        let times = self.users().chain(self.sessions()).chain(self.provider_sessions());
        let latest = times
            .map(|(_, at)| at)
            .chain([self.not_before()])
            .max()
            .unwrap_or_default();
        if latest > LAST {
            return Err(PageFull::Time(latest));
        }
        if self.slots() > LIMIT {
            return Err(PageFull::Blocks(self.all_blocks().count()));
        }
        Ok(())
    }
}
