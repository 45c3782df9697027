//! Explanations against the table: what a written policy is said to do is what its compiled halves do, for every policy
//! the language can write, sensible or not.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use zt_model::compile::{Access, Application, Compiled, CompiledRoute, ProblemKind, compile};
use zt_model::explain::{Caller, Decision, Question};
use zt_model::ids::{ApplicationName, ClaimName, KeyId, PolicyName};
use zt_model::instant::Instant;
use zt_model::membership::{MembershipDocument, Policy, Selector, SplitPolicy};
use zt_model::route::{Pattern, Route};
use zt_model::session::ClaimMapping;
use zt_model::source::{RouteSource, Source};

use crate::table::{Seen, Verdict, Who, decide};

const NOW: u64 = 1_800_000_000;
const METHODS: [&str; 3] = ["GET", "POST", "HEAD"];
const COUNTRIES: [&str; 3] = ["DE", "FR", "AQ"];

fn listed(values: &'static [&'static str]) -> impl Strategy<Value = Option<Vec<String>>> {
    let some = proptest::sample::subsequence(values, 1..=values.len());
    proptest::option::weighted(
        0.3,
        some.prop_map(|values| values.into_iter().map(str::to_owned).collect()),
    )
}

fn selector() -> impl Strategy<Value = Selector> {
    let membership = (
        listed(&["a", "b"]),
        listed(&["ada"]),
        proptest::option::weighted(0.15, Just(true)),
    );
    let request = (
        listed(&["DE", "FR"]),
        listed(&["198.51.100.0/25", "2001:db8::/33"]),
        listed(&["GET", "POST"]),
    );
    let login = (
        proptest::option::weighted(0.2, Just("gold".to_owned())),
        proptest::option::weighted(0.15, Just(vec!["otp".to_owned()])),
        proptest::option::weighted(0.2, proptest::sample::select(vec![60_u64, 600])),
    );
    let whole = (membership, request, login, listed(&["ci", "cd"]));
    whole.prop_map(
        |((groups, users, authenticated), (countries, ips, methods), (acr, amr, max_age), tokens)| Selector {
            groups,
            users,
            authenticated,
            countries,
            ips,
            methods,
            acr,
            amr,
            max_age,
            // Tokens beside users are senseless; they are tried all the same, but not most of the time.
            service_tokens: tokens,
            ..Selector::default()
        },
    )
}

fn policy() -> impl Strategy<Value = Policy> {
    let list = |longest| proptest::collection::vec(selector(), 0..longest);
    (list(3), list(4), list(2)).prop_map(|(require, any, none)| Policy { require, any, none })
}

#[derive(Debug, Clone)]
struct World {
    method: &'static str,
    country: Option<&'static str>,
    address: Option<&'static str>,
    /// Claims and age of the login, or a token.
    caller: Result<(Map<String, Value>, u64), &'static str>,
}

fn world() -> impl Strategy<Value = World> {
    let groups = proptest::sample::select(vec![
        json!([]),
        json!(["a"]),
        json!(["b"]),
        json!(["a", "b", "c"]),
        json!("a"),
        Value::Null,
    ]);
    let claims = (
        groups,
        proptest::sample::select(vec![json!("ada"), json!("bob"), json!("")]),
        proptest::sample::select(vec![json!("gold"), json!("tin"), json!(1)]),
        proptest::sample::select(vec![json!(["otp"]), json!(["pwd"]), json!("otp")]),
    );
    let claims = claims.prop_map(|(groups, sub, acr, amr)| {
        let claims = json!({"groups": groups, "sub": sub, "acr": acr, "amr": amr});
        claims.as_object().unwrap().clone()
    });
    let person = (claims, proptest::sample::select(vec![0_u64, 60, 61, 600, 601])).prop_map(Ok);
    let token = proptest::sample::select(vec!["ci", "cd", "other"]).prop_map(Err);
    (
        proptest::sample::select(vec!["GET", "POST", "PUT"]),
        proptest::sample::select(vec![Some("DE"), Some("FR"), Some("KP"), None]),
        proptest::sample::select(vec![
            Some("198.51.100.7"),
            Some("198.51.100.200"),
            Some("2001:db8::1"),
            Some("::ffff:198.51.100.9"),
            None,
        ]),
        prop_oneof![3 => person, 1 => token],
    )
        .prop_map(|(method, country, address, caller)| World {
            method,
            country,
            address,
            caller,
        })
}

