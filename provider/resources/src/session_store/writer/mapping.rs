//! What hands the queue's messages to the function: at most ten at a time, one batch after the other.

use zt_aws::lambda::{EventSource, EventSourceConfig};
use zt_framework::Diagnostic;

use super::Scope;
use crate::failure::diagnostic;

/// The most that SQS gives of a FIFO queue.
const BATCH: u32 = 10;

fn config(function_arn: &str, queue_arn: &str) -> EventSourceConfig {
    EventSourceConfig {
        function_arn: function_arn.to_owned(),
        source_arn: queue_arn.to_owned(),
        batch_size: BATCH,
    }
}

fn is_sound(found: &EventSource, wanted: &EventSourceConfig) -> bool {
    found.config == *wanted
        && found.reports_failures
        && !matches!(found.state.as_str(), "Disabled" | "Disabling" | "Deleting")
}

async fn look(scope: &Scope<'_>, function: &str, queue_arn: &str) -> Result<Vec<EventSource>, Diagnostic> {
    let lambda = scope.aws.lambda_in(&scope.region);
    let found = lambda.event_sources(function, queue_arn).await;
    found.map_err(|error| diagnostic(&error))
}

pub(super) async fn ensure(scope: &Scope<'_>, function_arn: &str, queue_arn: &str) -> Result<(), Diagnostic> {
    let lambda = scope.aws.lambda_in(&scope.region);
    let wanted = config(function_arn, queue_arn);
    let mut present = None;
    for found in look(scope, function_arn, queue_arn).await? {
        match found.state.as_str() {
            "Deleting" => wait_gone(scope, &found.id).await?,
            _ => present = Some(found),
        }
    }
    let id = match present {
        None => {
            let made = lambda.create_event_source(&wanted, &scope.marked()).await;
            made.map_err(|error| diagnostic(&error))?
        }
        Some(found) => {
            if !is_sound(&found, &wanted) {
                let change = || lambda.update_event_source(&found.id, &wanted);
                let updated = lambda.retry_while_in_use(scope.limit, change).await;
                updated.map_err(|error| diagnostic(&error))?;
            }
            found.id
        }
    };
    let enabled = lambda.wait_event_source_enabled(&id, scope.limit).await;
    enabled.map_err(|error| diagnostic(&error))
}

pub(super) async fn is_as_wanted(scope: &Scope<'_>, function_arn: &str, queue_arn: &str) -> Result<bool, Diagnostic> {
    let wanted = config(function_arn, queue_arn);
    let found = look(scope, function_arn, queue_arn).await?;
    Ok(found.iter().any(|found| is_sound(found, &wanted)))
}

pub(super) async fn remove(scope: &Scope<'_>, function: &str, queue_arn: &str) -> Result<(), Diagnostic> {
    let lambda = scope.aws.lambda_in(&scope.region);
    for found in look(scope, function, queue_arn).await? {
        if found.state != "Deleting" {
            let change = || lambda.delete_event_source(&found.id);
            let deleted = lambda.retry_while_in_use(scope.limit, change).await;
            deleted.map_err(|error| diagnostic(&error))?;
        }
        wait_gone(scope, &found.id).await?;
    }
    Ok(())
}

async fn wait_gone(scope: &Scope<'_>, id: &str) -> Result<(), Diagnostic> {
    let lambda = scope.aws.lambda_in(&scope.region);
    let gone = lambda.wait_event_source_gone(id, scope.limit).await;
    gone.map_err(|error| diagnostic(&error))
}
