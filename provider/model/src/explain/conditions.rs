//! Conditions on a hypothetical request, in three values, and which login would satisfy them.

use super::{Facts, StepUp, Who};
use crate::address::Cidr;
use crate::ids::PolicyName;
use crate::membership::{self, Alternative, Clause, Condition, Policy, SplitPolicy};

/// `Some(true)`, `Some(false)`, or `None` for undecidable.
pub(super) type Verdict = Option<bool>;

/// What is decided of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Whether it holds.
    Really,
    /// Whether it would hold after the right login.
    AfterStepUp,
}

/// The members of a condition with their names, each with its verdict.
pub(super) fn members(condition: &Condition, facts: &Facts<'_>, asked: Asked) -> Vec<(&'static str, Verdict)> {
    let mut members: Vec<(&'static str, Verdict)> = Vec::new();
    let mut add = |name, verdict: Option<Verdict>| members.extend(verdict.map(|verdict| (name, verdict)));
    let listed = condition.countries.as_ref();
    add(
        "countries",
        listed.map(|listed| Some(listed.contains(facts.country.as_ref()?))),
    );
    let within = |ranges: &Vec<Cidr>| {
        let address = facts.address?;
        Some(ranges.iter().any(|range| range.contains(address)))
    };
    add("ips", condition.addresses.as_ref().map(within));
    let listed = condition.methods.as_ref();
    let method = |listed: &Vec<crate::ids::Method>| listed.iter().any(|method| method.as_str() == facts.method);
    add("methods", listed.map(|listed| Some(method(listed))));
    let login = |holds: &dyn Fn(membership::Claims<'_>, u64) -> bool| match &facts.who {
        Who::Machine(_) => None,
        Who::Person { .. } if asked == Asked::AfterStepUp => Some(true),
        Who::Person { claims, login } => {
            let age = facts.now.seconds().saturating_sub(login.seconds());
            Some(holds(*claims, age))
        }
    };
    if let Some(context) = &condition.context {
        let name = if context.acr.is_some() { "acr" } else { "amr" };
        // A session tells which logins it was, not which it was not.
        let reached = login(&|claims, _| context.holds(claims.claims));
        add(name, Some(reached.filter(|reached| *reached)));
    }
    if let Some(longest) = condition.max_age {
        add("max_age", Some(login(&|_, age| age <= longest.seconds())));
    }
    let named = condition.service_tokens.as_ref().map(|listed| match &facts.who {
        Who::Person { .. } => Some(false),
        Who::Machine(token) => Some(listed.iter().any(|name| name.as_str() == *token)),
    });
    add("service_tokens", named);
    members
}

fn holds(condition: &Condition, facts: &Facts<'_>, asked: Asked) -> Verdict {
    let members = members(condition, facts, asked);
    membership::all(members.into_iter().map(|(_, verdict)| verdict))
}

/// The login that would make every clause hold: what each one asks for that does not hold without it, the first of each kind.
pub(super) fn step_up(name: &PolicyName, policy: &SplitPolicy, facts: &Facts<'_>) -> Option<StepUp> {
    let open = |asked: Asked| {
        move |one: &&Alternative| {
            let atom = one
                .atom
                .as_ref()
                .is_none_or(|name| granted(policy.atoms.get(name), facts));
            let condition = one.condition.as_ref().is_none_or(|condition| match one.negated {
                true => holds(condition, facts, Asked::Really) == Some(false),
                false => holds(condition, facts, asked) == Some(true),
            });
            atom && condition
        }
    };
    let closed = |clause: &&Clause| !clause.iter().any(|one| open(Asked::Really)(&one));
    let mut wanted = StepUp {
        policy: name.clone(),
        requirement: None,
        max_age: None,
    };
    for clause in policy.clauses.iter().filter(closed) {
        let condition = clause.iter().find(open(Asked::AfterStepUp))?.condition.as_ref()?;
        wanted.requirement = wanted.requirement.or_else(|| condition.context.clone());
        wanted.max_age = wanted.max_age.or(condition.max_age);
    }
    (wanted.requirement.is_some() || wanted.max_age.is_some()).then_some(wanted)
}

fn granted(atom: Option<&Policy>, facts: &Facts<'_>) -> bool {
    match &facts.who {
        Who::Person { claims, .. } => atom.is_some_and(|atom| membership::met(atom, *claims)),
        Who::Machine(_) => false,
    }
}