/// What the compiler makes of it, whatever it thinks of it.
fn compiled(policies: &BTreeMap<String, Policy>) -> Compiled {
    let names: Vec<PolicyName> = policies.keys().map(|name| PolicyName::parse(name).unwrap()).collect();
    let route = RouteSource {
        path: "/*".into(),
        allow: policies.keys().cloned().collect(),
        ..RouteSource::default()
    };
    let source = Source {
        policies: policies.clone(),
        routes: vec![route],
    };
    let mut application = Application::new(ApplicationName::parse("members").unwrap(), source);
    application.machines = true;
    Compiled {
        policies: names
            .iter()
            .map(|name| (name.clone(), SplitPolicy::of(name, &policies[name.as_str()]).unwrap()))
            .collect(),
        routes: vec![CompiledRoute {
            matching: Route {
                pattern: Pattern::parse("/*", false).unwrap(),
                encoded_slash: false,
                semicolon: false,
            },
            access: Access::Policies(names),
            methods: None,
            always_401: false,
            origin: None,
            shared_cache: false,
            cors: None,
            rewrite: None,
            tls13: false,
        }],
        behaviours: Vec::new(),
        warnings: Vec::new(),
        application,
    }
}

/// Whether somebody with these claims meets an atom: only what the strategies above can write.
fn meets(atom: &Policy, claims: &Map<String, Value>) -> bool {
    let holds = |selector: &Selector| {
        let mut verdicts = Vec::new();
        if let Some(groups) = &selector.groups {
            let own = claims["groups"].as_array();
            verdicts.push(own.map(|own| own.iter().any(|group| groups.iter().any(|one| group == one))));
        }
        if let Some(users) = &selector.users {
            let own = claims["sub"].as_str().filter(|own| !own.is_empty());
            verdicts.push(own.map(|own| users.iter().any(|user| user == own)));
        }
        verdicts.extend(selector.authenticated.map(Some));
        match verdicts {
            none if none.is_empty() => None,
            some if some.contains(&Some(false)) => Some(false),
            some if some.contains(&None) => None,
            _ => Some(true),
        }
    };
    (!atom.require.is_empty() || !atom.any.is_empty())
        && atom.require.iter().all(|one| holds(one) == Some(true))
        && (atom.any.is_empty() || atom.any.iter().any(|one| holds(one) == Some(true)))
        && atom.none.iter().all(|one| holds(one) == Some(false))
}

fn seen(world: &World, document: &MembershipDocument) -> Seen {
    let who = match &world.caller {
        Err(token) => Who::Token(token),
        Ok((claims, age)) => {
            let met = document.policies.iter().filter(|(_, atom)| meets(atom, claims));
            let gold = claims["acr"] == "gold";
            let otp = claims["amr"] == json!(["otp"]);
            let held = document
                .contexts
                .iter()
                .filter(|(_, requirement)| (requirement.acr.is_none() || gold) && (requirement.amr.is_none() || otp));
            Who::Session {
                bits: met
                    .map(|(name, _)| u64::from(document.bit(name).unwrap().0))
                    .collect::<BTreeSet<_>>(),
                contexts: held.map(|(fingerprint, _)| fingerprint.as_str().to_owned()).collect(),
                age: *age,
            }
        }
    };
    Seen {
        method: world.method,
        country: world.country,
        address: world.address,
        who,
    }
}

fn mapping() -> ClaimMapping {
    let claim = |name| ClaimName::parse(name).unwrap();
    ClaimMapping {
        user: claim("sub"),
        email: claim("email"),
        groups: claim("groups"),
        roles: claim("roles"),
        session: claim("sid"),
    }
}

fn explained(compiled: &Compiled, world: &World) -> Verdict {
    let question = Question {
        host: "app.example.com",
        path: "/a",
        method: world.method,
        country: world.country,
        address: world.address,
        tls: None,
        now: Instant::from_seconds(NOW),
    };
    let caller = match &world.caller {
        Ok((claims, age)) => Caller::Person {
            claims,
            login: Some(Instant::from_seconds(NOW - age)),
        },
        Err(token) => Caller::Machine { token },
    };
    let explanation = compiled.explain(&mapping(), &question, &caller);
    let deciding = explanation
        .policies
        .iter()
        .all(|policy| policy.findings.is_empty() || policy.findings.iter().any(|finding| finding.decides));
    assert!(deciding, "{explanation}");
    match explanation.decision {
        Decision::Allow(policy) => Verdict::Allow(policy.to_string()),
        Decision::StepUp(step) => {
            let fingerprint = step.requirement.map(|one| one.fingerprint().as_str().to_owned());
            Verdict::StepUp(fingerprint, step.max_age.map(|age| age.seconds()))
        }
        Decision::Denied => Verdict::Denied,
        other => panic!("{other}"),
    }
}

