//! Revocations by file: up to 100,000 users and sessions that stand in neither configuration nor state.
//!
//! The state keeps the file's digest, its counts and its latest end. What a revocation holds is found again by its id in
//! the store, so that lifting needs no file; whether all of it is still there is told exactly while the file is at hand.

mod crowd;
mod csv;
mod edits;
mod entries;
mod file;
mod line;
mod standing;
#[cfg(test)]
mod tests;

pub(super) use crowd::{Crowd, MOST_BLOCKED};
pub(super) use edits::{Task, crowd_edits};
pub(super) use entries::Entries;
pub(super) use file::{Loaded, RevocationFile};
pub(super) use standing::{Terms, held_by};
