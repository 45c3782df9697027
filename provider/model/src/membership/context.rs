//! Requirements on how somebody logged in: the class (`acr`) and the methods (`amr`) of the authentication.
//!
//! A session carries fingerprints of the requirements its login meets, never the claims themselves, and no index that
//! could come to mean another requirement.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::session::ContextFingerprint;

/// How many requirements an application may have, because a session carries that many fingerprints.
pub const CONTEXT_LIMIT: usize = 4;

/// What a login has to be: of a class, by one of some methods, or both.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextRequirement {
    /// The authentication context class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Methods of which one must have been used, sorted and without duplicates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amr: Option<Vec<String>>,
}

impl ContextRequirement {
    /// The requirement that a selector's members make; `None` when it has neither.
    #[must_use]
    pub fn new(acr: Option<&String>, amr: Option<&Vec<String>>) -> Option<Self> {
        let sorted = |methods: &Vec<String>| {
            let mut methods = methods.clone();
            methods.sort();
            methods.dedup();
            methods
        };
        (acr.is_some() || amr.is_some()).then(|| Self {
            acr: acr.cloned(),
            amr: amr.map(sorted),
        })
    }

    /// Canonical text: JSON without white space.
    #[must_use]
    pub fn text(&self) -> String {
        // A text and a list of texts always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What the session carries when its login meets the requirement.
    #[must_use]
    pub fn fingerprint(&self) -> ContextFingerprint {
        ContextFingerprint::of(&self.text())
    }

    /// Whether the claims of an ID token meet it; a claim that is missing or of another form does not.
    #[must_use]
    pub fn holds(&self, claims: &Map<String, Value>) -> bool {
        let class = self
            .acr
            .as_ref()
            .is_none_or(|wanted| claims.get("acr").and_then(Value::as_str) == Some(wanted));
        let methods = self.amr.as_ref().is_none_or(|wanted| {
            used(claims).is_some_and(|used| used.iter().any(|method| wanted.iter().any(|one| one == method)))
        });
        class && methods && (self.acr.is_some() || self.amr.is_some())
    }
}

fn used(claims: &Map<String, Value>) -> Option<Vec<&str>> {
    claims.get("amr")?.as_array()?.iter().map(Value::as_str).collect()
}
