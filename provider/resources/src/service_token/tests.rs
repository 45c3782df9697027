//! What becomes of a token's content through its life, and what plans say before one begins.

use std::collections::BTreeMap;
use std::sync::Arc;

use zt_framework::testing::Core;
use zt_framework::{ClientCapabilities, Diagnostics, Value};
use zt_model::ids::ServiceTokenId;
use zt_model::instant::Instant;
use zt_model::store::{ServiceTokenSecret, read_token};

use super::anchor::Anchor;
use super::content::{Content, Order};
use super::names::Names;
use super::source::Source;
use super::{ServiceToken, plan};
use crate::connection::Connection;
use crate::marks::Stage;
use crate::only::Only;

const T0: u64 = 1_800_000_000;
const DAY: u64 = 86_400;
const ADDRESS: &str = "zt_service_token.ci";
/// RFC 7515, appendix A.1: an example key, of which 43 characters are 32 bytes.
const OWN: &str = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr0";

fn at(seconds: u64) -> Instant {
    Instant::from_seconds(T0 + seconds)
}

fn names() -> Names {
    Names::parse("main/members/ci").unwrap()
}

fn source(change: impl FnOnce(&mut Source)) -> Source {
    let mut source = Source {
        expires_at: None,
        lifetime: None,
        rotation_overlap: "24h".into(),
        rotation_triggers: None,
        secret_recovery_days: 7,
        secret_wo_version: None,
    };
    change(&mut source);
    source
}

fn triggers(text: &str) -> Option<BTreeMap<String, String>> {
    Some(BTreeMap::from([("month".to_owned(), text.to_owned())]))
}

fn first(source: &Source, now: Instant) -> Content {
    let id = ServiceTokenId::parse("AbCdEfGhIj-_").unwrap();
    let names = names();
    let order = Order {
        names: &names,
        source,
        own: None,
        now,
    };
    Content::first(id, &order).unwrap()
}

fn turned(content: &Content, source: &Source, own: Option<&ServiceTokenSecret>, now: Instant) -> Content {
    let names = names();
    let order = Order {
        names: &names,
        source,
        own,
        now,
    };
    content.turned(&order).unwrap()
}

/// Whether a document lets in who sends the token of a content.
fn lets_in(judge: &Content, sent: &Content, now: Instant) -> bool {
    let token = sent.token();
    let (id, secret) = read_token(token.expose()).unwrap();
    judge.document.accepts((&names().application, &id), &secret, now)
}

#[test]
fn a_content_reads_back_and_belongs_to_one_token() {
    let content = first(&source(|it| it.lifetime = Some("90d".into())), at(0));
    let read = Content::parse(&content.text()).unwrap();
    assert!(read.text() == content.text() && read.source == content.source && read.minted == at(0));
    assert!(read.is_of(&names(), &content.id));
    let other = ServiceTokenId::parse("AAAAAAAAAAAA").unwrap();
    assert!(!read.is_of(&names(), &other));
    for foreign in ["main/members/cd", "main/others/ci"] {
        assert!(!read.is_of(&Names::parse(foreign).unwrap(), &content.id), "{foreign}");
    }
}

/// Checklist: P16
#[test]
fn the_document_holds_nothing_of_the_token() {
    let content = first(&source(|_| ()), at(0));
    let token = content.token();
    let (_, secret) = token.expose().split_once('.').unwrap();
    assert!(!content.document.text().contains(secret));
    assert!(
        !lets_in(&first(&source(|_| ()), at(0)), &content, at(1)),
        "two tokens of one id are two"
    );
}

/// Checklist: P16
#[test]
fn after_a_rotation_both_count_and_then_only_the_new() {
    let old = first(&source(|it| it.rotation_triggers = triggers("november")), at(0));
    let wanted = source(|it| it.rotation_triggers = triggers("december"));
    let new = turned(&old, &wanted, None, at(100));
    assert!(lets_in(&new, &old, at(100 + DAY - 1)) && lets_in(&new, &new, at(100)));
    assert!(
        !lets_in(&new, &old, at(100 + DAY)),
        "the former secret outlives its end"
    );
    assert!(lets_in(&new, &new, at(100 + DAY)));
}

#[test]
fn a_rotation_that_was_made_already_is_not_made_again() {
    let old = first(&source(|_| ()), at(0));
    let wanted = source(|it| it.rotation_triggers = triggers("december"));
    let new = turned(&old, &wanted, None, at(100));
    assert!(turned(&new, &wanted, None, at(200)).text() == new.text());
}

