use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use zt_model::compile::{Application, Compiled, compile};
use zt_model::explain::{Caller, Decision, Explanation, Question};
use zt_model::ids::{ApplicationName, AtomName, ClaimName, KeyId};
use zt_model::instant::Instant;
use zt_model::membership::{Claims, ContextRequirement, MembershipDocument, satisfied};
use zt_model::session::ClaimMapping;
use zt_model::source::{RouteSource, Source};

use crate::{list, number, text, vectors};

/// Names of routes' options in the source that the vectors write as users do.
fn source(application: &Value) -> Source {
    let routes: Vec<RouteSource> = serde_json::from_value(application["routes"].clone()).unwrap();
    let policies = serde_json::from_value(application["policies"].clone()).unwrap();
    Source { policies, routes }
}

fn compiled(application: &Value) -> (Compiled, MembershipDocument) {
    let source = source(application);
    let name = ApplicationName::parse("members").unwrap();
    let compiled = compile(&Application::new(name, source.clone())).unwrap_or_else(|problems| panic!("{problems}"));
    let kid = KeyId::parse("k1").unwrap();
    let document = MembershipDocument::first(kid, &compiled.policies, source).unwrap();
    (compiled, document)
}

fn mapping() -> ClaimMapping {
    let vectors = vectors!("policies.json");
    let claim = |name| ClaimName::parse(text(&vectors["mapping"], name)).unwrap();
    ClaimMapping {
        user: claim("user"),
        email: claim("email"),
        groups: claim("groups"),
        roles: claim("roles"),
        session: claim("session"),
    }
}

#[test]
fn policies_are_split_as_the_contract_says() {
    for application in list(&vectors!("policies.json"), "applications") {
        let name = text(application, "name");
        let (_, document) = compiled(application);
        assert_eq!(json!(document.policies), application["atoms"], "{name}");
        assert_eq!(json!(document.contexts), application["contexts"], "{name}");
        assert_eq!(MembershipDocument::parse(&document.text()).unwrap(), document, "{name}");
    }
}

#[test]
fn tables_are_made_as_the_contract_says() {
    for application in list(&vectors!("policies.json"), "applications") {
        let name = text(application, "name");
        let (compiled, document) = compiled(application);
        let table: Map<String, Value> = serde_json::from_str(&compiled.table(&document).unwrap().json()).unwrap();
        for member in ["k", "n", "q", "x", "m", "r"] {
            assert_eq!(table.get(member), application["table"].get(member), "{name}: {member}");
        }
        assert_eq!(json!(compiled.viewer_headers()), application["headers"], "{name}");
    }
}

#[test]
fn every_route_has_a_request_that_it_lets_in() {
    for application in list(&vectors!("policies.json"), "applications") {
        let (compiled, _) = compiled(application);
        for route in &compiled.routes {
            let public = route.access == zt_model::compile::Access::Public;
            let witness = compiled.witness(route);
            assert_eq!(witness.is_none(), public, "{}: {witness:?}", route.matching.pattern);
        }
    }
}

/// Checklist: P14
#[test]
fn requests_are_decided_alike() {
    let vectors = vectors!("policies.json");
    let now = number(&vectors, "now");
    let mapping = mapping();
    for application in list(&vectors, "applications") {
        let (compiled, document) = compiled(application);
        for case in list(application, "cases") {
            let name = format!("{}: {}", text(application, "name"), text(case, "name"));
            let (request, who) = (&case["request"], &case["caller"]);
            let question = Question {
                host: "app.example.com",
                path: text(request, "uri"),
                method: text(request, "method"),
                country: request["country"].as_str(),
                address: request["ip"].as_str(),
                tls: request["tls"].as_str(),
                now: Instant::from_seconds(now),
            };
            let caller = match (who["claims"].as_object(), who["service_token"].as_str()) {
                (Some(claims), _) => {
                    check_grants(&name, who, claims, (&document, &compiled), &mapping);
                    let login = Some(Instant::from_seconds(now - number(who, "age")));
                    Caller::Person { claims, login }
                }
                (None, Some(token)) => Caller::Machine { token },
                (None, None) => Caller::Nobody,
            };
            let explanation = compiled.explain(&mapping, &question, &caller);
            check(&name, &explanation, &case["expected"]);
        }
    }
}

/// What the auth function would put into the session is what the vectors say it does.
fn check_grants(
    name: &str,
    who: &Value,
    claims: &Map<String, Value>,
    (document, compiled): (&MembershipDocument, &Compiled),
    mapping: &ClaimMapping,
) {
    let atoms: Vec<&AtomName> = compiled
        .policies
        .values()
        .flat_map(|policy| policy.atom_names())
        .collect();
    let met: Vec<&AtomName> = satisfied(&document.policies, Claims { claims, mapping }).collect();
    let indices: Vec<usize> = (0..atoms.len()).filter(|index| met.contains(&atoms[*index])).collect();
    assert_eq!(json!(indices), who["atoms"], "{name}: atoms");
    let held: BTreeMap<&str, &ContextRequirement> = document
        .contexts
        .iter()
        .filter(|(_, requirement)| requirement.holds(claims))
        .map(|(fingerprint, requirement)| (fingerprint.as_str(), requirement))
        .collect();
    let held: String = held.into_keys().collect();
    assert_eq!(held, text(who, "ctx"), "{name}: contexts");
}

fn check(name: &str, explanation: &Explanation, expected: &Value) {
    let (word, policy) = match &explanation.decision {
        Decision::Allow(policy) => ("allow", Some(policy.as_str())),
        Decision::StepUp(step) => {
            let fingerprint = step.requirement.as_ref().map(ContextRequirement::fingerprint);
            assert_eq!(json!(fingerprint), expected["step"], "{name}: {explanation}");
            let age = step.max_age.map(|age| age.seconds());
            assert_eq!(json!(age), expected["age"], "{name}: {explanation}");
            ("step_up", None)
        }
        Decision::Public => ("public", None),
        Decision::Login => ("login", None),
        Decision::Denied => ("denied", None),
        Decision::OldTls => ("tls", None),
        other => panic!("{name}: {other}"),
    };
    assert_eq!(word, text(expected, "decision"), "{name}: {explanation}");
    assert_eq!(policy, expected["policy"].as_str(), "{name}: {explanation}");
    if let Some(rewrite) = expected.get("rewrite") {
        let rewritten = explanation.rewrite.as_ref().map(|path| path.replace(' ', "%20"));
        assert_eq!(json!(rewritten), *rewrite, "{name}");
    }
}
