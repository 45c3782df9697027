//! The log group of the writer. We make it, not Lambda, so that its lines do not stay for ever.

use zt_aws::cloudwatch_logs::LogGroup;
use zt_framework::Diagnostic;

use super::Scope;
use crate::failure::diagnostic;
use crate::session_store::mark::StoreMark;

pub(super) async fn look(scope: &Scope<'_>) -> Result<Option<LogGroup>, Diagnostic> {
    let found = scope.aws.logs(&scope.region).group(&scope.names().log_group).await;
    found.map_err(|error| diagnostic(&error))
}

/// Yields the group's ARN.
pub(super) async fn ensure(scope: &Scope<'_>, retention_days: i64) -> Result<String, Diagnostic> {
    let logs = scope.aws.logs(&scope.region);
    let name = scope.names().log_group;
    let tags = scope.marked();
    let found = match look(scope).await? {
        Some(found) => {
            let present = logs.tags(&found.arn).await.map_err(|error| diagnostic(&error))?;
            scope.may_take(StoreMark::from_tags(&present).as_ref(), "log group", &name)?;
            let tagged = logs.set_tags(&found.arn, &present, &tags).await;
            tagged.map_err(|error| diagnostic(&error))?;
            found
        }
        None => {
            let made = logs.create_group(&name, &tags).await;
            made.map_err(|error| diagnostic(&error))?;
            look(scope).await?.ok_or_else(|| vanished(&name))?
        }
    };
    if found.retention_days != Some(retention_days) {
        let set = logs.set_retention(&name, retention_days).await;
        set.map_err(|error| diagnostic(&error))?;
    }
    Ok(found.arn)
}

pub(super) async fn remove(scope: &Scope<'_>) -> Result<(), Diagnostic> {
    let logs = scope.aws.logs(&scope.region);
    let Some(found) = look(scope).await? else {
        return Ok(());
    };
    let tags = logs.tags(&found.arn).await.map_err(|error| diagnostic(&error))?;
    if !scope.owns_tagged(&tags) {
        return Ok(());
    }
    let deleted = zt_aws::error::optional(logs.delete_group(&scope.names().log_group).await);
    deleted.map(drop).map_err(|error| diagnostic(&error))
}

fn vanished(name: &str) -> Diagnostic {
    Diagnostic::error(
        "A log group is gone again",
        format!("{name} was made a moment ago and is not there any more. Apply again."),
    )
}
