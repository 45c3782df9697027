//! Making, comparing and removing a firewall in AWS: web ACL, its own IP sets, its logging.
//!
//! IP sets come before the rules that name them and go after. A firewall without any asks for none, so a set that an apply could
//! not delete stays until one with sets comes by, or the removal, which always looks. Logging that this provider did not set is left alone: the web ACL's
//! own description says whether it did, so that a process that dies in between leaves the truth behind.

use std::collections::{BTreeMap, BTreeSet};

use zt_aws::error::{ErrorKind, optional};
use zt_aws::wafv2::{Action, IpSet, IpSetConfig, Logging, Statement, WebAcl, WebAclConfig};
use zt_aws::{Aws, AwsError, Tags};
use zt_framework::Diagnostics;

use super::compile::{LOGS, Wanted};
use super::rules;
use crate::failure::diagnostic;

/// WAF Developer Guide, "Quotas": the most a web ACL may use.
const MOST_CAPACITY: u64 = 5_000;
/// AWS WAF pricing: beyond it a web ACL costs more.
const PAID_CAPACITY: u64 = 1_500;

/// Whose objects they are.
pub(crate) trait Owner: Sync {
    /// Whether an object of this description may be taken over.
    fn may_take(&self, description: &str) -> bool;
    /// Whether an object of this description is this owner's.
    fn owns(&self, description: &str) -> bool;
}

/// Why the upkeep did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// AWS refused or failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// An object of that name belongs to somebody else.
    #[error("the {kind} {name} is somebody else's")]
    Taken {
        /// What it is, in words.
        kind: &'static str,
        /// Its name.
        name: String,
        /// What it says about itself.
        description: String,
    },
}

/// A firewall as it stands.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) capacity: u64,
    pub(crate) lock_token: String,
    pub(crate) config: Wanted,
}

/// The firewall of a name as it stands, with its own IP sets by name.
pub(crate) async fn look(
    aws: &Aws,
    owner: &dyn Owner,
    (name, id): (&str, Option<&str>),
) -> Result<Option<Found>, AwsError> {
    let Some(acl) = web_acl(aws, name, id).await? else {
        return Ok(None);
    };
    let mut config = Wanted {
        acl: acl.config,
        sets: BTreeMap::new(),
        logging: None,
    };
    let named: BTreeSet<String> = arns(&config.acl);
    // Without a set whose name begins as ours do there is none to look for.
    let own = format!(":global/ipset/{name}-");
    if named.iter().any(|arn| arn.contains(&own)) {
        let sets = own_sets(aws, owner, name).await?;
        let names: BTreeMap<&str, &str> = sets
            .iter()
            .map(|set| (set.arn.as_str(), set.config.name.as_str()))
            .collect();
        rename(&mut config.acl, &|arn| names.get(arn).map(|name| (*name).to_owned()));
        let used = sets.into_iter().filter(|set| named.contains(&set.arn));
        config.sets = used
            .map(|set| (set.config.name.clone(), canonical(set.config)))
            .collect();
    }
    if config.acl.description.ends_with(LOGS) {
        config.logging = optional(aws.wafv2().logging(&acl.arn).await)?;
    }
    Ok(Some(Found {
        id: acl.id,
        arn: acl.arn,
        capacity: acl.capacity,
        lock_token: acl.lock_token,
        config,
    }))
}

async fn web_acl(aws: &Aws, name: &str, id: Option<&str>) -> Result<Option<WebAcl>, AwsError> {
    let wafv2 = aws.wafv2();
    let id = match id {
        Some(id) => Some(id.to_owned()),
        None => wafv2.find_web_acl(name).await?.map(|(id, _)| id),
    };
    match id {
        Some(id) => optional(wafv2.web_acl(name, &id).await),
        None => Ok(None),
    }
}

/// The IP sets whose names begin as the firewall's and that its owner may take.
async fn own_sets(aws: &Aws, owner: &dyn Owner, name: &str) -> Result<Vec<IpSet>, AwsError> {
    let start = format!("{name}-");
    let mut sets = Vec::new();
    for summary in aws.wafv2().ip_sets().await? {
        if summary.name.starts_with(&start) && owner.may_take(&summary.description) {
            sets.extend(optional(aws.wafv2().ip_set(&summary.name, &summary.id).await)?);
        }
    }
    Ok(sets)
}