fn document(compiled: &Compiled) -> MembershipDocument {
    let kid = KeyId::parse("k1").unwrap();
    MembershipDocument::first(kid, &compiled.policies, Source::default()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_a_policy_is_said_to_do_is_what_its_halves_do(
        one in policy(),
        other in policy(),
        worlds in proptest::collection::vec(world(), 8),
    ) {
        let compiled = compiled(&[("one".to_owned(), one), ("other".to_owned(), other)].into());
        let document = document(&compiled);
        let table: Value = serde_json::from_str(&compiled.table(&document).unwrap().json()).unwrap();
        for world in &worlds {
            let by_table = decide(&table, &[0, 1], &seen(world, &document));
            prop_assert_eq!(explained(&compiled, world), by_table, "{:?} {}", world, table);
        }
    }

    /// What the plan refuses because nobody could meet it is indeed met by nobody.
    #[test]
    fn a_policy_said_to_be_met_by_nobody_lets_nobody_in(policy in policy(), worlds in proptest::collection::vec(world(), 32)) {
        let compiled = compiled(&[("one".to_owned(), policy)].into());
        let Err(problems) = compile(&compiled.application) else { return Ok(()) };
        let unmeetable = |kind: &ProblemKind| matches!(kind, ProblemKind::Unmeetable { .. } | ProblemKind::EmptyPolicy { .. });
        if problems.as_slice().iter().any(|problem| unmeetable(&problem.kind)) {
            for world in &worlds {
                prop_assert!(!matches!(explained(&compiled, world), Verdict::Allow(_)), "{} {:?}", problems, world);
            }
        }
    }

    /// A request made up to pass does pass, by the table, with every grant.
    #[test]
    fn a_witness_of_a_route_is_let_in(one in policy(), other in policy()) {
        let compiled = compiled(&[("one".to_owned(), one), ("other".to_owned(), other)].into());
        let document = document(&compiled);
        let table: Value = serde_json::from_str(&compiled.table(&document).unwrap().json()).unwrap();
        let Some(witness) = compiled.witness(&compiled.routes[0]) else { return Ok(()) };
        let seen = Seen {
            method: METHODS.into_iter().find(|method| *method == witness.method.as_str()).unwrap(),
            country: COUNTRIES.into_iter().find(|one| Some(*one) == witness.country.as_ref().map(|one| one.as_str())),
            address: witness.address.map(|address| &*address.to_string().leak()),
            who: Who::Session {
                bits: document.ledger.iter().map(|entry| u64::from(entry.bit)).collect(),
                contexts: witness.contexts.iter().map(|one| one.as_str().to_owned()).collect(),
                age: 0,
            },
        };
        // An earlier policy may let it in as well.
        prop_assert!(matches!(decide(&table, &[0, 1], &seen), Verdict::Allow(_)), "{:?} {}", witness, table);
    }

    /// Order and repetition mean nothing: neither to the grants nor to the table.
    #[test]
    fn the_same_policy_in_another_order_is_the_same(policy in policy()) {
        let mut turned = policy.clone();
        for list in [&mut turned.require, &mut turned.any, &mut turned.none] {
            list.reverse();
            let first = list.first().cloned();
            list.extend(first);
        }
        let name = PolicyName::parse("p").unwrap();
        prop_assert_eq!(SplitPolicy::of(&name, &policy).unwrap(), SplitPolicy::of(&name, &turned).unwrap());
    }

    /// A service token that no selector names is let in nowhere.
    #[test]
    fn a_token_is_let_in_only_where_it_is_named(policy in policy(), worlds in proptest::collection::vec(world(), 16)) {
        let compiled = compiled(&[("one".to_owned(), policy.clone())].into());
        let document = document(&compiled);
        let table: Value = serde_json::from_str(&compiled.table(&document).unwrap().json()).unwrap();
        let naming = |token: &str| {
            let mut asking = policy.require.iter().chain(&policy.any);
            asking.any(|selector| selector.service_tokens.iter().flatten().any(|name| name == token))
        };
        for world in &worlds {
            if let Err(token) = &world.caller && decide(&table, &[0], &seen(world, &document)) != Verdict::Denied {
                prop_assert!(naming(token), "{} {}", token, table);
            }
        }
    }
}
