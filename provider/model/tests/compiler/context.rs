//! What a plan says of conditions: values that never match, contradictions, tokens, and too many kinds of login.

use serde_json::{Value, json};
use zt_model::compile::compile;

use crate::{problems, with_policies};

/// The problems of one policy, named p, that the one route uses.
fn check(cases: &[(Value, &[&str])]) {
    for (policy, expected) in cases {
        let application = with_policies(json!({"p": policy}), json!([{"path": "/*", "allow": ["p"]}]));
        assert_eq!(problems(&application), *expected, "{policy}");
    }
}

const NOBODY: &[&str] = &["policies[\"p\"]: policy p can be met by nobody"];

#[test]
fn values_of_conditions_can_match() {
    let staff = json!({"groups": ["staff"]});
    check(&[
        (
            json!({"require": [staff, {"countries": ["DE", "XK"], "ips": ["10.0.0.0/8"], "methods": ["GET"], "acr": "mfa", "amr": ["otp"], "max_age": 60}]}),
            &[],
        ),
        (
            json!({"require": [staff, {"countries": ["de", "D"]}]}),
            &[
                "policies[\"p\"].require[1].countries[0]: \"de\" cannot match",
                "policies[\"p\"].require[1].countries[1]: \"D\" cannot match",
            ],
        ),
        (
            json!({"require": [staff], "none": [{"countries": ["KP", "UK"]}]}),
            &["policies[\"p\"].none[0].countries[1]: no country has the code \"UK\""],
        ),
        (
            json!({"require": [staff, {"ips": ["10.0.0.1", "10.0.0.1/8", "::ffff:10.0.0.0/104", "office"]}]}),
            &[
                "policies[\"p\"].require[1].ips[0]: \"10.0.0.1\" cannot match",
                "policies[\"p\"].require[1].ips[1]: \"10.0.0.1/8\" cannot match",
                "policies[\"p\"].require[1].ips[2]: \"::ffff:10.0.0.0/104\" cannot match",
                "policies[\"p\"].require[1].ips[3]: \"office\" cannot match",
            ],
        ),
        (
            json!({"require": [staff, {"methods": ["get"]}]}),
            &["policies[\"p\"].require[1].methods[0]: \"get\" cannot match"],
        ),
        (
            json!({"require": [staff, {"acr": "two words", "amr": ["a\"b", ""]}]}),
            &[
                "policies[\"p\"].require[1].amr[0]: \"a\\\"b\" cannot match",
                "policies[\"p\"].require[1].amr[1]: \"\" cannot match",
                "policies[\"p\"].require[1].acr: \"two words\" cannot match",
            ],
        ),
        (
            json!({"require": [staff, {"max_age": 59}]}),
            &["policies[\"p\"].require[1].max_age: \"59s\" cannot match"],
        ),
        (
            json!({"require": [{"service_tokens": ["CI"]}]}),
            &["policies[\"p\"].require[0].service_tokens[0]: \"CI\" cannot match"],
        ),
        (
            json!({"any": [{"groups": ["a"]}, {"ips": []}]}),
            &[
                "policies[\"p\"]: policy p is met by everybody who can log in",
                "policies[\"p\"].any[1].ips: an empty list of values",
            ],
        ),
    ]);
}

#[test]
fn a_policy_nobody_can_meet_is_refused_for_its_conditions_too() {
    let staff = json!({"groups": ["staff"]});
    check(&[
        (json!({"require": [staff], "any": [{"service_tokens": ["ci"]}]}), NOBODY),
        (
            json!({"require": [{"service_tokens": ["ci"], "groups": ["a"]}]}),
            NOBODY,
        ),
        (json!({"require": [{"service_tokens": ["ci"]}, {"acr": "mfa"}]}), NOBODY),
        (
            json!({"require": [{"service_tokens": ["ci"]}, {"service_tokens": ["cd"]}]}),
            NOBODY,
        ),
        (
            json!({"require": [{"service_tokens": ["ci"]}], "none": [staff]}),
            NOBODY,
        ),
        (
            json!({"require": [{"service_tokens": ["ci"]}], "none": [{"groups": ["x"], "countries": ["KP"]}]}),
            &[],
        ),
        (
            json!({"require": [{"service_tokens": ["ci"]}, {"ips": ["10.0.0.0/8"]}]}),
            &[],
        ),
        (
            json!({"require": [staff, {"countries": ["DE"]}], "none": [{"countries": ["DE"]}]}),
            NOBODY,
        ),
        (
            json!({"require": [staff, {"countries": ["DE"]}], "none": [{"countries": ["DE", "FR"]}]}),
            NOBODY,
        ),
        (
            json!({"require": [staff, {"countries": ["DE", "FR"]}], "none": [{"countries": ["DE"]}]}),
            &[],
        ),
        (
            json!({"require": [staff, {"countries": ["DE"]}, {"countries": ["FR"]}]}),
            NOBODY,
        ),
        (
            json!({"require": [staff, {"countries": ["DE"]}], "none": [{"countries": ["DE"], "groups": ["staff"]}]}),
            NOBODY,
        ),
        (
            json!({"require": [staff, {"methods": ["GET"]}], "any": [{"methods": ["POST"]}, {"methods": ["PUT"]}]}),
            NOBODY,
        ),
        (
            json!({"require": [staff, {"ips": ["10.0.0.0/8"]}, {"ips": ["10.1.0.0/16", "192.0.2.0/24"]}]}),
            &[],
        ),
        (
            json!({"require": [staff, {"ips": ["10.0.0.0/8"]}, {"ips": ["192.0.2.0/24"]}]}),
            NOBODY,
        ),
        (
            json!({"require": [staff, {"ips": ["10.1.0.0/16"]}], "none": [{"ips": ["10.0.0.0/8"]}]}),
            NOBODY,
        ),
        (json!({"require": [staff, {"acr": "a"}, {"acr": "b"}]}), NOBODY),
        (
            json!({"require": [staff, {"acr": "a"}], "any": [{"acr": "a"}, {"acr": "b"}]}),
            &[],
        ),
        (
            json!({"require": [staff, {"max_age": 60}], "none": [{"max_age": 120}]}),
            NOBODY,
        ),
        (
            json!({"require": [staff, {"max_age": 120}], "none": [{"max_age": 60}]}),
            &[],
        ),
    ]);
}

