use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use zt_model::ids::{AtomName, KeyId, PolicyName};
use zt_model::instant::Instant;
use zt_model::membership::{Grant, MembershipDocument, Policy, Selector, SplitPolicy, decide};
use zt_model::source::Source;

/// The policies in force after an edit: for each of three names no text or one of three; and whether numbering restarts.
type Step = ([Option<u8>; 3], bool);

fn step() -> impl Strategy<Value = Step> {
    (
        proptest::array::uniform3(proptest::option::of(0_u8..3)),
        proptest::bool::weighted(0.15),
    )
}

fn policies(texts: &[Option<u8>; 3]) -> BTreeMap<PolicyName, SplitPolicy> {
    let entry = |(index, text): (usize, &Option<u8>)| {
        let name = PolicyName::parse(["a", "b", "c"][index]).unwrap();
        let selector = Selector {
            groups: Some(vec![format!("group{}", (*text)?)]),
            ..Selector::default()
        };
        let policy = Policy {
            require: vec![selector],
            ..Policy::default()
        };
        Some((name.clone(), SplitPolicy::of(&name, &policy).unwrap()))
    };
    texts.iter().enumerate().filter_map(entry).collect()
}

fn documents(steps: &[Step]) -> Vec<MembershipDocument> {
    let kid = KeyId::parse("k1").unwrap();
    let mut documents: Vec<MembershipDocument> = Vec::new();
    for (texts, restarts) in steps {
        let policies = policies(texts);
        let source = Source::default();
        let next = match documents.last() {
            None => MembershipDocument::first(kid.clone(), &policies, source),
            Some(last) if *restarts => {
                let now = Instant::from_seconds(1_000);
                MembershipDocument::restarted(kid.clone(), Some(last.generation), &policies, source, now)
            }
            Some(last) => last.next(&policies, source),
        };
        documents.push(next.unwrap());
    }
    documents
}

proptest! {
    /// Every mixture an edge location can see: a cookie of any document against the table of any other.
    #[test]
    fn a_cookie_never_passes_for_a_policy_text_its_user_did_not_meet(
        steps in proptest::collection::vec(step(), 1..12),
        met: [bool; 3],
    ) {
        let documents = documents(&steps);
        let meets: BTreeSet<AtomName> = ["a", "b", "c"].into_iter().zip(met).filter(|(_, met)| *met)
            .map(|(name, _)| AtomName::parse(name).unwrap()).collect();
        for minted in &documents {
            let grants = minted.grants(minted.policies.keys().filter(|name| meets.contains(*name)));
            for table in &documents {
                for (name, policy) in &table.policies {
                    let (bit, birth) = table.bit(name).unwrap();
                    let verdict = decide(&[Grant { bit, birth }], table.generation, minted.generation, &grants);
                    let same_text = minted.policies.get(name) == Some(policy);
                    if verdict.is_ok() {
                        prop_assert!(same_text && meets.contains(name), "{} {:?}", name, documents);
                    }
                    if minted.generation == table.generation && minted.policies == table.policies {
                        prop_assert_eq!(verdict.is_ok(), meets.contains(name));
                    }
                }
            }
        }
    }

    #[test]
    fn bits_have_one_meaning_for_ever_and_documents_read_back(steps in proptest::collection::vec(step(), 1..12)) {
        let documents = documents(&steps);
        for (before, after) in documents.iter().zip(documents.iter().skip(1)) {
            prop_assert!(after.generation >= before.generation);
            let restarted = after.generation > before.generation + 1;
            for entry in &before.ledger {
                let same = after.ledger.iter().any(|other| {
                    (other.bit, &other.policy, &other.digest) == (entry.bit, &entry.policy, &entry.digest)
                });
                prop_assert!(same || restarted);
            }
            let again = MembershipDocument::parse(&after.text()).unwrap();
            prop_assert_eq!(&again, after);
        }
    }

    /// The auth function knows no digests: for it the present entry of a policy is the one born last.
    #[test]
    fn the_present_entry_of_a_policy_is_the_one_born_last(steps in proptest::collection::vec(step(), 1..12)) {
        for document in documents(&steps) {
            for name in document.policies.keys() {
                let last = document.ledger.iter().filter(|entry| entry.policy == *name).max_by_key(|entry| entry.birth).unwrap();
                prop_assert_eq!(document.bit(name), Some((last.bit, last.birth)));
            }
        }
    }
}
