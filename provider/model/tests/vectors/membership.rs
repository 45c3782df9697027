use std::collections::BTreeMap;

use zt_model::ids::{AtomName, ClaimName, KeyId, PolicyName};
use zt_model::membership::{Claims, Grant, MembershipDocument, Policy, SplitPolicy, decide, met};
use zt_model::session::{ClaimMapping, Grants};
use zt_model::source::Source;

use crate::{list, number, text, vectors};

#[test]
fn policies_are_met_alike() {
    let vectors = vectors!("membership.json");
    let claim = |name| ClaimName::parse(text(&vectors["mapping"], name)).unwrap();
    let mapping = ClaimMapping {
        user: claim("user"),
        email: claim("email"),
        groups: claim("groups"),
        roles: claim("roles"),
        session: claim("session"),
    };
    for case in list(&vectors, "cases") {
        let policy: Policy = serde_json::from_value(case["policy"].clone()).unwrap();
        let claims = Claims {
            claims: case["claims"].as_object().unwrap(),
            mapping: &mapping,
        };
        let expected = case["met"].as_bool().unwrap();
        assert_eq!(met(&policy, claims), expected, "{}", text(case, "name"));
        assert_eq!(
            met(&policy.normalised(), claims),
            expected,
            "{}, normalised",
            text(case, "name")
        );
    }
}

#[test]
fn grants_are_judged_and_spelled_alike() {
    let vectors = vectors!("grants.json");
    for case in list(&vectors, "cases") {
        let policies: Vec<Grant> = case["policies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| Grant {
                bit: u16::try_from(pair[0].as_u64().unwrap()).unwrap(),
                birth: pair[1].as_u64().unwrap(),
            })
            .collect();
        let grants = Grants::parse(text(case, "grants")).unwrap();
        let verdict = decide(&policies, number(case, "g"), number(case, "gen"), &grants);
        let verdict = verdict.map_or_else(|refusal| refusal.code(), |()| "pass");
        assert_eq!(verdict, text(case, "verdict"), "{}", text(case, "name"));
    }
    for case in list(&vectors, "spelling") {
        let bits = case["bits"].as_array().unwrap().iter();
        let grants: Grants = bits.map(|bit| u16::try_from(bit.as_u64().unwrap()).unwrap()).collect();
        assert_eq!(grants.text(), text(case, "grants"));
    }
}

#[test]
fn digests_are_the_same() {
    for case in list(&vectors!("ledger.json"), "digests") {
        let policy: Policy = serde_json::from_value(case["policy"].clone()).unwrap();
        assert_eq!(policy.canonical(), text(case, "canonical"), "{}", text(case, "name"));
        assert_eq!(policy.digest(), text(case, "digest"), "{}", text(case, "name"));
    }
}

#[test]
fn the_ledger_numbers_alike() {
    let mut document: Option<MembershipDocument> = None;
    for step in list(&vectors!("ledger.json"), "steps") {
        let name = text(step, "name");
        let policies: BTreeMap<PolicyName, Policy> = serde_json::from_value(step["policies"].clone()).unwrap();
        let policies: BTreeMap<PolicyName, SplitPolicy> = policies
            .into_iter()
            .map(|(name, policy)| (name.clone(), SplitPolicy::of(&name, &policy).unwrap()))
            .collect();
        let next = match &document {
            None => MembershipDocument::first(KeyId::parse("k1").unwrap(), &policies, Source::default()),
            Some(before) => before.next(&policies, Source::default()),
        }
        .unwrap();
        assert_eq!(next.generation, number(step, "gen"), "{name}");
        let bits: BTreeMap<String, (u16, u64)> = serde_json::from_value(step["bits"].clone()).unwrap();
        let found = policies
            .keys()
            .map(|name| (name.to_string(), next.bit(&AtomName::of(name)).unwrap()))
            .collect();
        assert_eq!(bits, found, "{name}");
        // What is stored is what is read, and it passes its own check.
        assert_eq!(MembershipDocument::parse(&next.text()).unwrap(), next, "{name}");
        document = Some(next);
    }
}
