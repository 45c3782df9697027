//! SQS against canned answers: names that rest, queues that are not there.

use super::*;
use crate::testing::{answer, canned, json_error};

#[tokio::test(start_paused = true)]
async fn a_name_that_rests_is_waited_for() {
    let resting = || {
        json_error(
            400,
            "QueueDeletedRecently",
            "You must wait 60 seconds after deleting a queue.",
        )
    };
    let made = answer(200, r#"{"QueueUrl":"https://sqs/1/q.fifo"}"#);
    let seen = answer(200, r#"{"Attributes":{"QueueArn":"arn:q"}}"#);
    let absent = json_error(400, "QueueDoesNotExist", "not yet");
    let canned = canned([resting(), resting(), made, absent, seen]).await;
    let attributes = QueueAttributes::from([("FifoQueue".to_owned(), "true".to_owned())]);
    let made = canned
        .aws
        .sqs("eu-central-1")
        .create("q.fifo", &attributes, &Tags::new())
        .await;
    assert_eq!(made.unwrap().url, "https://sqs/1/q.fifo");
    let sent = canned.sent();
    assert_eq!(sent.len(), 5);
    assert!(sent[0].body.contains(r#""FifoQueue":"true""#), "{}", sent[0].body);
    assert!(sent[0].header("authorization").unwrap().contains("/eu-central-1/sqs/"));
}

#[tokio::test]
async fn a_queue_that_is_not_there_is_none() {
    for code in ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"] {
        let canned = canned([json_error(400, code, "The specified queue does not exist.")]).await;
        assert_eq!(canned.aws.sqs("eu-central-1").find("q").await.unwrap(), None, "{code}");
    }
}

#[tokio::test]
async fn a_queue_has_its_arn_and_attributes() {
    let canned = canned([
        answer(200, r#"{"QueueUrl":"https://sqs/1/q"}"#),
        answer(200, r#"{"Attributes":{"QueueArn":"arn:q","VisibilityTimeout":"70"}}"#),
    ])
    .await;
    let queue = canned.aws.sqs("eu-central-1").find("q").await.unwrap().unwrap();
    assert_eq!((queue.arn.as_str(), queue.url.as_str()), ("arn:q", "https://sqs/1/q"));
    assert_eq!(
        queue.attributes.get("VisibilityTimeout").map(String::as_str),
        Some("70")
    );
}

#[tokio::test]
async fn a_refusal_is_no_absence() {
    let canned = canned([json_error(403, "AccessDeniedException", "no")]).await;
    assert!(canned.aws.sqs("eu-central-1").find("q").await.is_err());
}