#[test]
fn settings_change_without_a_new_secret() {
    let old = first(&source(|it| it.rotation_triggers = triggers("november")), at(0));
    type Change = fn(&mut Source);
    let changes: [(&str, Change); 4] = [
        ("no triggers", |_| ()),
        ("overlap", |it| {
            it.rotation_triggers = triggers("november");
            it.rotation_overlap = "1h".into();
        }),
        ("end", |it| {
            it.rotation_triggers = triggers("november");
            it.lifetime = Some("30d".into());
        }),
        ("recovery", |it| {
            it.rotation_triggers = triggers("november");
            it.secret_recovery_days = 0;
        }),
    ];
    for (name, change) in changes {
        let next = turned(&old, &source(change), None, at(100));
        assert!(next.token().same_as(old.token().expose()), "{name}");
        assert!(next.document.previous().is_none() && next.minted == at(0), "{name}");
    }
}

#[test]
fn a_former_secret_lives_no_longer_than_it_would_have() {
    let old = first(&source(|it| it.lifetime = Some("1h".into())), at(0));
    let wanted = |it: &mut Source| {
        it.lifetime = Some("1h".into());
        it.rotation_triggers = triggers("now");
    };
    let new = turned(&old, &source(wanted), None, at(1_800));
    assert!(lets_in(&new, &old, at(3_599)) && !lets_in(&new, &old, at(3_600)));
    assert!(lets_in(&new, &new, at(1_800 + 3_599)) && !lets_in(&new, &new, at(1_800 + 3_600)));
    let expired = turned(&old, &source(wanted), None, at(7_200));
    assert!(expired.document.previous().is_none());
}

#[test]
fn without_an_overlap_the_former_secret_ends_at_once() {
    let old = first(&source(|_| ()), at(0));
    let wanted = source(|it| {
        it.rotation_overlap = "0s".into();
        it.rotation_triggers = triggers("leaked");
    });
    let new = turned(&old, &wanted, None, at(100));
    assert!(new.document.previous().is_none() && !lets_in(&new, &old, at(100)));
}

/// Checklist: P16
#[test]
fn a_former_secret_ends_with_the_present_one() {
    let old = first(&source(|_| ()), at(0));
    let rotated = source(|it| {
        it.rotation_overlap = "90d".into();
        it.rotation_triggers = triggers("december");
    });
    // 2027-01-16T09:00:00Z is a day and an hour after T0.
    let ends = |of: &Source| Source {
        expires_at: Some("2027-01-16T09:00:00Z".into()),
        ..of.clone()
    };
    let end = DAY + 3_600;
    let later = turned(&turned(&old, &rotated, None, at(0)), &ends(&rotated), None, at(DAY));
    let at_once = turned(&old, &ends(&rotated), None, at(DAY));
    for (when, next) in [("the end moves after a rotation", later), ("with it", at_once)] {
        assert!(lets_in(&next, &old, at(end - 1)), "{when}");
        assert!(
            !lets_in(&next, &old, at(end)),
            "{when}: the former secret outlives the token"
        );
        let again = turned(&next, &rotated, None, at(DAY + 1));
        assert!(!lets_in(&again, &old, at(end)), "{when}: a later end brings it back");
    }
}

#[test]
fn taking_the_triggers_away_mints_nothing() {
    let old = first(&source(|it| it.rotation_triggers = triggers("november")), at(0));
    let emptied = turned(
        &old,
        &source(|it| it.rotation_triggers = Some(BTreeMap::new())),
        None,
        at(1),
    );
    assert!(emptied.token().same_as(old.token().expose()));
    let back = source(|it| it.rotation_triggers = triggers("november"));
    assert!(
        !turned(&emptied, &back, None, at(2))
            .token()
            .same_as(old.token().expose())
    );
}

#[test]
fn only_a_complete_token_is_in_force() {
    let content = first(&source(|_| ()), at(0));
    let other = first(&source(|_| ()), at(0));
    let anchor = |stage: Stage| Anchor {
        arn: "arn:aws:secretsmanager:us-east-1:111122223333:secret:zt/main/members/token/ci-AbCd12".into(),
        id: content.id.clone(),
        stage,
        tags: BTreeMap::new(),
        deleted: false,
    };
    let cases = [
        (Stage::Live, Some(&content.document), true),
        // A create that takes what is unfinished would take it from its owner.
        (Stage::Creating, Some(&content.document), false),
        (Stage::Parked, Some(&content.document), false),
        (Stage::Live, Some(&other.document), false),
        (Stage::Live, None, false),
    ];
    for (stage, document, expected) in cases {
        let told = super::reading::in_force(&anchor(stage), &content, document);
        assert_eq!(told, expected, "{stage:?}, {}", document.is_some());
    }
}

