//! Keys and values, and writers that race.

use std::collections::BTreeSet;

use zt_aws::keyvalue::Pair;
use zt_aws::keyvalue::edit::{Change, Current, Outcome};

use crate::{MINUTE, drop_store, shared_store};

#[tokio::test]
async fn keys_are_read_written_and_listed() {
    let Some((aws, store)) = shared_store("keys").await else {
        return;
    };
    let keyvalue = aws.keyvalue(&store.arn);
    assert_eq!(keyvalue.get("p:--").await.unwrap(), None);

    let pairs: Vec<Pair> = (0..50)
        .map(|number| Pair {
            key: format!("p:{number:02}"),
            value: format!("v {number}/é"),
        })
        .collect();
    let before = keyvalue.describe().await.unwrap();
    assert!(before.aws_time.is_some());
    let written = keyvalue.update(&before.etag, &pairs, &[]).await.unwrap();
    assert_eq!(written.items, 50);
    let stale = keyvalue.update(&before.etag, &pairs, &[]).await.unwrap_err();
    assert!(stale.is_conflict(), "{stale:?}");

    assert_eq!(keyvalue.get("p:07").await.unwrap().as_deref(), Some("v 7/é"));
    let deleted = keyvalue.update(&written.etag, &[], &["p:07".to_owned()]).await.unwrap();
    assert_eq!(deleted.items, 49);
    let mut listed = keyvalue.list().await.unwrap();
    listed.sort_by(|one, other| one.key.cmp(&other.key));
    assert_eq!(listed.len(), 49);
    assert_eq!(listed[0].value, "v 0/é");

    // Of the same account: a store of another one is an invalid request rather than an absent store.
    let account = store.arn.split(':').nth(4).unwrap_or_default();
    let nowhere = aws.keyvalue(&format!("arn:aws:cloudfront::{account}:key-value-store/none"));
    assert!(nowhere.describe().await.unwrap_err().is_not_found());
    drop_store(&aws, &store).await;
}

/// Several writers add to the same pages at once; nobody's entry may be lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn racing_writers_lose_nothing() {
    let Some((aws, store)) = shared_store("race").await else {
        return;
    };
    let arn = store.arn.clone();
    let keys: Vec<String> = (0..5).map(|number| format!("p:{number}")).collect();
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (store, keys) = (aws.keyvalue(&arn), keys.clone());
            tokio::spawn(async move {
                for round in 0..3 {
                    let entry = format!("[{writer}.{round}]");
                    let mut add = |current: Current<'_>| -> Result<Change, String> {
                        Ok(Change::Put(format!("{}{entry}", current.value.unwrap_or_default())))
                    };
                    let report = store.edit(keys.clone(), &mut add, MINUTE).await;
                    assert!(
                        report.outcomes.values().all(|it| matches!(it, Outcome::Done)),
                        "{report:?}"
                    );
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    for pair in aws.keyvalue(&arn).list().await.unwrap() {
        let entries: BTreeSet<_> = pair.value.split_inclusive(']').collect();
        assert_eq!(entries.len(), 12, "{}: {}", pair.key, pair.value);
        assert_eq!(pair.value.len(), 12 * 5, "an entry is there twice: {}", pair.value);
    }
    drop_store(&aws, &store).await;
}

#[tokio::test]
async fn a_new_store_takes_all_its_pages_in_82_writes() {
    let Some((aws, store)) = shared_store("pages").await else {
        return;
    };
    let keyvalue = aws.keyvalue(&store.arn);
    let keys: Vec<String> = (0..4_096).map(|number| format!("p:{number:04}")).collect();
    let mut empty = |_: Current<'_>| -> Result<Change, String> { Ok(Change::Put("1000000".to_owned())) };
    let report = keyvalue.edit(keys, &mut empty, MINUTE).await;
    assert_eq!(report.writes, 82);
    assert!(report.outcomes.values().all(|it| matches!(it, Outcome::Done)));
    assert_eq!(keyvalue.describe().await.unwrap().items, 4_096);
    assert_eq!(keyvalue.list().await.unwrap().len(), 4_096);
    drop_store(&aws, &store).await;
}
