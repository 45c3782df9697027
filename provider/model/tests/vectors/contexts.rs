use zt_model::membership::ContextRequirement;

use crate::{list, text, vectors};

#[test]
fn requirements_are_named_alike() {
    for case in list(&vectors!("contexts.json"), "fingerprints") {
        let requirement: ContextRequirement = serde_json::from_value(case["requirement"].clone()).unwrap();
        assert_eq!(requirement.text(), text(case, "text"));
        assert_eq!(requirement.fingerprint().as_str(), text(case, "fingerprint"));
    }
}

/// Checklist: P19
#[test]
fn logins_meet_requirements_alike() {
    for case in list(&vectors!("contexts.json"), "holds") {
        let requirement: ContextRequirement = serde_json::from_value(case["requirement"].clone()).unwrap();
        let claims = case["claims"].as_object().unwrap();
        assert_eq!(
            requirement.holds(claims),
            case["holds"].as_bool().unwrap(),
            "{}",
            text(case, "name")
        );
    }
}
