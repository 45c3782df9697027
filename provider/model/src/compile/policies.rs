//! Checks of the policies: names, values, and whether anybody can meet them.

use std::collections::{BTreeMap, BTreeSet};

use super::field::FieldPath;
use super::members;
use super::problem::{ProblemKind, Problems};
use super::values;
use crate::ids::PolicyName;
use crate::membership::{CONTEXT_LIMIT, ContextRequirement, Policy, Selector, SplitPolicy};
use crate::source::Source;

pub(super) fn compile(source: &Source, problems: &mut Problems) -> BTreeMap<PolicyName, SplitPolicy> {
    let all = FieldPath::attribute("policies");
    let mut policies = BTreeMap::new();
    for (written, policy) in &source.policies {
        let path = all.key(written);
        check_policy(written, policy, &path, problems);
        match PolicyName::parse(written) {
            Ok(name) => {
                // A value that cannot be split has been named above.
                if let Ok(split) = SplitPolicy::of(&name, policy) {
                    policies.insert(name, split);
                }
            }
            Err(error) => problems.add(path.clone(), ProblemKind::Name(error)),
        }
        if !source.routes.iter().any(|route| route.allow.contains(written)) {
            problems.add(path, ProblemKind::UnusedPolicy { name: written.clone() });
        }
    }
    let contexts: BTreeSet<&ContextRequirement> = policies.values().flat_map(SplitPolicy::contexts).collect();
    if contexts.len() > CONTEXT_LIMIT {
        let found = contexts.into_iter().map(ContextRequirement::text).collect();
        problems.add(all, ProblemKind::TooManyContexts { found });
    }
    policies
}

fn check_policy(name: &str, policy: &Policy, path: &FieldPath, problems: &mut Problems) {
    let name = name.to_owned();
    if policy.require.is_empty() && policy.any.is_empty() {
        problems.add(path.clone(), ProblemKind::EmptyPolicy { name });
    } else if let Some(reason) = members::why_nobody(policy) {
        problems.add(path.clone(), ProblemKind::Unmeetable { name, reason });
    } else {
        for (index, reason) in members::dead_tokens(policy) {
            problems.add(path.then("any").index(index), ProblemKind::DeadToken { reason });
        }
        if members::asks_nothing_of_who(policy) {
            problems.add(path.clone(), ProblemKind::AdmitsEveryone { name });
        }
    }
    for (list, selectors) in policy.lists() {
        for (index, selector) in selectors.iter().enumerate() {
            let path = path.then(list).index(index);
            if *selector == Selector::default() || selector.claims.as_ref().is_some_and(BTreeMap::is_empty) {
                problems.add(path.clone(), ProblemKind::EmptySelector);
            }
            values::check(selector, &path, problems);
            if list == "none" && (selector.acr.is_some() || selector.amr.is_some()) {
                let member = if selector.acr.is_some() { "acr" } else { "amr" };
                let rule = "A session tells which kinds of login it was, not which it was not, so nobody could pass; require the kind that is wanted";
                let (value, rule) = (member.to_owned(), rule.to_owned());
                problems.add(path.then(member), ProblemKind::Value { value, rule });
            }
        }
    }
}
