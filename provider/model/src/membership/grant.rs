//! The grant rule: whether a cookie's bits meet one of a route's policies.
//!
//! A bit counts only between its birth and a bounded distance ahead of the table: outside, the number may belong to
//! another numbering, and the answer is a new login, never a pass.

use crate::session::{Grants, Refusal};

/// How many generations a cookie may be ahead of the table that judges it.
pub const GRANT_WINDOW: u64 = 64;

/// A policy as the table of the session function knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The grant bit.
    pub bit: u16,
    /// The generation from which on it counts.
    pub birth: u64,
}

/// Decides for the policies of one route.
///
/// # Errors
/// `Refusal::Grant` when a login may change the answer, else `Refusal::Policy`.
pub fn decide(
    policies: &[Grant],
    table_generation: u64,
    cookie_generation: u64,
    grants: &Grants,
) -> Result<(), Refusal> {
    let too_new = cookie_generation >= table_generation.saturating_add(GRANT_WINDOW);
    let met = |policy: &Grant| policy.birth <= cookie_generation && grants.has(policy.bit);
    if !too_new && policies.iter().any(met) {
        return Ok(());
    }
    if too_new || policies.iter().any(|policy| policy.birth > cookie_generation) {
        return Err(Refusal::Grant);
    }
    Err(Refusal::Policy)
}
