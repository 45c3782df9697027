//! Whether a policy excludes everybody by contradicting itself, or lets everybody in without saying so.
//!
//! Only contradictions that hold whatever the provider sends are found: a user has one user claim and one e-mail
//! address, but any number of groups, roles and values of other claims.

use std::collections::BTreeSet;

use super::context;
use crate::membership::{Policy, Selector};

/// Why nobody can meet a policy, if nobody can.
pub(super) fn why_nobody(policy: &Policy) -> Option<String> {
    let policy = policy.normalised();
    let mut reasons = ways(&policy).into_iter().map(|all| contradiction(&all, &policy.none));
    let first = reasons.next().flatten()?;
    reasons.all(|reason| reason.is_some()).then_some(first)
}

/// The alternatives of `any` that name service tokens and yet let none in, with the reason.
pub(super) fn dead_tokens(policy: &Policy) -> Vec<(usize, String)> {
    let tokens = policy.any.iter().enumerate();
    let tokens = tokens.filter(|(_, selector)| selector.service_tokens.is_some());
    tokens
        .filter_map(|(index, selector)| {
            let only = Policy {
                any: vec![selector.clone()],
                ..policy.clone()
            };
            Some((index, why_nobody(&only)?))
        })
        .collect()
}

/// Whether some way to meet a policy is open to everybody who can log in.
pub(super) fn asks_nothing_of_who(policy: &Policy) -> bool {
    // One without members is another problem.
    let asks = |selector: &&Selector| {
        selector.membership().is_some() || selector.service_tokens.is_some() || !selector.has_context()
    };
    ways(policy).iter().any(|all| !all.iter().any(asks))
}

/// Every way to meet a policy: the selectors that must hold together.
pub(super) fn ways(policy: &Policy) -> Vec<Vec<&Selector>> {
    let required: Vec<&Selector> = policy.require.iter().collect();
    if policy.any.is_empty() {
        return vec![required];
    }
    let with = |alternative| required.iter().copied().chain([alternative]).collect();
    policy.any.iter().map(with).collect()
}

fn contradiction(all: &[&Selector], none: &[Selector]) -> Option<String> {
    membership(all)
        .or_else(|| context::contradiction(all, none))
        .or_else(|| excluded(all, none).then(|| "`none` excludes what is required".into()))
}

fn membership(all: &[&Selector]) -> Option<String> {
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
    let (emails, domains) = (emails?, domains?);
    let within = |email: &&str| {
        email
            .split_once('@')
            .is_some_and(|(_, domain)| domains.contains(domain))
    };
    let some = emails.iter().any(within);
    (!some).then(|| "None of its required e-mail addresses lies in its required domains".into())
}

/// The values common to all lists; `None` when there is no list.
pub(super) fn common<'a>(lists: impl Iterator<Item = &'a Vec<String>>) -> Option<BTreeSet<&'a str>> {
    lists
        .map(|list| list.iter().map(String::as_str).collect::<BTreeSet<_>>())
        .reduce(|one, other| one.intersection(&other).copied().collect())
}

/// Whether what must hold makes a selector of `none` hold: each of its members, by some required selector.
fn excluded(all: &[&Selector], none: &[Selector]) -> bool {
    none.iter().any(|excluded| {
        let members = single_members(excluded);
        let implied = |member: &Selector| all.iter().any(|selector| implies(selector, member));
        !members.is_empty() && members.iter().all(implied)
    })
}

/// A selector for each member of a selector.
fn single_members(selector: &Selector) -> Vec<Selector> {
    let none = Selector::default;
    let claim = |(name, values): (&String, &Vec<String>)| Selector {
        claims: Some([(name.clone(), values.clone())].into()),
        ..none()
    };
    let whole = selector.clone();
    let members = [
        Selector {
            groups: whole.groups,
            ..none()
        },
        Selector {
            roles: whole.roles,
            ..none()
        },
        Selector {
            emails: whole.emails,
            ..none()
        },
        Selector {
            email_domains: whole.email_domains,
            ..none()
        },
        Selector {
            users: whole.users,
            ..none()
        },
        Selector {
            authenticated: whole.authenticated,
            ..none()
        },
        Selector {
            countries: whole.countries,
            ..none()
        },
        Selector {
            ips: whole.ips,
            ..none()
        },
        Selector {
            methods: whole.methods,
            ..none()
        },
        Selector {
            acr: whole.acr,
            ..none()
        },
        Selector {
            amr: whole.amr,
            ..none()
        },
        Selector {
            max_age: whole.max_age,
            ..none()
        },
        Selector {
            service_tokens: whole.service_tokens,
            ..none()
        },
    ];
    let members = members.into_iter().filter(|member| *member != none());
    members.chain(selector.claims.iter().flatten().map(claim)).collect()
}

/// Whether `narrow` holding makes `wide` hold: every member of `wide` is a member of `narrow` with no further values.
fn implies(narrow: &Selector, wide: &Selector) -> bool {
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
    lists_imply && claims_imply && wide.authenticated != Some(false) && context::implies(narrow, wide)
}
