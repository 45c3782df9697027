//! What a schema alone decides about a plan.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use zt_framework::plan::{draft, replacements};
use zt_framework::testing::{plan_is_valid, proposed};
use zt_framework::value::{Path, Type, Value};
use zt_framework::{Attribute, Schema};

fn same_ignoring_case(left: &Value, right: &Value) -> bool {
    left.as_str().map(str::to_lowercase) == right.as_str().map(str::to_lowercase)
}

fn schema() -> Schema {
    Schema::new("A thing.").attributes([
        Attribute::string("id", "Id.").computed().keep_prior(),
        Attribute::string("digest", "Digest.").computed(),
        Attribute::string("name", "Name.")
            .required()
            .same_when(same_ignoring_case),
        Attribute::string("region", "Region.").default("eu").requires_replace(),
        Attribute::string("secret", "Secret.").optional().write_only(),
        Attribute::string("note", "Note.").optional().computed(),
        Attribute::set_of("tags", Type::String, "Tags.").optional(),
        Attribute::single(
            "origin",
            "Origin.",
            [
                Attribute::string("host", "Host.").required().requires_replace(),
                Attribute::number("ttl", "TTL.").default(60),
            ],
        )
        .optional(),
        Attribute::set(
            "rules",
            "Rules.",
            [
                Attribute::string("path", "Path.").required(),
                Attribute::string("action", "Action.").default("allow"),
                Attribute::string("code", "Code.").computed().keep_prior(),
            ],
        )
        .optional(),
    ])
}

fn config() -> Value {
    schema().complete(&Value::object([("name", "a".into())]))
}

/// What would be in the state after the configuration was applied.
fn stored(config: &Value) -> Value {
    let mut state = plan(None, config).0;
    for path in state.unknown_paths() {
        state.set_at(&path, "made".into());
    }
    state
}

fn plan(prior: Option<&Value>, config: &Value) -> (Value, Vec<String>) {
    let schema = schema();
    let before = prior.cloned().unwrap_or_default();
    let planned = draft(&schema, config, prior, &proposed(&schema, &before, config));
    plan_is_valid(&schema, &before, config, &planned).unwrap();
    let replaced = replacements(&schema, config, &before, &planned)
        .iter()
        .map(Path::to_string)
        .collect();
    (planned, replaced)
}

/// Plans a change of one attribute of a stored object: what it comes to, what the digest comes to, what replaces.
fn check(before: Value, after: Value, attribute: &str, value: Value, digest: Value, replaced: &[&str]) {
    let (planned, replacing) = plan(Some(&stored(&before)), &after);
    assert_eq!(planned.get(attribute), &value, "{attribute}");
    assert_eq!(planned.get("digest"), &digest, "digest beside {attribute}");
    assert_eq!(replacing, replaced, "{attribute}");
    assert_eq!(planned.get("id"), &"made".into());
}

#[test]
fn a_new_object_has_its_defaults_and_unknown_computed_values() {
    let (planned, _) = plan(None, &config().with("secret", "s").with("rules", rules(&["/a"])));
    assert_eq!(planned.get("region"), &"eu".into());
    assert!(planned.get("id").is_unknown() && planned.get("digest").is_unknown() && planned.get("note").is_unknown());
    assert!(planned.get("secret").is_null() && planned.get("origin").is_null());
    let rule = &planned.get("rules").elements()[0];
    assert_eq!(rule.get("action"), &"allow".into());
    assert!(rule.get("code").is_unknown());
}

#[test]
fn a_change_touches_what_it_must_and_no_more() {
    let unknown = Value::unknown;
    check(config(), config(), "name", "a".into(), "made".into(), &[]);
    check(config(), config().with("name", "b"), "name", "b".into(), unknown(), &[]);
    check(
        config(),
        config().with("name", "A"),
        "name",
        "a".into(),
        "made".into(),
        &[],
    );
    check(
        config(),
        config().with("secret", "new"),
        "secret",
        Value::Null,
        "made".into(),
        &[],
    );
    check(
        config(),
        config().with("region", "us"),
        "region",
        "us".into(),
        unknown(),
        &["region"],
    );
    check(
        config().with("region", "us"),
        config(),
        "region",
        "eu".into(),
        unknown(),
        &["region"],
    );
    check(
        config().with("region", "us"),
        config().with("region", "us"),
        "region",
        "us".into(),
        "made".into(),
        &[],
    );
    // Terraform itself proposes the prior value where an optional computed one is no longer written.
    check(
        config().with("note", "n"),
        config(),
        "note",
        "n".into(),
        "made".into(),
        &[],
    );
}

#[test]
fn a_nested_object_that_stays_can_replace_and_one_that_comes_or_goes_cannot() {
    let origin = |host: &str| Value::object([("host", host.into()), ("ttl", Value::Null)]);
    let with = |host: &str| config().with("origin", origin(host));
    let filled = |host: &str| Value::object([("host", host.into()), ("ttl", 60.into())]);
    check(with("a"), with("a"), "origin", filled("a"), "made".into(), &[]);
    check(
        with("a"),
        with("b"),
        "origin",
        filled("b"),
        Value::unknown(),
        &["origin.host"],
    );
    check(config(), with("b"), "origin", filled("b"), Value::unknown(), &[]);
    check(with("a"), config(), "origin", Value::Null, Value::unknown(), &[]);
}

fn rules(paths: &[&str]) -> Value {
    let rule = |path: &&str| Value::object([("path", (*path).into()), ("action", Value::Null), ("code", Value::Null)]);
    Value::Set(paths.iter().map(rule).collect())
}

#[test]
fn elements_of_a_set_keep_what_was_computed_for_them() {
    let prior = stored(&config().with("rules", rules(&["/a", "/b"])));
    let (same, _) = plan(Some(&prior), &config().with("rules", rules(&["/b", "/a"])));
    assert_eq!(same, prior);
    let (grown, _) = plan(Some(&prior), &config().with("rules", rules(&["/c", "/a"])));
    let code = |path: &str| {
        let rule = grown
            .get("rules")
            .elements()
            .iter()
            .find(|rule| rule.get("path") == &path.into())
            .unwrap();
        rule.get("code").clone()
    };
    assert_eq!(code("/a"), "made".into());
    assert!(code("/c").is_unknown());
}

#[test]
fn unknown_inputs_stay_unknown() {
    let (planned, replaced) = plan(Some(&stored(&config())), &config().with("region", Value::unknown()));
    assert!(planned.get("region").is_unknown());
    assert_eq!(replaced, ["region"]);
    let (planned, _) = plan(
        None,
        &config().with("rules", Value::unknown()).with("tags", Value::unknown()),
    );
    assert!(planned.get("rules").is_unknown() && planned.get("tags").is_unknown());
}

proptest! {
    #[test]
    fn a_plan_without_a_change_is_empty(
        tags in prop::collection::vec("[a-c]{1,2}", 0..4),
        paths in prop::collection::btree_set("/[a-d]", 0..4),
        turn in 0usize..4,
    ) {
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let written = config().with("tags", Value::set_of(tags.clone())).with("rules", rules(&paths));
        let mut turned = paths.clone();
        turned.rotate_left(turn.min(paths.len()));
        let mut other = tags.clone();
        other.reverse();
        let shuffled = config().with("tags", Value::set_of(other)).with("rules", rules(&turned));
        let prior = stored(&written);
        prop_assert_eq!(&plan(Some(&prior), &written).0, &prior);
        prop_assert_eq!(&plan(Some(&prior), &shuffled).0, &prior);
    }
}
