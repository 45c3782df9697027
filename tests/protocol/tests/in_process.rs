//! The example provider under Terraform core's rules, in process.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use zt_framework::testing::{Action, Core, Failure};
use zt_framework::value::Value;
use zt_framework::{ClientCapabilities, Diagnostics};
use zt_protocol_tests::example::Example;

const MAIN: &str = "example_thing.main";

fn core() -> Core {
    Core::new(Arc::new(Example)).unwrap()
}

fn named(name: &str) -> Value {
    Value::object([("name", name.into())])
}

fn full() -> Value {
    let rule = |path: &str| Value::object([("path", path.into()), ("action", Value::Null)]);
    Value::object([
        ("name", "a".into()),
        ("document", "{ \"a\" : 1 }".into()),
        ("amount", Value::Number("0.1".parse().unwrap())),
        ("any", Value::Dynamic(Box::new((zt_framework::Type::Bool, true.into())))),
        ("secret_wo", "canary".into()),
        ("tags", Value::set_of(["x", "y"])),
        ("labels", Value::map([("k", "v".into())])),
        (
            "origin",
            Value::object([("host", "h".into()), ("secret_wo", "canary".into())]),
        ),
        ("rules", Value::Set(vec![rule("/a"), rule("/b")])),
        ("settings", Value::map([("one", Value::object([("level", 1.into())]))])),
        ("note", Value::List(vec![Value::object([("text", "t".into())])])),
    ])
}

fn messages(failure: &Failure) -> Vec<String> {
    failure.diagnostics().unwrap().iter().map(ToString::to_string).collect()
}