/// Makes it, or changes it until it is as wanted; yields its ARN.
pub(crate) async fn ensure(aws: &Aws, owner: &dyn Owner, wanted: &Wanted, tags: &Tags) -> Result<String, Trouble> {
    let name = wanted.acl.name.as_str();
    let wafv2 = aws.wafv2();
    let found = look(aws, owner, (name, None)).await?;
    if let Some(found) = &found {
        let description = found.config.acl.description.as_str();
        if !owner.may_take(description) {
            return Err(taken("web ACL", name, description));
        }
        let logged = found.config.acl.description.ends_with(LOGS);
        if logged && wanted.logging.is_none() {
            optional(wafv2.delete_logging(&found.arn).await)?;
        }
    }
    let may_have_sets = !wanted.sets.is_empty() || found.as_ref().is_some_and(|found| !found.config.sets.is_empty());
    let sets = match may_have_sets {
        true => ensure_sets(aws, owner, wanted, tags).await?,
        false => Sets::default(),
    };
    let mut acl = wanted.acl.clone();
    rename(&mut acl, &|name| sets.made.get(name).cloned());
    let arn = match &found {
        Some(found) => {
            if found.config.acl != wanted.acl {
                wafv2.update_web_acl(&found.id, &found.lock_token, &acl).await?;
            }
            let current = wafv2.tags(&found.arn).await?;
            wafv2.set_tags(&found.arn, &current, tags).await?;
            found.arn.clone()
        }
        None => wafv2.create_web_acl(&acl, tags).await?.1,
    };
    let logging = found.as_ref().and_then(|found| found.config.logging.as_ref());
    ensure_logging(aws, &arn, logging, wanted.logging.as_ref()).await?;
    for (name, id) in &sets.left {
        optional(wafv2.delete_ip_set(name, id).await)?;
    }
    Ok(arn)
}

async fn ensure_logging(
    aws: &Aws,
    arn: &str,
    found: Option<&Logging>,
    wanted: Option<&Logging>,
) -> Result<(), AwsError> {
    match wanted {
        Some(wanted) if found != Some(wanted) => aws.wafv2().put_logging(arn, wanted).await,
        _ => Ok(()),
    }
}

/// IP sets after the first half of an upkeep.
#[derive(Default)]
struct Sets {
    /// ARNs by name.
    made: BTreeMap<String, String>,
    /// Name and id of those that are not wanted any more.
    left: Vec<(String, String)>,
}

async fn ensure_sets(aws: &Aws, owner: &dyn Owner, wanted: &Wanted, tags: &Tags) -> Result<Sets, Trouble> {
    let wafv2 = aws.wafv2();
    let start = format!("{}-", wanted.acl.name);
    let mut sets = Sets::default();
    for summary in wafv2.ip_sets().await? {
        let ours = summary.name.starts_with(&start) && owner.may_take(&summary.description);
        match wanted.sets.get(&summary.name) {
            Some(_) if !ours => return Err(taken("IP set", &summary.name, &summary.description)),
            Some(config) => {
                let set = wafv2.ip_set(&summary.name, &summary.id).await?;
                if canonical(set.config.clone()) != *config {
                    wafv2.update_ip_set(&set.id, &set.lock_token, config).await?;
                }
                let current = wafv2.tags(&set.arn).await?;
                wafv2.set_tags(&set.arn, &current, tags).await?;
                sets.made.insert(summary.name, set.arn);
            }
            None if ours => sets.left.push((summary.name, summary.id)),
            None => {}
        }
    }
    for (name, config) in &wanted.sets {
        if !sets.made.contains_key(name) {
            sets.made.insert(name.clone(), wafv2.create_ip_set(config, tags).await?);
        }
    }
    Ok(sets)
}

