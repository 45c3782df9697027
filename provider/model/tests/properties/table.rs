//! The table of the session function, read a second time: section 5 of the edge contract in as few words as possible.

use std::collections::BTreeSet;

use serde_json::Value;
use zt_model::address::Address;

/// A request and who makes it, as the session function sees them.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: &'static str,
    pub(crate) country: Option<&'static str>,
    pub(crate) address: Option<&'static str>,
    pub(crate) who: Who,
}

#[derive(Debug, Clone)]
pub(crate) enum Who {
    /// Grants by the name of their bit, fingerprints, and the age of the login.
    Session {
        bits: BTreeSet<u64>,
        contexts: BTreeSet<String>,
        age: u64,
    },
    Token(&'static str),
}

/// What it says: the policy that lets in, or the step-up, or nothing.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    Allow(String),
    StepUp(Option<String>, Option<u64>),
    Denied,
}

pub(crate) fn decide(table: &Value, route: &[usize], seen: &Seen) -> Verdict {
    let met = |policy: usize, after: bool| {
        clauses(table, policy)
            .iter()
            .all(|clause| holds(table, clause, seen, after))
    };
    if let Some(policy) = route.iter().find(|policy| met(**policy, false)) {
        return Verdict::Allow(table["n"][*policy].as_str().unwrap().into());
    }
    let session = matches!(seen.who, Who::Session { .. });
    let Some(policy) = route.iter().find(|policy| session && met(**policy, true)) else {
        return Verdict::Denied;
    };
    let clauses = clauses(table, *policy);
    let wanted: Vec<&Value> = clauses
        .iter()
        .filter(|clause| !holds(table, clause, seen, false))
        .map(|clause| &table["x"][clause.iter().find(|one| open(table, one, seen, true)).unwrap()[1] as usize])
        .collect();
    Verdict::StepUp(
        wanted.iter().find_map(|one| one["a"].as_str()).map(str::to_owned),
        wanted.iter().find_map(|one| one["g"].as_u64()),
    )
}

fn clauses(table: &Value, policy: usize) -> Vec<Vec<Vec<i64>>> {
    match table.get("q").map(|q| &q[policy]) {
        None => vec![vec![vec![i64::try_from(policy).unwrap()]]],
        Some(Value::Number(atom)) => vec![vec![vec![atom.as_i64().unwrap()]]],
        Some(clauses) => serde_json::from_value(clauses.clone()).unwrap(),
    }
}

fn holds(table: &Value, clause: &[Vec<i64>], seen: &Seen, after: bool) -> bool {
    clause.iter().any(|one| open(table, one, seen, after))
}

fn open(table: &Value, one: &[i64], seen: &Seen, after: bool) -> bool {
    let granted = match (one[0], &seen.who) {
        (-1, _) => true,
        (atom, Who::Session { bits, .. }) => bits.contains(&table["k"][atom as usize][0].as_u64().unwrap()),
        _ => false,
    };
    let condition = one
        .get(1)
        .filter(|index| **index >= 0)
        .map(|index| &table["x"][*index as usize]);
    let negated = one.get(2) == Some(&1);
    granted && condition.is_none_or(|one| verdict(one, seen, after && !negated) == Some(!negated))
}

fn verdict(condition: &Value, seen: &Seen, after: bool) -> Option<bool> {
    let lists = |list: &Value, value: &str| list.as_array().unwrap().iter().any(|one| one == value);
    let mut verdicts = Vec::new();
    for (member, wanted) in condition.as_object().unwrap() {
        verdicts.push(match (member.as_str(), &seen.who) {
            ("A", _) => Some(true),
            ("c", _) => seen.country.map(|country| lists(wanted, country)),
            ("v", _) => Some(lists(wanted, seen.method)),
            ("i", _) => seen.address.and_then(Address::parse).map(|address| {
                let digits = address.digits();
                wanted
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|prefix| digits.starts_with(prefix.as_str().unwrap()))
            }),
            ("s", Who::Token(name)) => Some(lists(wanted, name)),
            ("s", _) => Some(false),
            ("a" | "g", Who::Token(_)) => None,
            ("a" | "g", _) if after => Some(true),
            // A session tells which logins it was, not which it was not.
            ("a", Who::Session { contexts, .. }) => contexts.contains(wanted.as_str().unwrap()).then_some(true),
            ("g", Who::Session { age, .. }) => Some(*age <= wanted.as_u64().unwrap()),
            other => panic!("{other:?} is no member of a condition"),
        });
    }
    if verdicts.contains(&Some(false)) {
        return Some(false);
    }
    (!verdicts.contains(&None)).then_some(true)
}