fn paths(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics
        .iter()
        .map(|one| one.path.as_ref().map(ToString::to_string).unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn a_thing_lives_by_the_rules() {
    let mut core = core();
    core.configure(Value::object([])).await.unwrap();
    let state = core.apply(MAIN, &full()).await.unwrap();
    assert_eq!(state.get("message"), &"Hello a".into());
    assert_eq!(state.get("secret_length"), &6.into());
    assert_eq!(state.get("document"), &"{ \"a\" : 1 }".into());
    assert_eq!(state.get("settings").get("one").get("code"), &"made-a".into());
    let state = core.apply(MAIN, &full().with("name", "b")).await.unwrap();
    assert_eq!((state.get("revision"), state.get("id")), (&2.into(), &"t-a".into()));
    assert!(
        core.plan_is_empty(MAIN, &full().with("name", "b").with("document", "{\"a\":1}"))
            .await
            .unwrap()
    );
    core.destroy(MAIN).await.unwrap();
    assert!(core.state(MAIN).is_null());
}

#[tokio::test]
async fn a_change_of_region_makes_a_new_thing() {
    let mut core = core();
    core.apply(MAIN, &named("a")).await.unwrap();
    let change = core.plan(MAIN, &named("b").with("region", "us")).await.unwrap();
    assert_eq!((change.action, change.requires_replace.len()), (Action::Replace, 1));
    assert!(change.after.get("id").is_unknown());
    let state = core.apply(MAIN, &named("b").with("region", "us")).await.unwrap();
    assert_eq!((state.get("id"), state.get("revision")), (&"t-b".into(), &1.into()));
}

#[tokio::test]
async fn what_fails_half_way_is_kept_and_made_anew() {
    let mut core = core();
    let failure = core.apply(MAIN, &named("a").with("fail", "create")).await.unwrap_err();
    assert!(messages(&failure)[0].contains("Half made"), "{failure}");
    assert!(core.instance(MAIN).unwrap().tainted);
    assert_eq!(core.plan(MAIN, &named("a")).await.unwrap().action, Action::Replace);
    core.apply(MAIN, &named("a").with("fail", "delete")).await.unwrap();
    let failure = core.destroy(MAIN).await.unwrap_err();
    assert!(messages(&failure)[0].contains("Still there"), "{failure}");
    assert!(!core.state(MAIN).is_null());
}

#[tokio::test]
async fn a_stop_ends_the_wait_keeps_the_thing_and_the_next_apply_goes_on() {
    let mut core = core();
    let stop = core.stop_signal();
    let slow = named("a").with("delay", 3600);
    let (applied, ()) = tokio::join!(core.apply_once(MAIN, &slow), async { stop.cancel() });
    assert_eq!(applied.unwrap().get("id"), &"t-a".into());
    core.stop();
    assert!(!core.instance(MAIN).unwrap().tainted);
    assert!(core.plan_is_empty(MAIN, &slow).await.unwrap());
}

#[tokio::test]
async fn a_timeout_says_what_it_waited_for_and_keeps_the_thing() {
    let mut core = core();
    let timeouts = Value::object([("create", "1ms".into())]);
    let failure = core
        .apply(MAIN, &named("a").with("delay", 3600).with("timeouts", timeouts))
        .await
        .unwrap_err();
    assert_eq!(paths(failure.diagnostics().unwrap()), ["timeouts"]);
    assert!(core.instance(MAIN).unwrap().tainted);
}

/// The paths of a configuration's errors.
async fn check_invalid(config: Value, wanted: &[&str]) {
    let core = core();
    let diagnostics = core.validate(MAIN, &config).await.unwrap();
    assert_eq!(paths(&diagnostics), wanted, "{diagnostics}");
}

#[tokio::test]
async fn mistakes_are_named_by_their_paths() {
    check_invalid(named("bad"), &["name"]).await;
    check_invalid(named("a").with("tags", Value::set_of(["", "ok"])), &["tags[…]"]).await;
    check_invalid(
        named("a").with("origin", Value::object([("ttl", 0.into())])),
        &["origin.ttl"],
    )
    .await;
    let steps = Value::List(vec![
        Value::object([("name", "b".into())]),
        Value::object([("name", "a".into())]),
    ]);
    check_invalid(named("a").with("steps", steps), &["steps[1].name"]).await;
    let timeouts = Value::object([("create", "soon".into())]);
    check_invalid(named("a").with("timeouts", timeouts), &["timeouts.create"]).await;
    check_invalid(
        Value::object([("name", Value::unknown()), ("fail", Value::unknown())]),
        &[],
    )
    .await;
}

#[tokio::test]
async fn older_terraforms_get_no_write_only_values() {
    let core = core().client(ClientCapabilities::default());
    let diagnostics = core.validate(MAIN, &full()).await.unwrap();
    assert_eq!(paths(&diagnostics), ["secret_wo", "origin.secret_wo"]);
    assert!(core.validate(MAIN, &named("a")).await.unwrap().is_empty());
}

#[tokio::test]
async fn unknown_inputs_plan() {
    let unknown = Value::unknown;
    let config = named("a")
        .with("name", unknown())
        .with("region", unknown())
        .with("rules", unknown());
    let config = config
        .with("origin", unknown())
        .with("any", unknown())
        .with("settings", unknown());
    let change = core().plan(MAIN, &config).await.unwrap();
    assert_eq!(change.action, Action::Create);
}

#[tokio::test]
async fn imports_plan_empty() {
    let mut core = core();
    core.import(MAIN, "t-a").await.unwrap();
    let by_identity = Value::object([("id", "t-a".into())]);
    core.import_identity("example_thing.other", by_identity).await.unwrap();
    assert_eq!(core.state(MAIN), core.state("example_thing.other"));
    assert!(core.plan_is_empty(MAIN, &named("a")).await.unwrap());
    assert!(core.import(MAIN, "nonsense").await.is_err());
}

#[tokio::test]
async fn what_is_gone_is_made_again_and_destroyed_well() {
    let mut core = core();
    let labels = Value::map([("gone", "1".into())]);
    core.apply_once(MAIN, &named("a").with("labels", labels)).await.unwrap();
    assert_eq!(core.refresh(MAIN).await.unwrap(), None);
    core.destroy(MAIN).await.unwrap();
}

#[tokio::test]
async fn data_functions_and_ephemerals_answer() {
    let core = core();
    let data = core
        .read_data("example_upper", &Value::object([("input", "a".into())]))
        .await
        .unwrap();
    assert_eq!(data.get("output"), &"A".into());
    assert!(
        core.read_data("example_upper", &Value::object([("input", "".into())]))
            .await
            .is_err()
    );
    let token = core
        .open("example_token", &Value::object([("who", "me".into())]))
        .await
        .unwrap();
    assert_eq!(token.get("token"), &"canary-me".into());
    let shouted = core.call("shout", vec!["a".into(), "b".into()]).await.unwrap();
    assert_eq!(shouted, "A B".into());
    assert_eq!(
        core.call("shout", vec!["a".into(), "".into()])
            .await
            .unwrap_err()
            .argument,
        Some(1)
    );
    assert!(core.call("shout", vec![Value::unknown()]).await.unwrap().is_unknown());
    assert!(core.call("shout", vec![Value::Null]).await.is_err());
}
