//! The ledger of grant bits: which number means which text of which policy, since when.
//!
//! It only grows. A bit, once given, means the same policy text for as long as any cookie that carries it can verify;
//! what may change is the generation from which on it is looked at.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Policy;
use crate::ids::AtomName;
use crate::session::Grants;

/// One numbered policy text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// The grant bit.
    pub bit: u16,
    /// The name of the policy, or of a part of one.
    pub policy: AtomName,
    /// Digest of its text.
    pub digest: String,
    /// The generation from which on this bit counts.
    pub birth: u64,
}

/// All 256 bits are taken; only new keys can begin a new numbering.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("all {limit} grant bits are taken by earlier policies, {policy} gets none", limit = Grants::LIMIT)]
pub struct LedgerFull {
    /// The policy that gets none.
    pub policy: AtomName,
}

/// Numbers `policies`, in force after `before`; whether anything got a new or returning bit.
///
/// `ledger` is changed in place: new entries at the end, births of returning ones raised to `generation`.
pub(super) fn number(
    ledger: &mut Vec<LedgerEntry>,
    before: &BTreeMap<AtomName, Policy>,
    policies: &BTreeMap<AtomName, Policy>,
    generation: u64,
) -> Result<bool, LedgerFull> {
    let mut moved = false;
    for (name, policy) in policies {
        let digest = policy.digest();
        let stayed = before.get(name).is_some_and(|earlier| earlier.digest() == digest);
        let known = ledger
            .iter_mut()
            .find(|entry| entry.policy == *name && entry.digest == digest);
        match known {
            Some(_) if stayed => {}
            Some(entry) => {
                entry.birth = generation;
                moved = true;
            }
            None => {
                let bit = ledger.iter().map(|entry| entry.bit + 1).max().unwrap_or(0);
                if bit >= Grants::LIMIT {
                    return Err(LedgerFull { policy: name.clone() });
                }
                let policy = name.clone();
                ledger.push(LedgerEntry {
                    bit,
                    policy,
                    digest,
                    birth: generation,
                });
                moved = true;
            }
        }
    }
    Ok(moved)
}