/// Removes it. What is gone already, or not this owner's, was removed well.
pub(crate) async fn remove(aws: &Aws, owner: &dyn Owner, name: &str) -> Result<(), AwsError> {
    let wafv2 = aws.wafv2();
    if let Some(found) = web_acl(aws, name, None).await?
        && owner.owns(&found.config.description)
    {
        // Its logging goes with it.
        optional(wafv2.delete_web_acl(name, &found.id, &found.lock_token).await)?;
    }
    let start = format!("{name}-");
    for summary in wafv2.ip_sets().await? {
        if summary.name.starts_with(&start) && owner.owns(&summary.description) {
            optional(wafv2.delete_ip_set(&summary.name, &summary.id).await)?;
        }
    }
    Ok(())
}

/// Asks AWS what the rules cost before anything is made: a cost beyond the limit, or rules that AWS does not take, are errors; a
/// cost beyond the basic price is a warning.
pub(crate) async fn judge(aws: &Aws, wanted: &Wanted, diagnostics: &mut Diagnostics) {
    let units = match aws.wafv2().check_capacity(&priced(wanted)).await {
        Ok(units) => units,
        Err(error) if error.kind() == ErrorKind::Denied => {
            // Who may only plan need not be allowed this; the apply meets the limit by itself.
            return diagnostics.push_warning(
                "The capacity of the firewall was not checked",
                diagnostic(&error).detail,
            );
        }
        Err(error) => return diagnostics.push(diagnostic(&error)),
    };
    if units > MOST_CAPACITY {
        diagnostics.push_error(
            "The firewall is too large",
            format!(
                "Its rules need {units} capacity units, and AWS WAF takes {MOST_CAPACITY} in one web ACL. Remove a managed group \
                 or some of the rules; every path that a rule compares costs some 30 units."
            ),
        );
    } else if units > PAID_CAPACITY {
        diagnostics.push_warning(
            "The firewall costs more",
            format!(
                "Its rules need {units} capacity units. AWS WAF charges more for every 500 units beyond {PAID_CAPACITY}, for each \
                 request."
            ),
        );
    }
}

/// The rules without what does not exist yet: an IP set costs what a country does, and bodies cost nothing.
fn priced(wanted: &Wanted) -> WebAclConfig {
    let mut acl = wanted.acl.clone();
    for rule in &mut acl.rules {
        each(&mut rule.statement, &mut |statement| {
            if matches!(statement, Statement::IpSet(name) if wanted.sets.contains_key(name)) {
                *statement = Statement::Countries(BTreeSet::from(["AQ".to_owned()]));
            }
        });
        if let Action::Block(Some(answer)) = &mut rule.action {
            answer.body = None;
        }
    }
    acl
}

/// AWS may write IPv6 in another form.
fn canonical(config: IpSetConfig) -> IpSetConfig {
    let form = |text: String| rules::range(&text).map_or(text, |(range, _)| range);
    IpSetConfig {
        addresses: config.addresses.into_iter().map(form).collect(),
        ..config
    }
}

fn arns(acl: &WebAclConfig) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for mut rule in acl.rules.clone() {
        each(&mut rule.statement, &mut |statement| {
            if let Statement::IpSet(arn) = statement {
                found.insert(arn.clone());
            }
        });
    }
    found
}

/// Puts another name of an IP set where there is one.
fn rename(acl: &mut WebAclConfig, other: &dyn Fn(&str) -> Option<String>) {
    for rule in &mut acl.rules {
        each(&mut rule.statement, &mut |statement| {
            if let Statement::IpSet(name) = statement
                && let Some(new) = other(name)
            {
                *name = new;
            }
        });
    }
}

fn each(statement: &mut Statement, visit: &mut dyn FnMut(&mut Statement)) {
    visit(statement);
    match statement {
        Statement::Not(inner) => each(inner, visit),
        Statement::And(list) | Statement::Or(list) => list.iter_mut().for_each(|inner| each(inner, visit)),
        Statement::Rate { scope: Some(inner), .. } | Statement::Managed { scope: Some(inner), .. } => {
            each(inner, visit)
        }
        _ => {}
    }
}

fn taken(kind: &'static str, name: &str, description: &str) -> Trouble {
    Trouble::Taken {
        kind,
        name: name.to_owned(),
        description: description.to_owned(),
    }
}
