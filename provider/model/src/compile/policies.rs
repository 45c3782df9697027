//! Checks of the policies: names, values, and whether anybody can meet them.

use std::collections::BTreeMap;

use super::field::FieldPath;
use super::members;
use super::problem::{ProblemKind, Problems};
use crate::ids::{ClaimName, HostName, PolicyName};
use crate::membership::{Policy, Selector};
use crate::source::Source;

pub(super) fn compile(source: &Source, problems: &mut Problems) -> BTreeMap<PolicyName, Policy> {
    let all = FieldPath::attribute("policies");
    let mut policies = BTreeMap::new();
    for (written, policy) in &source.policies {
        let path = all.key(written);
        check_policy(written, policy, &path, problems);
        match PolicyName::parse(written) {
            Ok(name) => {
                policies.insert(name, policy.normalised());
            }
            Err(error) => problems.add(path.clone(), ProblemKind::Name(error)),
        }
        if !source.routes.iter().any(|route| route.allow.contains(written)) {
            problems.add(path, ProblemKind::UnusedPolicy { name: written.clone() });
        }
    }
    policies
}

fn check_policy(name: &str, policy: &Policy, path: &FieldPath, problems: &mut Problems) {
    if policy.require.is_empty() && policy.any.is_empty() {
        problems.add(path.clone(), ProblemKind::EmptyPolicy { name: name.to_owned() });
    } else if let Some(reason) = members::why_nobody(policy) {
        problems.add(
            path.clone(),
            ProblemKind::Unmeetable {
                name: name.to_owned(),
                reason,
            },
        );
    }
    for (list, selectors) in policy.lists() {
        for (index, selector) in selectors.iter().enumerate() {
            check_selector(selector, &path.then(list).index(index), problems);
        }
    }
}

fn check_selector(selector: &Selector, path: &FieldPath, problems: &mut Problems) {
    if *selector == Selector::default() || selector.claims.as_ref().is_some_and(BTreeMap::is_empty) {
        problems.add(path.clone(), ProblemKind::EmptySelector);
    }
    if selector.authenticated == Some(false) {
        let rule = "`authenticated` is true or left out; to exclude somebody use `none`";
        problems.add(
            path.then("authenticated"),
            ProblemKind::Value {
                value: "false".into(),
                rule,
            },
        );
    }
    for (member, values) in selector.value_lists() {
        if let Some(values) = values {
            check_values(values, &path.then(member), rule_of(member), problems);
        }
    }
    for (claim, values) in selector.claims.iter().flatten() {
        let path = path.then("claims").key(claim);
        if let Err(error) = ClaimName::parse(claim) {
            problems.add(path.clone(), ProblemKind::Name(error));
        }
        check_values(values, &path, rule_of("claims"), problems);
    }
}

type Rule = (fn(&str) -> bool, &'static str);

fn rule_of(member: &str) -> Rule {
    match member {
        "emails" => (
            |value| {
                let parts: Vec<&str> = value.split('@').collect();
                parts.len() == 2
                    && parts.iter().all(|part| !part.is_empty())
                    && value.bytes().all(|byte| byte.is_ascii_graphic())
            },
            "An e-mail address has exactly one @ and consists of printable ASCII characters; for a whole domain use email_domains",
        ),
        "email_domains" => (
            |value| HostName::parse(&value.to_ascii_lowercase()).is_ok(),
            "An e-mail domain is what follows the @, for example \"example.com\"; subdomains are listed one by one",
        ),
        _ => (|value| !value.is_empty(), "An empty value never matches"),
    }
}

fn check_values(values: &[String], path: &FieldPath, (right, rule): Rule, problems: &mut Problems) {
    if values.is_empty() {
        problems.add(path.clone(), ProblemKind::EmptyValues);
    }
    for (index, value) in values.iter().enumerate() {
        if !right(value) {
            problems.add(
                path.index(index),
                ProblemKind::Value {
                    value: value.clone(),
                    rule,
                },
            );
        }
    }
}
