//! The split of a policy into what is decided at login and what is decided on every request.
//!
//! A policy becomes clauses that must all hold, each a list of alternatives of which one must, each alternative an
//! *atom* (a membership policy with a grant bit of its own), a condition, or both. A policy without context members is
//! one atom that bears its name, so that it keeps its bit.
//!
//! A service token meets a policy only where `service_tokens` names it: what would ask nothing of who somebody is asks
//! for a login instead.

use std::collections::BTreeMap;

use super::condition::ConditionError;
use super::{Condition, ContextRequirement, Policy, Selector};
use crate::ids::{AtomName, PolicyName};

/// One way to satisfy a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// The atom that must be granted.
    pub atom: Option<AtomName>,
    /// The condition that must hold.
    pub condition: Option<Condition>,
    /// The condition must be plainly false instead.
    pub negated: bool,
}

/// Alternatives of which one must hold.
pub type Clause = Vec<Alternative>;

/// A policy as it is executed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SplitPolicy {
    /// Clauses that must all hold.
    pub clauses: Vec<Clause>,
    /// The atoms that the clauses name, normalised.
    pub atoms: BTreeMap<AtomName, Policy>,
}

impl SplitPolicy {
    /// Splits a policy.
    ///
    /// # Errors
    /// When a context member holds a value that it cannot have.
    pub fn of(name: &PolicyName, policy: &Policy) -> Result<Self, ConditionError> {
        let policy = policy.normalised();
        let mut split = Splitter {
            name,
            numbered: 0,
            to: Self::default(),
        };
        split.first(&policy);
        // Who is let in by a token that every caller must have is named already.
        let named = policy.require.iter().any(|selector| selector.service_tokens.is_some());
        for selector in policy.require.iter().filter(|selector| selector.has_context()) {
            split.required(selector)?;
        }
        if policy.any.iter().any(Selector::has_context) {
            split.any(&policy.any, named)?;
        }
        for selector in policy.none.iter().filter(|selector| selector.has_context()) {
            split.excluded(selector)?;
        }
        if policy.any.is_empty() && !named && !split.to.clauses.iter().any(asks_who) {
            split.identified();
        }
        Ok(split.to)
    }

    /// The one atom that is the whole policy, where there is no context.
    #[must_use]
    pub fn whole(&self) -> Option<&AtomName> {
        match self.clauses.as_slice() {
            [clause] => match clause.as_slice() {
                [only] if only.condition.is_none() => only.atom.as_ref(),
                _ => None,
            },
            _ => None,
        }
    }

    /// The names of the atoms in the order of the clauses.
    pub fn atom_names(&self) -> impl Iterator<Item = &AtomName> {
        self.clauses.iter().flatten().filter_map(|one| one.atom.as_ref())
    }

    /// All conditions, in the order of the clauses.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.clauses.iter().flatten().filter_map(|one| one.condition.as_ref())
    }

    /// What logins must have been for some condition to hold.
    pub fn contexts(&self) -> impl Iterator<Item = &ContextRequirement> {
        self.conditions().filter_map(|condition| condition.context.as_ref())
    }
}

fn everyone() -> Selector {
    Selector {
        authenticated: Some(true),
        ..Selector::default()
    }
}

/// Whether no caller satisfies a clause without being granted something.
fn asks_who(clause: &Clause) -> bool {
    clause.iter().all(|one| one.atom.is_some())
}

struct Splitter<'a> {
    name: &'a PolicyName,
    numbered: usize,
    to: SplitPolicy,
}

impl Splitter<'_> {
    /// The atom with the policy's own name: everything that has nothing to do with context.
    fn first(&mut self, policy: &Policy) {
        let pure = |list: &[Selector]| -> Vec<Selector> {
            let pure = list.iter().filter(|selector| !selector.has_context());
            pure.cloned().collect()
        };
        let mut first = Policy {
            require: pure(&policy.require),
            any: if policy.any.iter().any(Selector::has_context) {
                Vec::new()
            } else {
                policy.any.clone()
            },
            none: pure(&policy.none),
        };
        // A policy that asks for nothing is met by nobody, whatever it excludes.
        let asks = !policy.require.is_empty() || !policy.any.is_empty();
        if asks && first == Policy::default() {
            return;
        }
        if asks && first.require.is_empty() && first.any.is_empty() {
            first.require.push(everyone());
        }
        self.insert_first(first);
    }

    /// The first atom of a policy that would otherwise ask nothing of who somebody is.
    fn identified(&mut self) {
        self.insert_first(Policy {
            require: vec![everyone()],
            ..Policy::default()
        });
    }

    fn insert_first(&mut self, policy: Policy) {
        let name = AtomName::of(self.name);
        self.to.atoms.insert(name.clone(), policy);
        let alternative = Alternative {
            atom: Some(name),
            condition: None,
            negated: false,
        };
        self.to.clauses.insert(0, vec![alternative]);
    }

    fn atom(&mut self, policy: &Policy) -> AtomName {
        self.numbered += 1;
        let name = AtomName::numbered(self.name, self.numbered);
        self.to.atoms.insert(name.clone(), policy.normalised());
        name
    }

    fn required(&mut self, selector: &Selector) -> Result<(), ConditionError> {
        let atom = selector.membership().map(|half| {
            self.atom(&Policy {
                require: vec![half],
                ..Policy::default()
            })
        });
        let condition = Condition::of(selector)?;
        self.to.clauses.push(vec![Alternative {
            atom,
            condition,
            negated: false,
        }]);
        Ok(())
    }

    fn any(&mut self, selectors: &[Selector], named: bool) -> Result<(), ConditionError> {
        let mut ways: Vec<(Option<Condition>, Vec<Option<Selector>>)> = Vec::new();
        for selector in selectors {
            let condition = Condition::of(selector)?;
            let by_token = condition.as_ref().is_some_and(|one| one.service_tokens.is_some());
            let half = match selector.membership() {
                None if condition.is_none() => Some(Selector::default()),
                None if !named && !by_token => Some(everyone()),
                half => half,
            };
            match ways.iter_mut().find(|(known, _)| *known == condition) {
                Some((_, halves)) => halves.push(half),
                None => ways.push((condition, vec![half])),
            }
        }
        let mut clause = Vec::new();
        for (condition, halves) in ways {
            // One that asks nothing of who somebody is makes the others of its condition superfluous.
            let halves: Option<Vec<Selector>> = halves.into_iter().collect();
            let atom = halves.map(|any| {
                self.atom(&Policy {
                    any,
                    ..Policy::default()
                })
            });
            clause.push(Alternative {
                atom,
                condition,
                negated: false,
            });
        }
        self.to.clauses.push(clause);
        Ok(())
    }

    fn excluded(&mut self, selector: &Selector) -> Result<(), ConditionError> {
        let mut clause = Vec::new();
        if let Some(half) = selector.membership() {
            let atom = self.atom(&Policy {
                require: vec![everyone()],
                none: vec![half],
                ..Policy::default()
            });
            clause.push(Alternative {
                atom: Some(atom),
                condition: None,
                negated: false,
            });
        }
        clause.push(Alternative {
            atom: None,
            condition: Condition::of(selector)?,
            negated: true,
        });
        self.to.clauses.push(clause);
        Ok(())
    }
}
