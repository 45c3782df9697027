//! Whether a policy excludes everybody by contradicting itself.
//!
//! Only contradictions that hold whatever the provider sends are found: a user has one user claim and one e-mail
//! address, but any number of groups, roles and values of other claims.

use std::collections::BTreeSet;

use crate::membership::{Policy, Selector};

/// Why nobody can meet a policy, if nobody can.
pub(super) fn why_nobody(policy: &Policy) -> Option<String> {
    let policy = policy.normalised();
    let required: Vec<&Selector> = policy.require.iter().collect();
    if policy.any.is_empty() {
        return contradiction(&required, &policy.none);
    }
    let mut reasons = policy.any.iter().map(|alternative| {
        let mut all = required.clone();
        all.push(alternative);
        contradiction(&all, &policy.none)
    });
    let first = reasons.next().flatten()?;
    reasons.all(|reason| reason.is_some()).then_some(first)
}

fn contradiction(all: &[&Selector], none: &[Selector]) -> Option<String> {
    if let Some(members) = common(all.iter().filter_map(|selector| selector.users.as_ref()))
        && members.is_empty()
    {
        return Some("No user is in all of its required lists of users".into());
    }
    let emails = common(all.iter().filter_map(|selector| selector.emails.as_ref()));
    let domains = common(all.iter().filter_map(|selector| selector.email_domains.as_ref()));
    if emails.as_ref().is_some_and(BTreeSet::is_empty) {
        return Some("No e-mail address is in all of its required lists".into());
    }
    if domains.as_ref().is_some_and(BTreeSet::is_empty) {
        return Some("No e-mail domain is in all of its required lists".into());
    }
    if let (Some(emails), Some(domains)) = (&emails, &domains) {
        let within = |email: &&str| {
            email
                .split_once('@')
                .is_some_and(|(_, domain)| domains.contains(domain))
        };
        if !emails.iter().any(within) {
            return Some("None of its required e-mail addresses lies in its required domains".into());
        }
    }
    let excluded = none.iter().any(|excluded| {
        let everyone = Selector {
            authenticated: Some(true),
            ..Selector::default()
        };
        *excluded == everyone || all.iter().any(|selector| implies(selector, excluded))
    });
    excluded.then(|| "`none` excludes what is required".into())
}

/// The values common to all lists; `None` when there is no list.
fn common<'a>(lists: impl Iterator<Item = &'a Vec<String>>) -> Option<BTreeSet<&'a str>> {
    lists
        .map(|list| list.iter().map(String::as_str).collect::<BTreeSet<_>>())
        .reduce(|one, other| one.intersection(&other).copied().collect())
}

/// Whether `narrow` holding makes `wide` hold: every member of `wide` is a member of `narrow` with no further values.
fn implies(narrow: &Selector, wide: &Selector) -> bool {
    if *wide == Selector::default() {
        return false;
    }
    let subset = |narrow: &[String], wide: &[String]| narrow.iter().all(|value| wide.contains(value));
    let lists = narrow.value_lists().into_iter().zip(wide.value_lists());
    let lists_imply = lists.into_iter().all(|((_, narrow), (_, wide))| match (narrow, wide) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(narrow), Some(wide)) => subset(narrow, wide),
    });
    let claims_imply = wide.claims.iter().flatten().all(|(name, values)| {
        let own = narrow.claims.as_ref().and_then(|claims| claims.get(name));
        own.is_some_and(|own| subset(own, values))
    });
    lists_imply && claims_imply && wide.authenticated != Some(false)
}
