//! A membership policy as it is written, stored and evaluated.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::canonical::canonical;

/// Requirements on the claims of a user.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Each must hold.
    #[serde(default)]
    pub require: Vec<Selector>,
    /// At least one must hold, where the list is not empty.
    #[serde(default)]
    pub any: Vec<Selector>,
    /// None may hold.
    #[serde(default)]
    pub none: Vec<Selector>,
}

/// One requirement: every named member must hold, and within a member any listed value suffices.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selector {
    /// Names of groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
    /// Names of roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// Verified e-mail addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emails: Option<Vec<String>>,
    /// Domains of verified e-mail addresses, no subdomains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_domains: Option<Vec<String>>,
    /// Values of the user claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<String>>,
    /// Values of any other claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<BTreeMap<String, Vec<String>>>,
    /// `true`: everyone who logged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticated: Option<bool>,
}

impl Policy {
    /// The three lists with their names.
    #[must_use]
    pub fn lists(&self) -> [(&'static str, &[Selector]); 3] {
        [("require", &self.require), ("any", &self.any), ("none", &self.none)]
    }

    /// The same policy with e-mail values in lower case and every list sorted and without duplicates.
    ///
    /// Policies that differ only in order, case of e-mails or repetition mean the same and become the same.
    #[must_use]
    pub fn normalised(&self) -> Self {
        let list = |selectors: &[Selector]| {
            let mut list: Vec<Selector> = selectors.iter().map(Selector::normalised).collect();
            list.sort_by_cached_key(canonical);
            list.dedup();
            list
        };
        Self {
            require: list(&self.require),
            any: list(&self.any),
            none: list(&self.none),
        }
    }
}

impl Selector {
    /// The members that are lists of values, with their names.
    #[must_use]
    pub fn value_lists(&self) -> [(&'static str, Option<&Vec<String>>); 5] {
        [
            ("groups", self.groups.as_ref()),
            ("roles", self.roles.as_ref()),
            ("emails", self.emails.as_ref()),
            ("email_domains", self.email_domains.as_ref()),
            ("users", self.users.as_ref()),
        ]
    }

    fn normalised(&self) -> Self {
        let lower = |values: &Vec<String>| sorted(values.iter().map(|value| value.to_ascii_lowercase()));
        let plain = |values: &Vec<String>| sorted(values.iter().cloned());
        let each = |claims: &BTreeMap<String, Vec<String>>| {
            claims
                .iter()
                .map(|(name, values)| (name.clone(), plain(values)))
                .collect()
        };
        Self {
            groups: self.groups.as_ref().map(plain),
            roles: self.roles.as_ref().map(plain),
            emails: self.emails.as_ref().map(lower),
            email_domains: self.email_domains.as_ref().map(lower),
            users: self.users.as_ref().map(plain),
            claims: self.claims.as_ref().map(each),
            authenticated: self.authenticated,
        }
    }
}

fn sorted(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut values: Vec<String> = values.collect();
    values.sort();
    values.dedup();
    values
}
