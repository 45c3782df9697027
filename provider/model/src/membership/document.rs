//! The membership document: policies to evaluate, the ledger of their bits, and the source for import.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ledger::{self, LedgerEntry, LedgerFull};
use super::{ContextRequirement, Policy, SplitPolicy};
use crate::ids::{AtomName, KeyId, PolicyName};
use crate::instant::Instant;
use crate::session::{ContextFingerprint, Grants};
use crate::source::Source;

/// How far a restarted numbering keeps away from the generations of the one before.
const RESTART_DISTANCE: u64 = 4_096;

/// The content of `zt/<store>/<application>/membership`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MembershipDocument {
    v: u64,
    /// Generation: rises when a policy gets a new or returning bit.
    #[serde(rename = "gen")]
    pub generation: u64,
    /// The key under which the numbering began.
    pub kid: KeyId,
    /// What each bit means.
    pub ledger: Vec<LedgerEntry>,
    /// The atoms to evaluate, normalised.
    pub policies: BTreeMap<AtomName, Policy>,
    /// Atoms that the last change replaced or took away, evaluated beside the others: edge locations that still have the former
    /// session function look for their bits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerAtom>,
    /// What logins are told apart by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub contexts: BTreeMap<ContextFingerprint, ContextRequirement>,
    /// The policies and routes as the user wrote them.
    pub source: Source,
}

/// An atom of the document before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormerAtom {
    /// Its bit.
    pub bit: u16,
    /// Its text.
    pub policy: Policy,
}

