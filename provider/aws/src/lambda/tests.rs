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
