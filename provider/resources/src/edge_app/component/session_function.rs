//! The session function: a CloudFront Function, tested in DEVELOPMENT before anybody meets it in LIVE.
//!
//! Publishing does not even parse code, and a function that throttles keeps throttling for minutes after it was
//! mended. So each code runs on generated events first; one wrong answer leaves LIVE as it was. Answers of test runs are
//! not logged: they may hold what a header or cookie holds.

use zt_aws::cloudfront::{ETag, Function, FunctionConfig, Stage};
use zt_aws::error::optional;
use zt_edge::TestEvent;
use zt_framework::{Diagnostic, Diagnostics};

use super::{Fault, Scope};
use crate::marks::Mark;

/// From here on a code is refused: CloudFront throttles what comes near 100.
const REFUSE: u32 = 80;
/// From here on the user is warned.
const WARN: u32 = 50;

/// What the function has to be.
pub(in crate::edge_app) struct Wanted<'a> {
    pub(in crate::edge_app) code: &'a str,
    pub(in crate::edge_app) store_arn: &'a str,
    pub(in crate::edge_app) events: &'a [TestEvent],
}

fn config(scope: &Scope<'_>, store_arn: &str) -> FunctionConfig {
    FunctionConfig {
        comment: scope.mark.to_string(),
        store_arn: Some(store_arn.to_owned()),
    }
}

/// The ARN when LIVE is as wanted.
pub(in crate::edge_app) async fn live(scope: &Scope<'_>, code: &str, store_arn: &str) -> Result<Option<String>, Fault> {
    let cloudfront = scope.aws.cloudfront();
    let name = scope.names.session_function.as_str();
    let Some(live) = optional(cloudfront.describe_function(name, Stage::Live).await)? else {
        return Ok(None);
    };
    if !live.runtime_is_current || live.config.store_arn.as_deref() != Some(store_arn) {
        return Ok(None);
    }
    let found = optional(cloudfront.function_code(name, Stage::Live).await)?;
    Ok(found.filter(|found| found == code.as_bytes()).map(|_| live.arn))
}

/// The ARN of the function that viewers meet now.
pub(in crate::edge_app) async fn arn(scope: &Scope<'_>) -> Result<Option<String>, Fault> {
    let live = scope
        .aws
        .cloudfront()
        .describe_function(&scope.names.session_function, Stage::Live)
        .await;
    Ok(optional(live)?.map(|live| live.arn))
}

/// The code that viewers meet now.
pub(in crate::edge_app) async fn live_code(scope: &Scope<'_>) -> Result<Option<String>, Fault> {
    let code = scope
        .aws
        .cloudfront()
        .function_code(&scope.names.session_function, Stage::Live)
        .await;
    Ok(optional(code)?.and_then(|code| String::from_utf8(code).ok()))
}

/// Makes the function, or changes it, tests it and publishes it; yields its ARN. For a function whose LIVE is not [`live`]
/// as wanted yet.
pub(in crate::edge_app) async fn ensure(
    scope: &Scope<'_>,
    wanted: &Wanted<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Fault> {
    let cloudfront = scope.aws.cloudfront();
    let name = scope.names.session_function.as_str();
    let config = config(scope, wanted.store_arn);
    let code = wanted.code.as_bytes();
    let function: Function = match optional(cloudfront.describe_function(name, Stage::Development).await)? {
        None => cloudfront.create_function(name, &config, code, scope.tags).await?,
        Some(found) => {
            scope.may_take("session function", name, Mark::from_text(&found.config.comment))?;
            cloudfront.update_function(name, &found.etag, &config, code).await?
        }
    };
    test(scope, &function.etag, wanted.events, diagnostics).await?;
    cloudfront.publish_function(name, &function.etag).await?;
    Ok(function.arn)
}

async fn test(
    scope: &Scope<'_>,
    etag: &ETag,
    events: &[TestEvent],
    diagnostics: &mut Diagnostics,
) -> Result<(), Fault> {
    let name = scope.names.session_function.as_str();
    let mut highest = 0;
    for event in events {
        scope.context.check()?;
        let result = scope.aws.cloudfront().test_function(name, etag, &event.event).await?;
        if let Some(why) = &result.error {
            return Err(failed(event, why));
        }
        let output = result.output.unwrap_or_default();
        if let Err(why) = event.expected.judge(&output) {
            return Err(failed(event, &why));
        }
        highest = highest.max(result.utilization.unwrap_or(0));
    }
    if highest > REFUSE {
        return Err(Fault::refused(
            "The session function needs too much time",
            format!(
                "In a test run it used {highest} % of the time CloudFront allows; above {REFUSE} % it would be throttled \
                 under load, and every request refused. Shorten the list of routes. The function in use was not changed."
            ),
        ));
    }
    if highest > WARN {
        diagnostics.push(Diagnostic::warning(
            "The session function comes near its time limit",
            format!("In a test run it used {highest} % of the time CloudFront allows. Above {REFUSE} % it is refused."),
        ));
    }
    Ok(())
}

fn failed(event: &TestEvent, why: &str) -> Fault {
    Fault::refused(
        "The session function failed its test",
        format!(
            "On the event {:?} it did not answer as it must: {why}. It was not published; the function in use was not \
             changed.",
            event.name
        ),
    )
}

/// Removes the function.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>) -> Result<(), Fault> {
    let cloudfront = scope.aws.cloudfront();
    let name = scope.names.session_function.as_str();
    let Some(found) = optional(cloudfront.describe_function(name, Stage::Development).await)? else {
        return Ok(());
    };
    if !scope.owns(Mark::from_text(&found.config.comment).as_ref()) {
        return Ok(());
    }
    optional(cloudfront.delete_function(name, &found.etag).await)?;
    Ok(())
}
