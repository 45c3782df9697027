//! The web firewall as configured.

use std::collections::BTreeMap;

use super::{attribute, read};
use zt_framework::{Diagnostics, Value};

const DEFAULT_GROUPS: [&str; 3] = [
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesAmazonIpReputationList",
];

/// Countries that may or may not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) enum Geo {
    Anywhere,
    Allow(Vec<String>),
    Block(Vec<String>),
}

/// A managed rule group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) struct ManagedGroup {
    pub(in crate::edge_app) name: String,
    pub(in crate::edge_app) vendor: String,
    pub(in crate::edge_app) version: Option<String>,
    pub(in crate::edge_app) count_only: bool,
    pub(in crate::edge_app) count_rules: Vec<String>,
}

/// The web firewall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) struct Firewall {
    pub(in crate::edge_app) rate_limit: i64,
    pub(in crate::edge_app) auth_rate_limit: i64,
    pub(in crate::edge_app) path_rate_limits: BTreeMap<String, i64>,
    pub(in crate::edge_app) geo: Geo,
    pub(in crate::edge_app) groups: Vec<ManagedGroup>,
}

pub(super) fn read(value: &Value, diagnostics: &mut Diagnostics) -> Option<Firewall> {
    if value.is_unknown() {
        return None;
    }
    Some(Firewall {
        rate_limit: read::number(value.get("rate_limit"), 2000)?,
        auth_rate_limit: read::number(value.get("auth_rate_limit"), 100)?,
        path_rate_limits: path_rate_limits(value.get("path_rate_limits"))?,
        geo: geo(value.get("geo"), diagnostics)?,
        groups: groups(value.get("managed_groups"))?,
    })
}

fn path_rate_limits(value: &Value) -> Option<BTreeMap<String, i64>> {
    if value.is_unknown() {
        return None;
    }
    let Some(entries) = value.entries() else {
        return Some(BTreeMap::new());
    };
    entries
        .iter()
        .map(|(path, limit)| Some((path.clone(), limit.as_i64()?)))
        .collect()
}

fn geo(value: &Value, diagnostics: &mut Diagnostics) -> Option<Geo> {
    if value.is_unknown() {
        return None;
    }
    if value.is_null() {
        return Some(Geo::Anywhere);
    }
    let (allow, block) = (value.get("allow"), value.get("block"));
    match (allow.is_null(), block.is_null()) {
        (false, true) => Some(Geo::Allow(read::texts(allow)?)),
        (true, false) => Some(Geo::Block(read::texts(block)?)),
        _ => {
            diagnostics.error_at(
                attribute("web_acl").attribute("geo"),
                "Countries are not one list",
                "Give exactly one of allow and block.",
            );
            None
        }
    }
}

fn groups(value: &Value) -> Option<Vec<ManagedGroup>> {
    if value.is_unknown() {
        return None;
    }
    if value.is_null() {
        return Some(DEFAULT_GROUPS.iter().map(|name| default_group(name)).collect());
    }
    value.elements().iter().map(group).collect()
}

fn default_group(name: &str) -> ManagedGroup {
    ManagedGroup {
        name: name.to_owned(),
        vendor: "AWS".to_owned(),
        version: None,
        count_only: false,
        count_rules: Vec::new(),
    }
}

fn group(value: &Value) -> Option<ManagedGroup> {
    Some(ManagedGroup {
        name: read::text(value.get("name"))?,
        vendor: read::text_or(value.get("vendor"), "AWS")?,
        version: read::optional_text(value.get("version"))?,
        count_only: read::flag(value.get("count_only"), false)?,
        count_rules: read::texts(value.get("count_rules"))?,
    })
}
