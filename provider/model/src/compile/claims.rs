//! Claims that policies and headers rely on, against what the provider says it sends. Providers need not list all they
//! send, so this warns and never refuses.

use std::collections::BTreeSet;

use super::application::Application;
use super::field::FieldPath;
use super::problem::{ProblemKind, Problems};
use crate::membership::Selector;
use crate::session::ClaimMapping;

pub(super) fn check(application: &Application, problems: &mut Problems) {
    if let (Some(mapping), Some(sent)) = (&application.mapping, &application.supported_claims) {
        each_selector(application, |path, selector| {
            for (member, claim) in relied_on(selector, mapping) {
                if !sent.contains(claim) {
                    let claim = claim.to_owned();
                    problems.add(path.then(member), ProblemKind::ClaimNotSent { claim });
                }
            }
        });
        for (header, claim) in &application.identity_headers {
            if !sent.contains(claim) {
                let path = FieldPath::attribute("identity_headers").key(header);
                let claim = claim.clone();
                problems.add(path, ProblemKind::ClaimNotSent { claim });
            }
        }
    }
    if let Some(known) = &application.supported_contexts {
        each_selector(application, |path, selector| {
            if let Some(class) = selector.acr.as_ref().filter(|class| !known.contains(*class)) {
                let (class, known) = (class.clone(), known.iter().cloned().collect());
                problems.add(path.then("acr"), ProblemKind::ContextNotKnown { class, known });
            }
        });
    }
}

fn each_selector(application: &Application, mut see: impl FnMut(&FieldPath, &Selector)) {
    let all = FieldPath::attribute("policies");
    for (name, policy) in &application.source.policies {
        for (list, selectors) in policy.lists() {
            for (index, selector) in selectors.iter().enumerate() {
                see(&all.key(name).then(list).index(index), selector);
            }
        }
    }
}

/// The members of a selector and the claims they read.
fn relied_on<'a>(selector: &'a Selector, mapping: &'a ClaimMapping) -> BTreeSet<(&'static str, &'a str)> {
    let mut claims = BTreeSet::new();
    let mut add = |there: bool, member, claim| {
        if there {
            claims.insert((member, claim));
        }
    };
    add(selector.groups.is_some(), "groups", mapping.groups.as_str());
    add(selector.roles.is_some(), "roles", mapping.roles.as_str());
    add(selector.users.is_some(), "users", mapping.user.as_str());
    for (there, member) in [
        (selector.emails.is_some(), "emails"),
        (selector.email_domains.is_some(), "email_domains"),
    ] {
        add(there, member, mapping.email.as_str());
        add(there, member, "email_verified");
    }
    add(selector.acr.is_some(), "acr", "acr");
    add(selector.amr.is_some(), "amr", "amr");
    for name in selector.claims.iter().flatten().map(|(name, _)| name) {
        add(true, "claims", name.as_str());
    }
    claims
}
