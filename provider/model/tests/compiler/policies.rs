use serde_json::{Value, json};

use crate::{compile, problems, with_policies};

/// The problems of one policy, named p, that the one route uses.
fn check(cases: &[(Value, &[&str])]) {
    for (policy, expected) in cases {
        let application = with_policies(json!({"p": policy}), json!([{"path": "/*", "allow": ["p"]}]));
        assert_eq!(problems(&application), *expected, "{policy}");
    }
}

const NOBODY: &[&str] = &["policies[\"p\"]: policy p can be met by nobody"];

#[test]
fn a_policy_requires_something() {
    let empty: &[&str] = &["policies[\"p\"]: policy p requires nothing"];
    check(&[
        (json!({"require": [{"authenticated": true}]}), &[]),
        (json!({}), empty),
        (json!({"none": [{"groups": ["a"]}]}), empty),
        (
            json!({"any": [{}]}),
            &["policies[\"p\"].any[0]: a selector without members"],
        ),
        (
            json!({"any": [{"claims": {}}]}),
            &["policies[\"p\"].any[0]: a selector without members"],
        ),
        (
            json!({"any": [{"groups": []}]}),
            &["policies[\"p\"].any[0].groups: an empty list of values"],
        ),
    ]);
}

#[test]
fn values_can_match() {
    check(&[
        (
            json!({"any": [{"emails": ["A@example.com"]}, {"email_domains": ["Example.com"]}]}),
            &[],
        ),
        (
            json!({"any": [{"groups": ["a", ""]}]}),
            &["policies[\"p\"].any[0].groups[1]: \"\" cannot match"],
        ),
        (
            json!({"require": [{"emails": ["example.com", "a@b@c", "@x.org", "ü@x.org"]}]}),
            &[
                "policies[\"p\"].require[0].emails[0]: \"example.com\" cannot match",
                "policies[\"p\"].require[0].emails[1]: \"a@b@c\" cannot match",
                "policies[\"p\"].require[0].emails[2]: \"@x.org\" cannot match",
                "policies[\"p\"].require[0].emails[3]: \"ü@x.org\" cannot match",
            ],
        ),
        (
            json!({"any": [{"email_domains": ["@example.com", "*.example.com"]}]}),
            &[
                "policies[\"p\"].any[0].email_domains[0]: \"@example.com\" cannot match",
                "policies[\"p\"].any[0].email_domains[1]: \"*.example.com\" cannot match",
            ],
        ),
        (
            json!({"any": [{"claims": {"a b": ["x"]}}]}),
            &["policies[\"p\"].any[0].claims[\"a b\"]: invalid name"],
        ),
        (
            json!({"any": [{"authenticated": false}]}),
            &["policies[\"p\"].any[0].authenticated: \"false\" cannot match"],
        ),
    ]);
}

#[test]
fn a_policy_nobody_can_meet_is_refused() {
    check(&[
        (json!({"require": [{"users": ["a", "b"]}, {"users": ["b", "c"]}]}), &[]),
        (json!({"require": [{"users": ["a"]}, {"users": ["b"]}]}), NOBODY),
        (
            json!({"require": [{"users": ["a"]}], "any": [{"users": ["b"]}, {"users": ["c"]}]}),
            NOBODY,
        ),
        (
            json!({"require": [{"users": ["a"]}], "any": [{"users": ["b"]}, {"groups": ["c"]}]}),
            &[],
        ),
        (json!({"require": [{"groups": ["a"]}, {"groups": ["b"]}]}), &[]),
        (
            json!({"require": [{"emails": ["a@x.org"]}, {"email_domains": ["y.org"]}]}),
            NOBODY,
        ),
        (
            json!({"require": [{"emails": ["A@X.org"]}, {"email_domains": ["x.ORG"]}]}),
            &[],
        ),
        (
            json!({"require": [{"email_domains": ["x.org"]}, {"email_domains": ["y.org"]}]}),
            NOBODY,
        ),
        (
            json!({"require": [{"groups": ["a"]}], "none": [{"authenticated": true}]}),
            NOBODY,
        ),
        (
            json!({"require": [{"groups": ["a"]}], "none": [{"groups": ["a", "b"]}]}),
            NOBODY,
        ),
        (
            json!({"require": [{"groups": ["a", "b"]}], "none": [{"groups": ["a"]}]}),
            &[],
        ),
        (
            json!({"any": [{"groups": ["a"]}, {"groups": ["b"]}], "none": [{"groups": ["a"]}]}),
            &[],
        ),
        (
            json!({"any": [{"groups": ["a"], "roles": ["r"]}], "none": [{"groups": ["a"]}]}),
            NOBODY,
        ),
        (
            json!({"require": [{"claims": {"t": ["1"]}}], "none": [{"claims": {"t": ["1", "2"]}}]}),
            NOBODY,
        ),
    ]);
}

#[test]
fn names_fit_the_audit_line_and_unused_policies_are_a_warning() {
    let everyone = json!({"require": [{"authenticated": true}]});
    let application = with_policies(json!({"p q": everyone}), json!([{"path": "/*", "access": "public"}]));
    assert_eq!(problems(&application), ["policies[\"p q\"]: invalid name"]);

    let application = with_policies(
        json!({"p": everyone, "q": everyone}),
        json!([{"path": "/*", "allow": ["p"]}]),
    );
    let compiled = compile(&application).unwrap();
    let warnings: Vec<String> = compiled.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, ["policies[\"q\"]: policy q is used by no route"]);
    // It is evaluated all the same, so that a route may use it later without a new login.
    assert_eq!(compiled.policies.len(), 2);
}
