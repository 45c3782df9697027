//! The data plane of a store against canned answers: addresses and signature, absent keys, and the discipline of writers.

use std::time::Duration;

use super::edit::{Change, Current, Outcome};
use super::{KeyValue, Pair};
use crate::ErrorKind;
use crate::cloudfront::ETag;
use crate::testing::{Answer, Canned, DATE_SECONDS, answer, canned, json_error};

const ARN: &str = "arn:aws:cloudfront::111122223333:key-value-store/8a1f";
const LIMIT: Duration = Duration::from_secs(60);

fn described(etag: &str) -> Answer {
    answer(
        200,
        format!(r#"{{"KvsARN":"{ARN}","ItemCount":2,"TotalSizeInBytes":20,"Created":1700000000.0}}"#),
    )
    .etag(etag)
}

fn value(key: &str, value: &str) -> Answer {
    answer(
        200,
        format!(r#"{{"Key":"{key}","Value":"{value}","ItemCount":2,"TotalSizeInBytes":20}}"#),
    )
}

fn written(etag: &str) -> Answer {
    answer(200, r#"{"ItemCount":2,"TotalSizeInBytes":33}"#).etag(etag)
}

fn conflict() -> Answer {
    json_error(409, "ConflictException", "The ETag is not current")
}

fn absent() -> Answer {
    json_error(404, "ResourceNotFoundException", "Key not found")
}

fn store(canned: &Canned) -> KeyValue {
    canned.aws.keyvalue(ARN)
}

fn keys(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("p:{number:04}")).collect()
}

/// Appends to what stands there, as a merge would.
fn append(current: Current<'_>) -> Result<Change, String> {
    Ok(Change::Put(format!("{}+mine", current.value.unwrap_or("new"))))
}

#[tokio::test]
async fn an_overridden_endpoint_is_used_as_it_stands_and_signed_for_all_regions() {
    let canned = canned([described("E1")]).await;
    let usage = store(&canned).describe().await.unwrap();
    assert_eq!((usage.etag.as_str(), usage.items, usage.bytes), ("E1", 2, 20));
    assert_eq!(usage.aws_time, Some(DATE_SECONDS));
    let sent = canned.sent();
    // Host and path as the API model has them: /key-value-stores/{KvsARN}, the ARN percent-encoded.
    assert_eq!(
        sent[0].line,
        "GET http://aws.invalid/key-value-stores/arn%3Aaws%3Acloudfront%3A%3A111122223333%3Akey-value-store%2F8a1f"
    );
    let authorization = sent[0].header("authorization").unwrap();
    assert!(authorization.starts_with("AWS4-ECDSA-P256-SHA256 "), "{authorization}");
    assert!(
        authorization.contains("/cloudfront-keyvaluestore/aws4_request"),
        "{authorization}"
    );
    assert_eq!(sent[0].header("x-amz-region-set"), Some("*"));
}

#[tokio::test]
async fn an_absent_key_is_none_and_other_failures_are_failures() {
    let canned = canned([
        absent(),
        value("k", "v"),
        // A Date far from ours would count as skew of clocks, and be tried again.
        json_error(403, "AccessDeniedException", "no").without("date"),
    ])
    .await;
    let store = store(&canned);
    assert_eq!(store.get("p:--").await.unwrap(), None);
    assert_eq!(store.get("k").await.unwrap().as_deref(), Some("v"));
    let denied = store.get("k").await.unwrap_err();
    assert_eq!(denied.kind(), ErrorKind::Denied, "{denied:?}");
    assert_eq!(
        denied.denied_action().as_deref(),
        Some("cloudfront-keyvaluestore:GetKey")
    );
}

#[tokio::test]
async fn an_absent_store_is_not_an_absent_key() {
    let gone = || json_error(404, "ResourceNotFoundException", "The key value store was not found");
    let canned = canned([gone(), gone()]).await;
    assert!(store(&canned).get("p:--").await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn all_pages_of_the_list_are_read() {
    let page = |key: &str, next: &str| answer(200, format!(r#"{{"Items":[{{"Key":"{key}","Value":"v"}}]{next}}}"#));
    let canned = canned([page("a", r#","NextToken":"t/1""#), page("b", "")]).await;
    let listed = store(&canned).list().await.unwrap();
    assert_eq!(listed.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let lines = canned.lines();
    assert!(
        lines[0].contains("MaxResults=50") && lines[1].contains("NextToken=t%2F1"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn a_write_names_the_version_it_is_based_on() {
    let canned = canned([written("E2")]).await;
    let puts = [Pair {
        key: "k".into(),
        value: "v".into(),
    }];
    let usage = store(&canned)
        .update(&ETag::new("E1"), &puts, &["old".into()])
        .await
        .unwrap();
    assert_eq!((usage.etag.as_str(), usage.bytes), ("E2", 33));
    let sent = canned.sent();
    assert_eq!(sent[0].header("if-match"), Some("E1"));
    for part in [r#""Puts":[{"Key":"k","Value":"v"}]"#, r#""Deletes":[{"Key":"old"}]"#] {
        assert!(sent[0].body.contains(part), "{part} in {}", sent[0].body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_read_again_and_computed_again() {
    let canned = canned([
        described("E1"),
        value("k", "old"),
        conflict(),
        described("E2"),
        value("k", "theirs"),
        written("E3"),
    ])
    .await;
    let report = store(&canned).edit(vec!["k".into()], &mut append, LIMIT).await;
    assert!(matches!(report.outcomes["k"], Outcome::Done));
    assert_eq!(report.writes, 1);
    let sent = canned.sent();
    assert!(sent[2].body.contains("old+mine"));
    assert_eq!(sent[5].header("if-match"), Some("E2"));
    assert!(
        sent[5].body.contains("theirs+mine"),
        "the other writer's change is kept: {}",
        sent[5].body
    );
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_was_lost_is_not_done_twice() {
    let canned = canned([
        described("E1"),
        value("k", "old"),
        json_error(500, "InternalServerException", "written, but the answer was lost"),
        conflict(),
        described("E2"),
        value("k", "new"),
    ])
    .await;
    let mut put = |_: Current<'_>| -> Result<Change, String> { Ok(Change::Put("new".to_owned())) };
    let report = store(&canned).edit(vec!["k".into()], &mut put, LIMIT).await;
    assert!(matches!(report.outcomes["k"], Outcome::Done), "{report:?}");
    assert_eq!(canned.lines().len(), 6, "nothing was written again");
}

#[tokio::test(start_paused = true)]
async fn conflicts_without_end_end_at_the_limit_and_are_told_for_each_key() {
    let round = || [described("E1"), value("k", "v"), conflict()];
    let canned = canned((0..60).flat_map(|_| round())).await;
    let report = store(&canned)
        .edit(vec!["k".into()], &mut append, Duration::from_secs(20))
        .await;
    let Outcome::Failed(error) = &report.outcomes["k"] else {
        panic!("{report:?}")
    };
    assert!(error.is_conflict());
    assert_eq!(report.writes, 0);
}

#[tokio::test]
async fn batches_hold_fifty_keys_and_chain_their_versions() {
    let mut answers = vec![described("E1")];
    for batch in 0..2 {
        answers.extend(keys(60)[batch * 50..60.min(batch * 50 + 50)].iter().map(|_| absent()));
        answers.push(written(if batch == 0 { "E2" } else { "E3" }));
    }
    let canned = canned(answers).await;
    let report = store(&canned).edit(keys(60), &mut append, LIMIT).await;
    assert!(report.outcomes.values().all(|it| matches!(it, Outcome::Done)));
    assert_eq!((report.writes, report.bytes), (2, Some(33)));
    let sent = canned.sent();
    let writes: Vec<_> = sent.iter().filter(|it| it.line.starts_with("POST")).collect();
    let puts: Vec<_> = writes.iter().map(|it| it.body.matches(r#""Key""#).count()).collect();
    assert_eq!(puts, [50, 10]);
    assert_eq!(writes[0].header("if-match"), Some("E1"));
    assert_eq!(
        writes[1].header("if-match"),
        Some("E2"),
        "the version that the first write returned"
    );
}

#[tokio::test]
async fn batches_follow_the_order_of_the_keys() {
    let mut order = vec!["z:first".to_owned()];
    order.extend(keys(50));
    order.push("z:first".to_owned());
    let mut answers = vec![described("E1")];
    answers.extend((0..50).map(|_| absent()));
    answers.extend([written("E2"), absent(), written("E3")]);
    let canned = canned(answers).await;
    let report = store(&canned).edit(order, &mut append, LIMIT).await;
    assert_eq!(report.writes, 2);
    let sent = canned.sent();
    let writes: Vec<_> = sent.iter().filter(|it| it.line.starts_with("POST")).collect();
    assert!(writes[0].body.contains("z:first"), "{}", writes[0].body);
    assert!(writes[1].body.contains("p:0049"), "{}", writes[1].body);
}

#[tokio::test]
async fn many_keys_are_read_by_one_list() {
    let item = |key: &String| format!(r#"{{"Key":"{key}","Value":"old"}}"#);
    let page = |some: &[String], next: &str| {
        let items: Vec<_> = some.iter().map(item).collect();
        answer(200, format!(r#"{{"Items":[{}]{next}}}"#, items.join(",")))
    };
    let all = keys(150);
    let canned = canned([
        described("E1"),
        page(&all[..75], r#","NextToken":"t""#),
        page(&all[75..], ""),
        written("E2"),
        written("E3"),
        written("E4"),
    ])
    .await;
    let report = store(&canned).edit(all, &mut append, LIMIT).await;
    assert_eq!(report.writes, 3);
    assert!(report.outcomes.values().all(|it| matches!(it, Outcome::Done)));
    assert!(canned.sent()[3].body.contains("old+mine"));
}

#[tokio::test]
async fn few_changes_among_many_keys_are_one_write() {
    let all = keys(150);
    let items: Vec<_> = all
        .iter()
        .map(|key| format!(r#"{{"Key":"{key}","Value":"old"}}"#))
        .collect();
    let listed = answer(200, format!(r#"{{"Items":[{}]}}"#, items.join(",")));
    let canned = canned([described("E1"), listed, written("E2")]).await;
    let mut some = |current: Current<'_>| match current.key {
        "p:0000" | "p:0070" | "p:0149" => append(current),
        _ => Ok(Change::Keep),
    };
    let report = store(&canned).edit(all, &mut some, LIMIT).await;
    assert_eq!((report.writes, report.outcomes.len()), (1, 150));
    assert!(report.outcomes.values().all(|it| matches!(it, Outcome::Done)));
    assert_eq!(canned.sent()[2].body.matches("old+mine").count(), 3);
}

#[tokio::test]
async fn what_needs_no_change_is_not_written() {
    let canned = canned([described("E1"), value("k", "v")]).await;
    let mut same = |current: Current<'_>| -> Result<Change, String> {
        assert_eq!(current.aws_time, DATE_SECONDS);
        Ok(Change::Put("v".to_owned()))
    };
    let report = store(&canned).edit(vec!["k".into()], &mut same, LIMIT).await;
    assert!(matches!(report.outcomes["k"], Outcome::Done));
    assert_eq!(report.writes, 0);
}

#[tokio::test]
async fn a_refused_key_leaves_the_others_alone() {
    let canned = canned([described("E1"), absent(), absent(), written("E2")]).await;
    let mut compute = |current: Current<'_>| match current.key {
        "bad" => Err("it is malformed".to_owned()),
        _ => append(current),
    };
    let report = store(&canned)
        .edit(vec!["bad".into(), "good".into()], &mut compute, LIMIT)
        .await;
    assert!(matches!(&report.outcomes["bad"], Outcome::Refused(reason) if reason == "it is malformed"));
    assert!(matches!(report.outcomes["good"], Outcome::Done));
    assert!(!canned.sent()[3].body.contains("bad"));
}

#[tokio::test]
async fn without_awss_time_nothing_is_written() {
    let canned = canned([described("E1").without("date")]).await;
    let report = store(&canned).edit(vec!["k".into()], &mut append, LIMIT).await;
    assert!(matches!(report.outcomes["k"], Outcome::Failed(_)));
    assert_eq!(canned.lines().len(), 1);
}

#[test]
fn values_are_not_printed() {
    let pair = Pair {
        key: "a:members".into(),
        value: "canary".into(),
    };
    assert!(!format!("{pair:?}").contains("canary"));
}