/// Why the content of the membership secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MembershipError {
    /// Not JSON of this shape.
    #[error("the membership document cannot be read")]
    Malformed(#[source] serde_json::Error),
    /// Of another version.
    #[error("the membership document has version {0}, this provider reads version 1")]
    Version(u64),
    /// A requirement under a fingerprint that is not its own.
    #[error("a context requirement of the membership document stands under the fingerprint of another")]
    Context,
    /// A ledger that gives one bit two meanings, or a policy in force that has no bit.
    #[error("the ledger of the membership document contradicts itself: {0}")]
    Ledger(&'static str),
}

impl MembershipDocument {
    /// The first document of an application.
    ///
    /// # Errors
    /// With more policies than there are bits.
    pub fn first(kid: KeyId, policies: &BTreeMap<PolicyName, SplitPolicy>, source: Source) -> Result<Self, LedgerFull> {
        Self::numbered(kid, 1, policies, source)
    }

    /// The document after this one.
    ///
    /// # Errors
    /// When the bits are used up; `restarted` with new keys is the way out.
    pub fn next(&self, policies: &BTreeMap<PolicyName, SplitPolicy>, source: Source) -> Result<Self, LedgerFull> {
        let contexts = contexts(policies);
        let policies = atoms(policies);
        let mut ledger = self.ledger.clone();
        let generation = self.generation + 1;
        let moved = ledger::number(&mut ledger, &self.policies, &policies, generation)?;
        Ok(Self {
            v: 1,
            generation: if moved { generation } else { self.generation },
            kid: self.kid.clone(),
            ledger,
            former: self.former_beside(&policies),
            policies,
            contexts,
            source,
        })
    }

    /// A document with a new numbering, for when every earlier key is given up with it.
    ///
    /// `earlier` is the last known generation, where one is known.
    ///
    /// # Errors
    /// With more policies than there are bits.
    pub fn restarted(
        kid: KeyId,
        earlier: Option<u64>,
        policies: &BTreeMap<PolicyName, SplitPolicy>,
        source: Source,
        now: Instant,
    ) -> Result<Self, LedgerFull> {
        let apart = earlier.unwrap_or(0).saturating_add(RESTART_DISTANCE);
        Self::numbered(kid, now.seconds().max(apart), policies, source)
    }

    fn numbered(
        kid: KeyId,
        generation: u64,
        policies: &BTreeMap<PolicyName, SplitPolicy>,
        source: Source,
    ) -> Result<Self, LedgerFull> {
        let contexts = contexts(policies);
        let policies = atoms(policies);
        let mut ledger = Vec::new();
        ledger::number(&mut ledger, &BTreeMap::new(), &policies, generation)?;
        Ok(Self {
            v: 1,
            generation,
            kid,
            ledger,
            former: Vec::new(),
            policies,
            contexts,
            source,
        })
    }

    /// What of this document is no longer in force beside `policies`; as long as nothing changes, what it was before.
    fn former_beside(&self, policies: &BTreeMap<AtomName, Policy>) -> Vec<FormerAtom> {
        if *policies == self.policies {
            return self.former.clone();
        }
        let gone = self
            .policies
            .iter()
            .filter(|(name, policy)| policies.get(*name) != Some(policy));
        gone.filter_map(|(name, policy)| {
            let (bit, _) = self.bit(name)?;
            let policy = policy.clone();
            Some(FormerAtom { bit, policy })
        })
        .collect()
    }

    /// Reads a document and checks that its ledger is one.
    ///
    /// # Errors
    /// When it cannot be read or contradicts itself.
    pub fn parse(text: &str) -> Result<Self, MembershipError> {
        let document: Self = serde_json::from_str(text).map_err(MembershipError::Malformed)?;
        if document.v != 1 {
            return Err(MembershipError::Version(document.v));
        }
        let own = |(fingerprint, requirement): (&ContextFingerprint, &ContextRequirement)| {
            requirement.fingerprint() == *fingerprint
        };
        if !document.contexts.iter().all(own) {
            return Err(MembershipError::Context);
        }
        document.check_ledger().map_err(MembershipError::Ledger)?;
        Ok(document)
    }

    /// The content of the secret.
    #[must_use]
    pub fn text(&self) -> String {
        // Strings, numbers, lists and maps with string keys always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Bit and birth of an atom in force.
    #[must_use]
    pub fn bit(&self, name: &AtomName) -> Option<(u16, u64)> {
        let digest = self.policies.get(name)?.digest();
        self.ledger
            .iter()
            .find(|entry| entry.policy == *name && entry.digest == digest)
            .map(|entry| (entry.bit, entry.birth))
    }

    /// The grants of a user who meets these atoms.
    #[must_use]
    pub fn grants<'a>(&self, met: impl IntoIterator<Item = &'a AtomName>) -> Grants {
        met.into_iter()
            .filter_map(|name| self.bit(name).map(|(bit, _)| bit))
            .collect()
    }

    fn check_ledger(&self) -> Result<(), &'static str> {
        for (index, entry) in self.ledger.iter().enumerate() {
            if entry.bit >= Grants::LIMIT {
                return Err("a bit beyond the last one");
            }
            if entry.birth > self.generation {
                return Err("a bit born after the present generation");
            }
            let twin = |other: &LedgerEntry| {
                other.bit == entry.bit || (other.policy == entry.policy && other.digest == entry.digest)
            };
            if self.ledger[index + 1..].iter().any(twin) {
                return Err("a bit with two meanings or a policy text with two bits");
            }
        }
        let known = |former: &FormerAtom| self.ledger.iter().any(|entry| entry.bit == former.bit);
        if !self.former.iter().all(known) {
            return Err("a former policy without a bit");
        }
        if self.policies.keys().any(|name| self.bit(name).is_none()) {
            return Err("a policy without a bit");
        }
        Ok(())
    }
}

fn atoms(policies: &BTreeMap<PolicyName, SplitPolicy>) -> BTreeMap<AtomName, Policy> {
    let each = policies.values().flat_map(|policy| &policy.atoms);
    each.map(|(name, atom)| (name.clone(), atom.clone())).collect()
}

fn contexts(policies: &BTreeMap<PolicyName, SplitPolicy>) -> BTreeMap<ContextFingerprint, ContextRequirement> {
    let each = policies.values().flat_map(SplitPolicy::contexts);
    each.map(|requirement| (requirement.fingerprint(), requirement.clone()))
        .collect()
}
