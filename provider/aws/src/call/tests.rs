//! How often a call is tried, how it ends when the user stops, and what it tells of AWS's time.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::ErrorKind;
use crate::cloudfront::Stage;
use crate::config::Settings;
use crate::testing::{Answer, answer, canned, canned_with, json_error, settings, xml_error};

fn described() -> Answer {
    answer(
        200,
        "<FunctionSummary><Name>f</Name><Status>DEPLOYED</Status>\
         <FunctionConfig><Comment>c</Comment><Runtime>cloudfront-js-2.0</Runtime></FunctionConfig>\
         <FunctionMetadata><FunctionARN>arn:aws:cloudfront::1:function/f</FunctionARN>\
         <LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime></FunctionMetadata></FunctionSummary>",
    )
    .etag("E1")
}

#[tokio::test(start_paused = true)]
async fn throttling_is_retried_until_it_passes() {
    let canned = canned([
        xml_error(400, "Throttling", "Rate exceeded"),
        xml_error(503, "ServiceUnavailable", "later"),
        described(),
    ])
    .await;
    let function = canned
        .aws
        .cloudfront()
        .describe_function("f", Stage::Live)
        .await
        .unwrap();
    assert_eq!(function.etag.as_str(), "E1");
    assert_eq!(canned.lines().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_last_failure_tells_tries_and_time() {
    let canned = canned((0..4).map(|_| xml_error(400, "Throttling", "Rate exceeded"))).await;
    let error = canned
        .aws
        .cloudfront()
        .describe_function("f", Stage::Live)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert_eq!(error.tries(), 4);
    assert!(error.elapsed() > Duration::ZERO);
    let detail = error.explain().detail;
    assert!(detail.contains("tried 4 times"), "{detail}");
    assert!(detail.contains("AWS request id: req-1"), "{detail}");
}

#[tokio::test(start_paused = true)]
async fn refusals_and_conflicts_are_tried_once() {
    for (status, code, kind) in [
        (400, "InvalidArgument", ErrorKind::Invalid),
        (403, "AccessDenied", ErrorKind::Denied),
        (404, "NoSuchFunctionExists", ErrorKind::NotFound),
        (412, "PreconditionFailed", ErrorKind::Conflict),
        (400, "InvalidIfMatchVersion", ErrorKind::Conflict),
        (409, "FunctionInUse", ErrorKind::InUse),
    ] {
        let canned = canned([xml_error(status, code, "no")]).await;
        let etag = crate::cloudfront::ETag::new("E1");
        let error = canned.aws.cloudfront().delete_function("f", &etag).await.unwrap_err();
        assert_eq!((error.kind(), error.tries()), (kind, 1), "{code}");
        assert_eq!(error.code(), Some(code));
    }
}

#[tokio::test(start_paused = true)]
async fn a_used_up_quota_is_tried_once() {
    let canned = canned((0..4).map(|_| json_error(400, "LimitExceededException", "too many secrets"))).await;
    let secrets = canned.aws.secretsmanager();
    let error = secrets
        .create("zt/main/pepper", "", &crate::Secret::new("x"), &crate::Tags::default())
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.tries()), (ErrorKind::Quota, 1));
}

#[tokio::test(start_paused = true)]
async fn stop_ends_a_call_between_two_tries() {
    let canned = canned((0..4).map(|_| xml_error(503, "ServiceUnavailable", "later"))).await;
    let stop = CancellationToken::new();
    let cloudfront = canned.aws.stopping_at(&stop).cloudfront();
    let call = tokio::spawn(async move { cloudfront.describe_function("f", Stage::Live).await });
    while canned.lines().is_empty() {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    let error = call.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Stopped);
    assert!(canned.lines().len() < 4);
}

#[tokio::test(start_paused = true)]
async fn a_stopped_connection_sends_nothing() {
    let canned = canned([described()]).await;
    let stop = CancellationToken::new();
    stop.cancel();
    let cloudfront = canned.aws.stopping_at(&stop).cloudfront();
    let error = cloudfront.describe_function("f", Stage::Live).await.unwrap_err();
    assert!(error.is_stopped());
    assert!(canned.lines().is_empty());
}

#[tokio::test]
async fn our_user_agent_stands_first() {
    let settings = Settings {
        user_agent: Some("terraform-provider-zt/0.1.0".to_owned()),
        ..settings()
    };
    let canned = canned_with(settings, [described()]).await.unwrap();
    canned
        .aws
        .cloudfront()
        .describe_function("f", Stage::Live)
        .await
        .unwrap();
    let sent = canned.sent();
    let agent = sent[0].header("user-agent").unwrap();
    assert!(
        agent.starts_with("terraform-provider-zt/0.1.0 aws-sdk-rust/"),
        "{agent}"
    );
}