#[test]
fn an_own_secret_counts_by_its_version_only() {
    let own = ServiceTokenSecret::parse(OWN).unwrap();
    let version = |number: i64| source(|it| it.secret_wo_version = Some(number));
    let minted = first(&source(|_| ()), at(0));
    let brought = turned(&minted, &version(1), Some(&own), at(100));
    assert!(brought.token().expose().ends_with(OWN) && lets_in(&brought, &minted, at(101)));
    let again = turned(&brought, &version(2), Some(&own), at(200));
    assert_eq!(
        again.document, brought.document,
        "the same secret under another version is no new one"
    );
    let back = turned(&again, &source(|_| ()), None, at(300));
    assert!(!back.token().same_as(again.token().expose()) && lets_in(&back, &again, at(301)));
}

#[test]
fn who_holds_a_lost_secret_gets_the_time_of_a_rotation() {
    let (lost, names) = (first(&source(|_| ()), at(0)), names());
    let order = Order {
        names: &names,
        source: &lost.source,
        own: None,
        now: at(100),
    };
    let next = Content::succeeding(lost.id.clone(), Some(&lost.document), &order).unwrap();
    assert!(lets_in(&next, &lost, at(100 + DAY - 1)) && !lets_in(&next, &lost, at(100 + DAY)));
    assert!(lets_in(&next, &next, at(100 + DAY)) && next.is_of(&names, &lost.id));
}

fn config() -> Value {
    let store = Value::object([("arn", Value::unknown()), ("name", "main".into())]);
    Value::object([
        ("session_store", store),
        ("application", "members".into()),
        ("name", "ci".into()),
    ])
}

fn tokens() -> Core {
    Only::resource(Arc::new(ServiceToken::new(Connection::default())))
}

async fn planned(config: Value) -> Value {
    tokens().plan(ADDRESS, &config).await.unwrap().after
}

#[tokio::test]
async fn a_plan_tells_what_can_be_known_before_the_first_apply() {
    let endless = planned(config()).await;
    assert!(endless.get("secret_expires_at").is_null() && endless.get("previous_expires").is_null());
    assert!(endless.get("secret_arn").is_unknown() && endless.get("token_id").is_unknown());
    assert_eq!(endless.get("rotation_overlap").as_str(), Some("24h"));
    let ending = planned(config().with("expires_at", "2126-01-31T19:00:00+01:00")).await;
    assert_eq!(ending.get("secret_expires_at").as_str(), Some("2126-01-31T18:00:00Z"));
    let living = planned(config().with("lifetime", "90d")).await;
    assert!(living.get("secret_expires_at").is_unknown());
    let unknown = planned(config().with("expires_at", Value::unknown())).await;
    assert!(unknown.get("secret_expires_at").is_unknown());
}

/// Checklist: K5
#[tokio::test]
async fn an_own_secret_is_in_no_plan() {
    let own = config().with("secret_wo", OWN).with("secret_wo_version", 1);
    let plan = planned(own).await;
    assert!(plan.get("secret_wo").is_null());
    assert!(!format!("{plan:?}").contains(OWN));
}

/// What is wrong with a configuration: paths and texts of all errors.
async fn mistakes(config: Value, client: ClientCapabilities) -> Vec<(String, String)> {
    let core = tokens().client(client);
    let all = core.validate(ADDRESS, &config).await.unwrap();
    let told = all.errors().map(|one| {
        let path = one.path.as_ref().map(ToString::to_string).unwrap_or_default();
        (path, format!("{}: {}", one.summary, one.detail))
    });
    told.collect()
}

#[tokio::test]
async fn mistakes_are_told_at_plan_with_their_place() {
    let able = ClientCapabilities {
        write_only_attributes_allowed: true,
        deferral_allowed: false,
    };
    let own = |secret: &str| config().with("secret_wo", secret).with("secret_wo_version", 1);
    let short = "c2hvcnQtY2FuYXJ5";
    let cases = [
        (config().with("name", "CI"), "name", "lower-case"),
        (config().with("name", "a".repeat(33)), "name", "32"),
        (config().with("application", "Members!"), "application", "application"),
        (config().with("lifetime", "1m"), "lifetime", "5m"),
        (config().with("lifetime", "20y"), "lifetime", "not a duration"),
        (config().with("rotation_overlap", "91d"), "rotation_overlap", "90d"),
        (config().with("expires_at", "tomorrow"), "expires_at", "no time"),
        (
            config().with("secret_recovery_days", 3),
            "secret_recovery_days",
            "7 to 30",
        ),
        (
            config()
                .with("expires_at", "2126-01-31T18:00:00Z")
                .with("lifetime", "90d"),
            "lifetime",
            "Give one of them",
        ),
        (own(short), "secret_wo", "fewer than 256 bits"),
        (own(&"A".repeat(43)), "secret_wo", "not random"),
        (own(&format!("{OWN}A")), "secret_wo", "one form"),
        (config().with("secret_wo", OWN), "secret_wo_version", "neither"),
        (config().with("secret_wo_version", 1), "secret_wo_version", "neither"),
        (
            own(OWN).with("rotation_triggers", Value::map([("a", "b".into())])),
            "rotation_triggers",
            "secret_wo_version",
        ),
    ];
    for (config, path, text) in cases {
        let told = mistakes(config, able).await;
        let found = told.iter().any(|(at, message)| at == path && message.contains(text));
        assert!(found && told.len() == 1, "{path}, {text}: {told:?}");
        assert!(
            !told[0].1.contains(short) && !told[0].1.contains(OWN),
            "a message tells the secret"
        );
    }
}