#[test]
fn a_service_token_has_no_alternative_that_it_cannot_meet() {
    check(&[
        (json!({"any": [{"groups": ["a"]}, {"service_tokens": ["ci"]}]}), &[]),
        (
            json!({"any": [{"groups": ["a"]}, {"service_tokens": ["ci"], "acr": "mfa"}]}),
            &["policies[\"p\"].any[1]: no service token can meet this alternative"],
        ),
        (
            json!({"require": [{"acr": "mfa"}], "any": [{"groups": ["a"]}, {"service_tokens": ["ci"]}]}),
            &["policies[\"p\"].any[1]: no service token can meet this alternative"],
        ),
    ]);
}

#[test]
fn a_policy_that_asks_nothing_of_who_somebody_is_is_pointed_out() {
    let everybody: &[&str] = &["policies[\"p\"]: policy p is met by everybody who can log in"];
    check(&[
        (json!({"require": [{"countries": ["DE"]}]}), everybody),
        (json!({"require": [{"acr": "mfa"}]}), everybody),
        (json!({"any": [{"groups": ["a"]}, {"ips": ["10.0.0.0/8"]}]}), everybody),
        (
            json!({"require": [{"countries": ["DE"]}, {"authenticated": true}]}),
            &[],
        ),
        (
            json!({"require": [{"countries": ["DE"]}], "any": [{"groups": ["a"]}]}),
            &[],
        ),
        (
            json!({"require": [{"countries": ["DE"]}, {"service_tokens": ["ci"]}]}),
            &[],
        ),
    ]);
}

#[test]
fn sessions_tell_four_kinds_of_login_apart() {
    let with = |count: usize| {
        let kinds: Vec<Value> = (0..count)
            .map(|kind| json!({"groups": ["a"], "acr": format!("c{kind}")}))
            .collect();
        let twice = json!({"any": [{"groups": ["b"], "acr": "c0"}, {"groups": ["c"], "max_age": 60}]});
        with_policies(
            json!({"p": {"any": kinds}, "q": twice}),
            json!([{"path": "/*", "allow": ["p", "q"]}]),
        )
    };
    assert_eq!(problems(&with(4)), Vec::<String>::new());
    assert_eq!(
        problems(&with(5)),
        ["policies: the policies tell 5 kinds of login apart, a session at most 4"]
    );
}

#[test]
fn a_route_takes_a_method_that_its_policy_takes() {
    let policies = json!({"p": {"require": [{"groups": ["a"]}, {"methods": ["POST", "PUT"]}]}, "q": {"any": [{"groups": ["b"]}, {"groups": ["c"], "methods": ["PUT"]}]}});
    for (methods, expected) in [
        (json!(null), vec![]),
        (json!(["GET", "POST"]), vec![]),
        (
            json!(["GET"]),
            vec!["routes[0].allow[1]: no request to route /* can meet policy p"],
        ),
    ] {
        let application = with_policies(
            policies.clone(),
            json!([{"path": "/*", "allow": ["q", "p"], "methods": methods}]),
        );
        assert_eq!(problems(&application), expected, "{methods}");
    }
}

/// What has no severity of an error is left to the person.
#[test]
fn what_may_be_meant_is_a_warning() {
    let policy = json!({"require": [{"countries": ["UK"]}]});
    let application = with_policies(json!({"p": policy}), json!([{"path": "/*", "allow": ["p"]}]));
    assert_eq!(compile(&application).unwrap().warnings.len(), 2);
}
