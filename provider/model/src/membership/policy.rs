//! A policy as it is written, stored and evaluated.
//!
//! Membership members are about who somebody is and are evaluated at login; context members are about the request, the
//! way of the login or a service token and are decided on every request. Stored atoms have membership members only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::canonical::canonical;
use crate::address::Cidr;

/// Requirements on a user and on what the user does.
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
    /// Countries of the viewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub countries: Option<Vec<String>>,
    /// Ranges of addresses of the viewer, in CIDR notation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ips: Option<Vec<String>>,
    /// Methods of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub methods: Option<Vec<String>>,
    /// Authentication context class of the login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Authentication methods, of which the login used one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amr: Option<Vec<String>>,
    /// How many seconds ago the login may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
    /// Names of service tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_tokens: Option<Vec<String>>,
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

    /// The context members that are lists of values, with their names.
    #[must_use]
    pub fn context_lists(&self) -> [(&'static str, Option<&Vec<String>>); 5] {
        [
            ("countries", self.countries.as_ref()),
            ("ips", self.ips.as_ref()),
            ("methods", self.methods.as_ref()),
            ("amr", self.amr.as_ref()),
            ("service_tokens", self.service_tokens.as_ref()),
        ]
    }

    /// Whether it has a context member.
    #[must_use]
    pub fn has_context(&self) -> bool {
        self.context_lists().iter().any(|(_, values)| values.is_some()) || self.acr.is_some() || self.max_age.is_some()
    }

    /// Its membership members alone; `None` when it has none.
    #[must_use]
    pub fn membership(&self) -> Option<Self> {
        let half = Self {
            groups: self.groups.clone(),
            roles: self.roles.clone(),
            emails: self.emails.clone(),
            email_domains: self.email_domains.clone(),
            users: self.users.clone(),
            claims: self.claims.clone(),
            authenticated: self.authenticated,
            ..Self::default()
        };
        (half != Self::default()).then_some(half)
    }

    fn normalised(&self) -> Self {
        let lower = |values: &Vec<String>| sorted(values.iter().map(|value| value.to_ascii_lowercase()));
        let plain = |values: &Vec<String>| sorted(values.iter().cloned());
        // What is no range stays as it is: the compiler names it.
        let range = |text: &String| {
            text.parse::<Cidr>()
                .map_or_else(|_| text.clone(), |range| range.to_string())
        };
        let ranges = |values: &Vec<String>| sorted(values.iter().map(range));
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
            countries: self.countries.as_ref().map(plain),
            ips: self.ips.as_ref().map(ranges),
            methods: self.methods.as_ref().map(plain),
            acr: self.acr.clone(),
            amr: self.amr.as_ref().map(plain),
            max_age: self.max_age,
            service_tokens: self.service_tokens.as_ref().map(plain),
        }
    }
}

fn sorted(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut values: Vec<String> = values.collect();
    values.sort();
    values.dedup();
    values
}
