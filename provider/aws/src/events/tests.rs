//! EventBridge against canned answers: absence, and refusals within an answer of 200.

use super::*;
use crate::testing::{answer, canned, json_error};

#[tokio::test]
async fn a_rule_that_is_not_there_is_none() {
    let canned = canned([json_error(400, "ResourceNotFoundException", "Rule r does not exist.")]).await;
    assert_eq!(canned.aws.events("eu-central-1").rule("r").await.unwrap(), None);
}

#[tokio::test]
async fn a_target_that_is_refused_is_an_error_though_the_call_succeeds() {
    let refused =
        r#"{"FailedEntryCount":1,"FailedEntries":[{"TargetId":"t","ErrorCode":"X","ErrorMessage":"not so"}]}"#;
    let canned = canned([answer(200, refused)]).await;
    let target = Target {
        id: "t".to_owned(),
        arn: "arn:f".to_owned(),
        input: "{}".to_owned(),
    };
    let error = canned
        .aws
        .events("eu-central-1")
        .put_target("r", &target)
        .await
        .unwrap_err();
    assert_eq!(error.message(), "not so");
}

#[tokio::test]
async fn a_rule_is_put_with_its_schedule_and_tags() {
    let canned = canned([answer(200, r#"{"RuleArn":"arn:r"}"#)]).await;
    let config = RuleConfig {
        name: "r".to_owned(),
        description: "d".to_owned(),
        schedule: "rate(1 day)".to_owned(),
        enabled: true,
    };
    let tags = Tags::from([("a".to_owned(), "b".to_owned())]);
    assert_eq!(
        canned
            .aws
            .events("eu-central-1")
            .put_rule(&config, &tags)
            .await
            .unwrap(),
        "arn:r"
    );
    let body = &canned.sent()[0].body;
    for part in [
        r#""ScheduleExpression":"rate(1 day)""#,
        r#""State":"ENABLED""#,
        r#""Key":"a""#,
    ] {
        assert!(body.contains(part), "{body}");
    }
}
