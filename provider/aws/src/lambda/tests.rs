//! Lambda against canned answers: roles that spread slowly, replicas that block a delete.

use super::*;
use crate::testing::{Answer, answer, canned, json_error};

fn config() -> LambdaConfig {
    LambdaConfig {
        name: "zt-auth".to_owned(),
        description: "d".to_owned(),
        role: "arn:role".to_owned(),
        runtime: "nodejs24.x".to_owned(),
        handler: "index.handler".to_owned(),
        memory: 128,
        timeout: 10,
    }
}

fn function(version: &str, state: &str, update: &str) -> Answer {
    answer(
        200,
        format!(
            r#"{{"FunctionName":"zt-auth","FunctionArn":"arn:f","Version":"{version}","CodeSha256":"abc=","RevisionId":"r1",
            "Description":"d","Role":"arn:role","Runtime":"nodejs24.x","Handler":"index.handler","MemorySize":128,
            "Timeout":10,"State":"{state}","LastUpdateStatus":"{update}"}}"#
        ),
    )
}

#[tokio::test(start_paused = true)]
async fn a_role_that_lambda_does_not_know_yet_is_waited_for() {
    let refused = || {
        json_error(
            400,
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
        )
    };
    let canned = canned([refused(), refused(), function("$LATEST", "Pending", "InProgress")]).await;
    let made = canned
        .aws
        .lambda()
        .create_function(&config(), b"zip", &Tags::new())
        .await
        .unwrap();
    assert_eq!(made.config, config());
    let body = &canned.sent()[2].body;
    assert!(
        body.contains(r#""ZipFile":"emlw""#) && body.contains(r#""Architectures":["x86_64"]"#),
        "{body}"
    );
}

/// Checklist: K11.
#[tokio::test]
async fn replicas_at_the_edge_are_in_use() {
    let message = "Lambda was unable to delete arn:f:1 because it is a replicated function. Please see our documentation for \
                   Deleting Lambda@Edge Functions and Replicas.";
    let canned = canned([json_error(400, "InvalidParameterValueException", message)]).await;
    let error = canned
        .aws
        .lambda()
        .delete_function("zt-auth", Some("1"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InUse);
    assert!(canned.lines()[0].ends_with("/functions/zt-auth?Qualifier=1"));
}

#[tokio::test(start_paused = true)]
async fn a_function_is_active_when_its_last_update_is_through() {
    let canned = canned([
        function("$LATEST", "Pending", "InProgress"),
        function("$LATEST", "Active", "InProgress"),
        function("$LATEST", "Active", "Successful"),
    ])
    .await;
    let minute = Duration::from_secs(60);
    canned.aws.lambda().wait_active("zt-auth", None, minute).await.unwrap();
    assert_eq!(canned.lines().len(), 3);
}

#[tokio::test]
async fn versions_are_the_numbered_ones_of_all_pages() {
    let item = |version: &str| {
        format!(
            r#"{{"FunctionName":"zt-auth","FunctionArn":"arn:f:{version}","Version":"{version}","CodeSha256":"a="}}"#
        )
    };
    let canned = canned([
        answer(
            200,
            format!(r#"{{"Versions":[{},{}],"NextMarker":"m"}}"#, item("$LATEST"), item("1")),
        ),
        answer(200, format!(r#"{{"Versions":[{}]}}"#, item("2"))),
    ])
    .await;
    let versions = canned.aws.lambda().versions("zt-auth").await.unwrap();
    assert_eq!(
        versions.iter().map(|it| it.version.as_str()).collect::<Vec<_>>(),
        ["1", "2"]
    );
}

fn event_source(id: &str, state: &str) -> String {
    format!(
        r#"{{"UUID":"{id}","State":"{state}","BatchSize":10,"FunctionArn":"arn:f","EventSourceArn":"arn:q",
        "FunctionResponseTypes":["ReportBatchItemFailures"]}}"#
    )
}

#[tokio::test(start_paused = true)]
async fn a_role_that_may_not_read_the_queue_yet_is_waited_for() {
    let message = "The function execution role does not have permissions to call ReceiveMessage on SQS";
    let refused = json_error(400, "InvalidParameterValueException", message);
    let canned = canned([refused, answer(202, event_source("u", "Creating"))]).await;
    let config = EventSourceConfig {
        function_arn: "arn:f".to_owned(),
        source_arn: "arn:q".to_owned(),
        batch_size: 10,
    };
    let lambda = canned.aws.lambda_in("eu-central-1");
    assert_eq!(lambda.create_event_source(&config, &Tags::new()).await.unwrap(), "u");
    let sent = &canned.sent()[1];
    assert!(
        sent.body
            .contains(r#""FunctionResponseTypes":["ReportBatchItemFailures"]"#),
        "{}",
        sent.body
    );
    assert!(sent.header("authorization").unwrap().contains("/eu-central-1/lambda/"));
}

#[tokio::test(start_paused = true)]
async fn a_mapping_is_waited_for_until_it_takes_messages_and_until_it_is_gone() {
    let states = ["Creating", "Enabled", "Deleting"].map(|state| answer(200, event_source("u", state)));
    let gone = json_error(
        404,
        "ResourceNotFoundException",
        "The resource you requested does not exist.",
    );
    let canned = canned(states.into_iter().chain([gone])).await;
    let lambda = canned.aws.lambda_in("eu-central-1");
    let minute = Duration::from_secs(60);
    lambda.wait_event_source_enabled("u", minute).await.unwrap();
    lambda.wait_event_source_gone("u", minute).await.unwrap();
    assert_eq!(canned.lines().len(), 4);
}

#[tokio::test]
async fn one_object_alone_may_call_a_function() {
    let canned = canned([
        answer(201, r#"{"Statement":"{}"}"#),
        json_error(404, "ResourceNotFoundException", "none"),
    ])
    .await;
    let lambda = canned.aws.lambda_in("eu-central-1");
    let permission = Permission {
        id: "zt".to_owned(),
        service: "events.amazonaws.com".to_owned(),
        source_arn: "arn:r".to_owned(),
    };
    lambda.add_permission("f", &permission).await.unwrap();
    assert!(canned.sent()[0].body.contains(r#""SourceArn":"arn:r""#));
    assert_eq!(lambda.policy("f").await.unwrap(), None);
}
