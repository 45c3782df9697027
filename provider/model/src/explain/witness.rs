//! A request that a route lets in, for tests of what is about to be published: a session with every grant, and the
//! country, address, method and kind of login that some policy of the route wants.
//!
//! The search is bounded. Finding nothing proves nothing.

use std::collections::BTreeSet;

use crate::address::{Address, Cidr};
use crate::compile::{Access, Compiled, CompiledRoute};
use crate::ids::{Country, Method, PolicyName};
use crate::membership::{self, Condition, SplitPolicy};
use crate::session::ContextFingerprint;

/// How many requests are tried for one policy.
const TRIES: usize = 20_000;
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// Addresses for documentation, and countries without inhabitants: what no list names is found among them.
const ADDRESSES: [&str; 4] = ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1"];
const COUNTRIES: [&str; 4] = ["AQ", "BV", "HM", "TF"];

/// A request that passes with a session that has just been made and holds every grant of the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The policy that lets it in.
    pub policy: PolicyName,
    /// Its method.
    pub method: Method,
    /// The viewer's country, where it matters.
    pub country: Option<Country>,
    /// The viewer's address, where it matters.
    pub address: Option<Address>,
    /// What the session's login was.
    pub contexts: Vec<ContextFingerprint>,
}

impl Compiled {
    /// A request that a route with policies lets in; `None` for a public one, and where none was found.
    #[must_use]
    pub fn witness(&self, route: &CompiledRoute) -> Option<Witness> {
        let Access::Policies(names) = &route.access else {
            return None;
        };
        let methods = match &route.methods {
            Some(methods) => methods.clone(),
            None => METHODS.iter().filter_map(|method| Method::parse(method).ok()).collect(),
        };
        let policies = names.iter().filter_map(|name| Some((name, self.policies.get(name)?)));
        policies
            .flat_map(|(name, policy)| {
                candidates(name, policy, &methods)
                    .take(TRIES)
                    .map(move |one| (policy, one))
            })
            .find(|(policy, candidate)| passes(policy, candidate))
            .map(|(_, candidate)| candidate)
    }
}

/// Requests that differ in what the policy's conditions look at, the plainest first.
fn candidates<'a>(
    name: &'a PolicyName,
    policy: &'a SplitPolicy,
    methods: &[Method],
) -> impl Iterator<Item = Witness> + use<'a> {
    let (countries, addresses, kinds) = (countries(policy), addresses(policy), kinds(policy));
    let methods = get_first(methods);
    let mut all = Vec::new();
    for contexts in &kinds {
        for method in &methods {
            for country in &countries {
                for address in &addresses {
                    all.push((contexts.clone(), method.clone(), country.clone(), *address));
                    if all.len() == TRIES {
                        return witnesses(name, all);
                    }
                }
            }
        }
    }
    witnesses(name, all)
}

type Candidate = (Vec<ContextFingerprint>, Method, Option<Country>, Option<Address>);

fn witnesses(name: &PolicyName, all: Vec<Candidate>) -> impl Iterator<Item = Witness> + use<'_> {
    all.into_iter().map(|(contexts, method, country, address)| Witness {
        policy: name.clone(),
        method,
        country,
        address,
        contexts,
    })
}

fn get_first(methods: &[Method]) -> Vec<Method> {
    let (get, others): (Vec<Method>, Vec<Method>) =
        methods.iter().cloned().partition(|method| method.as_str() == "GET");
    get.into_iter().chain(others).collect()
}

/// None, one that no condition lists, and those that are listed.
fn countries(policy: &SplitPolicy) -> Vec<Option<Country>> {
    let listed: BTreeSet<&Country> = policy
        .conditions()
        .filter_map(|one| one.countries.as_ref())
        .flatten()
        .collect();
    if listed.is_empty() {
        return vec![None];
    }
    let unlisted = COUNTRIES.iter().filter_map(|code| Country::parse(code).ok());
    let unlisted = unlisted.filter(|country| !listed.contains(country)).take(1).map(Some);
    let each = listed.iter().map(|country| Some((*country).clone()));
    unlisted.chain(each).chain([None]).collect()
}

fn addresses(policy: &SplitPolicy) -> Vec<Option<Address>> {
    let listed: BTreeSet<&Cidr> = policy
        .conditions()
        .filter_map(|one| one.addresses.as_ref())
        .flatten()
        .collect();
    if listed.is_empty() {
        return vec![None];
    }
    let unlisted = ADDRESSES.iter().filter_map(|address| Address::parse(address));
    let unlisted = unlisted
        .filter(|address| !listed.iter().any(|range| range.contains(*address)))
        .take(1)
        .map(Some);
    let each = listed.iter().map(|range| Some(range.first()));
    unlisted.chain(each).chain([None]).collect()
}

/// Every set of the kinds of login that the policy tells apart, the empty one first.
fn kinds(policy: &SplitPolicy) -> Vec<Vec<ContextFingerprint>> {
    let known: BTreeSet<ContextFingerprint> = policy.contexts().map(|context| context.fingerprint()).collect();
    let mut sets = vec![Vec::new()];
    // The compiler allows four.
    for kind in known.into_iter().take(membership::CONTEXT_LIMIT) {
        let with: Vec<Vec<ContextFingerprint>> = sets
            .iter()
            .map(|set| [set.as_slice(), std::slice::from_ref(&kind)].concat())
            .collect();
        sets.extend(with);
    }
    sets
}

fn passes(policy: &SplitPolicy, request: &Witness) -> bool {
    !policy.clauses.is_empty()
        && policy.clauses.iter().all(|clause| {
            clause.iter().any(|one| {
                let condition = one.condition.as_ref();
                condition.is_none_or(|condition| holds(condition, request) == Some(!one.negated))
            })
        })
}

fn holds(condition: &Condition, request: &Witness) -> Option<bool> {
    let address = |ranges: &Vec<Cidr>| {
        let address = request.address?;
        Some(ranges.iter().any(|range| range.contains(address)))
    };
    let country = |listed: &Vec<Country>| Some(listed.contains(request.country.as_ref()?));
    let members = [
        condition.countries.as_ref().map(country),
        condition.addresses.as_ref().map(address),
        condition
            .methods
            .as_ref()
            .map(|listed| Some(listed.contains(&request.method))),
        condition
            .context
            .as_ref()
            .map(|context| request.contexts.contains(&context.fingerprint()).then_some(true)),
        condition.max_age.map(|_| Some(true)),
        condition.service_tokens.as_ref().map(|_| Some(false)),
    ];
    membership::all(members.into_iter().flatten())
}
