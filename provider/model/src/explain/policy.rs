//! One written policy against the facts of a request, member by member.

use super::conditions::{self, Asked, Verdict};
use super::{Facts, Finding, Holds, PolicyExplanation, Who, words};
use crate::ids::PolicyName;
use crate::membership::{self, Condition, Member, Policy, Selector};

/// A selector of one of the three lists, judged.
struct Judged {
    list: &'static str,
    verdict: Verdict,
    members: Vec<(String, Verdict, String)>,
}

impl Judged {
    /// Whether it is as its list wants it.
    fn right(&self) -> bool {
        self.verdict == Some(self.list != "none")
    }
}

pub(super) fn explain(name: &PolicyName, policy: &Policy, facts: &Facts<'_>) -> PolicyExplanation {
    let judged = judge(policy, facts, Asked::Really);
    let met = is_met(policy, &judged, facts);
    let some = judged.iter().any(|one| one.list == "any" && one.right());
    let decisive = |one: &Judged| match one.list {
        // Of alternatives only one that holds explains why; when none does, all of them explain why not.
        "any" => one.right() == met && (met || !some),
        _ => one.right() == met,
    };
    let mut findings: Vec<Finding> = judged
        .iter()
        .flat_map(|one| {
            let decides = decisive(one);
            one.members.iter().map(move |(rule, verdict, because)| Finding {
                rule: rule.clone(),
                holds: (*verdict).into(),
                because: because.clone(),
                // A member that holds is not why its selector does not.
                decides: decides && (one.verdict == Some(true) || *verdict != Some(true)),
            })
        })
        .collect();
    let mut whole = |rule: &str, because: &str| {
        findings.push(Finding {
            rule: rule.into(),
            holds: Holds::No,
            because: because.into(),
            decides: true,
        });
    };
    if policy.require.is_empty() && policy.any.is_empty() {
        whole("require", "the policy asks for nothing");
    } else if matches!(facts.who, Who::Machine(_)) && !names_tokens(policy) {
        whole("service_tokens", "no selector of the policy names service tokens");
    }
    PolicyExplanation {
        policy: name.clone(),
        met,
        findings,
    }
}

/// Whether the right login is all that a policy wants of somebody.
pub(super) fn lacks_only_context(policy: &Policy, facts: &Facts<'_>) -> bool {
    is_met(policy, &judge(policy, facts, Asked::AfterStepUp), facts)
}

fn judge(policy: &Policy, facts: &Facts<'_>, asked: Asked) -> Vec<Judged> {
    let named = policy.require.iter().any(|selector| selector.service_tokens.is_some());
    let mut judged = Vec::new();
    for (list, selectors) in policy.lists() {
        for (index, selector) in selectors.iter().enumerate() {
            // What is excluded is judged as it is: no login can be asked for that is not of a kind.
            let asked = if list == "none" { Asked::Really } else { asked };
            let members = members(selector, facts, asked, &format!("{list}[{index}]"));
            let mut verdict = membership::all(members.iter().map(|(_, verdict, _)| *verdict));
            // A service token is let in only where it is named.
            if list == "any" && matches!(facts.who, Who::Machine(_)) && !named && selector.service_tokens.is_none() {
                verdict = verdict.filter(|holds| !holds);
            }
            judged.push(Judged { list, verdict, members });
        }
    }
    judged
}

fn is_met(policy: &Policy, judged: &[Judged], facts: &Facts<'_>) -> bool {
    let of = |list: &'static str| judged.iter().filter(move |one| one.list == list);
    let asks = !policy.require.is_empty() || !policy.any.is_empty();
    let let_in = !matches!(facts.who, Who::Machine(_)) || names_tokens(policy);
    asks && let_in
        && of("require").all(Judged::right)
        && (policy.any.is_empty() || of("any").any(Judged::right))
        && of("none").all(Judged::right)
}

/// Whether some service token can meet a policy at all.
fn names_tokens(policy: &Policy) -> bool {
    let mut asking = policy.require.iter().chain(&policy.any);
    asking.any(|selector| selector.service_tokens.is_some())
}

fn members(selector: &Selector, facts: &Facts<'_>, asked: Asked, path: &str) -> Vec<(String, Verdict, String)> {
    let mut members = Vec::new();
    match &facts.who {
        Who::Person { claims, .. } => {
            for (member, verdict) in membership::members(selector, *claims) {
                let because = words::of_claims(member, verdict, *claims);
                members.push((format!("{path}.{}", words::name(member)), verdict, because));
            }
        }
        Who::Machine(_) => {
            // It has no session, so nothing about a user is known.
            for member in asked_of_users(selector) {
                let because = "a service token has no session".to_owned();
                members.push((format!("{path}.{}", words::name(member)), None, because));
            }
        }
    }
    match Condition::of(selector) {
        Ok(condition) => {
            for (name, verdict) in condition.iter().flat_map(|one| conditions::members(one, facts, asked)) {
                members.push((
                    format!("{path}.{name}"),
                    verdict,
                    words::of_request(name, verdict, facts),
                ));
            }
        }
        // The compiler refuses such a value, and a selector without members; nothing can be said of either.
        Err(error) => members.push((path.to_owned(), None, error.to_string())),
    }
    if members.is_empty() {
        members.push((path.to_owned(), None, "it has no members: undecidable".into()));
    }
    members
}

/// The membership members a selector has.
fn asked_of_users(selector: &Selector) -> Vec<Member<'_>> {
    let known = [
        (selector.groups.is_some(), Member::Groups),
        (selector.roles.is_some(), Member::Roles),
        (selector.emails.is_some(), Member::Emails),
        (selector.email_domains.is_some(), Member::EmailDomains),
        (selector.users.is_some(), Member::Users),
        (selector.authenticated.is_some(), Member::Authenticated),
    ];
    let known = known.into_iter().filter_map(|(there, member)| there.then_some(member));
    let claims = selector.claims.iter().flatten();
    known.chain(claims.map(|(name, _)| Member::Claim(Some(name)))).collect()
}

impl From<Verdict> for Holds {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Undecidable,
        }
    }
}
