//! Secrets Manager against canned answers.

use super::*;
use crate::ErrorKind;
use crate::testing::{answer, canned, json_error};

#[tokio::test]
async fn a_secret_that_awaits_its_deletion_is_told_apart() {
    let canned = canned([
        json_error(
            400,
            "InvalidRequestException",
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
        ),
        answer(
            200,
            r#"{"ARN":"arn:s","Name":"zt/main/pepper","DeletedDate":1700000000,"Tags":[{"Key":"a","Value":"b"}],
               "VersionIdsToStages":{"v1":["AWSPREVIOUS"],"v2":["AWSCURRENT"]}}"#,
        ),
    ])
    .await;
    let secrets = canned.aws.secretsmanager();
    let error = secrets
        .create("zt/main/pepper", "d", &Secret::new("x"), &Tags::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Exists);
    let found = secrets.describe("zt/main/pepper").await.unwrap();
    assert!(found.deleted);
    assert_eq!(found.current_version.as_deref(), Some("v2"));
    assert_eq!(found.tags, Tags::from([("a".to_owned(), "b".to_owned())]));
}

#[tokio::test]
async fn zero_days_delete_at_once_and_others_leave_time() {
    let canned = canned([answer(200, "{}"), answer(200, "{}")]).await;
    let secrets = canned.aws.secretsmanager();
    secrets.delete("s", 0).await.unwrap();
    secrets.delete("s", 7).await.unwrap();
    let sent = canned.sent();
    assert!(
        sent[0].body.contains(r#""ForceDeleteWithoutRecovery":true"#),
        "{}",
        sent[0].body
    );
    assert!(!sent[0].body.contains("RecoveryWindowInDays"), "{}", sent[0].body);
    assert!(sent[1].body.contains(r#""RecoveryWindowInDays":7"#), "{}", sent[1].body);
}

#[tokio::test]
async fn no_failure_shows_the_value() {
    let canned = canned([json_error(400, "InvalidParameterException", "bad")]).await;
    let error = canned
        .aws
        .secretsmanager()
        .put_value("s", &Secret::new("canary"))
        .await
        .unwrap_err();
    let source = std::error::Error::source(&error).map(|it| format!("{it} {it:?}"));
    let all = format!("{error} {error:?} {:?} {source:?}", error.explain());
    assert!(!all.contains("canary"), "{all}");
}
