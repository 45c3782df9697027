//! An application from before there were conditions: nothing it holds changes its meaning.

use serde_json::{Value, json};
use zt_model::compile::Application;
use zt_model::ids::AtomName;
use zt_model::membership::MembershipDocument;

use crate::{application, compiled};

/// A document as the release before this one wrote it, ledger with a past included.
const BEFORE: &str = r#"{"v":1,"gen":7,"kid":"k7q2","ledger":[{"bit":0,"policy":"admins","digest":"ADMINS_DIGEST","birth":1},{"bit":1,"policy":"staff","digest":"AAAAAAAAAAAAAAAAAAAAAA","birth":1},{"bit":2,"policy":"staff","digest":"STAFF_DIGEST","birth":7}],"policies":{"admins":{"require":[{"groups":["admins"]}],"any":[],"none":[]},"staff":{"require":[],"any":[{"groups":["staff"]}],"none":[]}},"source":{"policies":{"admins":{"require":[{"groups":["admins"]}],"any":[],"none":[]},"staff":{"require":[],"any":[{"groups":["staff"]}],"none":[]}},"routes":[{"path":"/admin/*","allow":["admins"]},{"path":"/*","allow":["staff"]}]}}"#;

fn before() -> Application {
    application(json!([{"path": "/admin/*", "allow": ["admins"]}, {"path": "/*", "allow": ["staff"]}]))
}

/// The digests are SHA-256 of the canonical texts, written down by Python's hashlib.
fn document() -> String {
    BEFORE
        .replace("ADMINS_DIGEST", ADMINS_DIGEST)
        .replace("STAFF_DIGEST", STAFF_DIGEST)
}

const ADMINS_DIGEST: &str = "X_bXwgavfr1IwJpRzBAaPT";
const STAFF_DIGEST: &str = "3dq2JcyI6DqxV_9gY9Ofm9";

#[test]
fn the_document_of_policies_without_context_stays_byte_for_byte() {
    let text = document();
    let present = MembershipDocument::parse(&text).unwrap();
    let compiled = compiled(&before());
    let next = present
        .next(&compiled.policies, compiled.application.source.clone())
        .unwrap();
    assert_eq!(next.text(), text);
}

#[test]
fn the_table_of_policies_without_context_has_no_new_member() {
    let compiled = compiled(&before());
    let present = MembershipDocument::parse(&document()).unwrap();
    let table = compiled.table(&present).unwrap();
    assert_eq!(
        table.json(),
        r#"{"a":"members","c":"__Host-zt-session","h":[],"w":[],"p":"/oauth2","u":"/.zt/userinfo","g":7,"k":[[0,1],[2,7]],"n":["admins","staff"],"i":{},"r":[["/admin/*",0,[0]],["/*",0,[1]]]}"#
    );
    assert!(table.parts().is_empty());
    assert!(compiled.viewer_headers().is_empty() && !compiled.machines());
}

#[test]
fn a_condition_added_to_a_policy_logs_nobody_out() {
    let present = MembershipDocument::parse(&document()).unwrap();
    let mut application = before();
    for (name, list, selector) in [
        ("admins", "require", json!({"acr": "mfa"})),
        ("admins", "none", json!({"countries": ["KP"]})),
        ("staff", "require", json!({"ips": ["198.51.100.0/24"]})),
    ] {
        let policy = application.source.policies.get_mut(name).unwrap();
        let mut written: Value = serde_json::to_value(&*policy).unwrap();
        written[list].as_array_mut().unwrap().push(selector);
        *policy = serde_json::from_value(written).unwrap();
    }
    let compiled = compiled(&application);
    let next = present.next(&compiled.policies, application.source.clone()).unwrap();
    assert_eq!(next.generation, present.generation, "every grant stands as it stood");
    for name in ["admins", "staff"] {
        let name = AtomName::parse(name).unwrap();
        assert_eq!(next.bit(&name), present.bit(&name));
    }
    assert_eq!(next.contexts.len(), 1);
}