#[tokio::test]
async fn an_older_terraform_is_told_the_way_without_write_only() {
    let own = config().with("secret_wo", OWN).with("secret_wo_version", 1);
    let told = mistakes(own, ClientCapabilities::default()).await;
    assert!(
        told.iter()
            .any(|(at, text)| at == "secret_wo" && text.contains("secret_arn")),
        "{told:?}"
    );
    assert!(mistakes(config(), ClientCapabilities::default()).await.is_empty());
}

/// A state as it would be after an apply at `T0`, with changes.
fn state(change: impl FnOnce(&mut Value)) -> Value {
    let mut state = config();
    super::reading::put(&mut state, &first(&source(|_| ()), at(0)));
    state.set("in_force", true);
    state.set(
        "secret_arn",
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:zt/main/members/token/ci-AbCd12",
    );
    change(&mut state);
    state
}

/// What the judge says of a plan at a time: summaries.
fn judged(prior: Option<&Value>, planned: &Value, now: Instant) -> Vec<String> {
    let mut diagnostics = Diagnostics::new();
    plan::judge_at(prior, planned, now, &mut diagnostics);
    diagnostics
        .iter()
        .map(|one| format!("{:?} {}", one.severity, one.summary))
        .collect()
}

#[test]
fn ends_are_judged_at_plan() {
    let until = |text: &str| config().with("expires_at", text);
    let past = judged(None, &until("2027-01-15T07:59:59Z"), at(0));
    assert_eq!(past, ["Error The token would have ended before it begins"]);
    assert!(judged(None, &until("2027-01-15T08:00:01Z"), at(0)).is_empty());
    let ended = state(|state| {
        state.set("expires_at", "2027-01-16T08:00:00Z");
        state.set("secret_expires_at", "2027-01-16T08:00:00Z");
    });
    assert!(judged(Some(&ended), &ended, at(DAY - 1)).is_empty());
    assert_eq!(
        judged(Some(&ended), &ended, at(DAY)),
        ["Warning Service token ci has expired"]
    );
}

#[test]
fn a_third_secret_within_the_overlap_is_warned_of() {
    let prior = state(|state| state.set("previous_expires", "2027-01-16T08:00:00Z"));
    let asked = prior
        .clone()
        .with("rotation_triggers", Value::map([("month", "december".into())]));
    assert_eq!(
        judged(Some(&prior), &asked, at(0)),
        ["Warning A third secret of ci ends the first"]
    );
    assert!(judged(Some(&prior), &asked, at(DAY)).is_empty());
    assert!(judged(Some(&prior), &prior, at(0)).is_empty());
}

#[test]
fn a_plan_tells_when_the_former_secret_ends() {
    let prior = state(|state| state.set("previous_expires", "2027-04-15T08:00:00Z"));
    let until = |end: Value| plan::settled(&prior, prior.clone().with("expires_at", end));
    let kept = until(Value::Null);
    assert_eq!(kept.get("previous_expires").as_str(), Some("2027-04-15T08:00:00Z"));
    let earlier = until("2027-01-16T08:00:00Z".into());
    assert_eq!(earlier.get("secret_expires_at").as_str(), Some("2027-01-16T08:00:00Z"));
    assert_eq!(earlier.get("previous_expires").as_str(), Some("2027-01-16T08:00:00Z"));
    let later = until("2028-01-16T08:00:00Z".into());
    assert_eq!(later.get("previous_expires").as_str(), Some("2027-04-15T08:00:00Z"));
    assert!(until(Value::unknown()).get("previous_expires").is_unknown());
    let alone = state(|_| ());
    let planned = plan::settled(&alone, alone.clone().with("expires_at", Value::unknown()));
    assert!(planned.get("previous_expires").is_null(), "there is none to end");
}
