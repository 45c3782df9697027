//! The function of the writer: a Lambda function of the region, always its latest code.

use zt_aws::error::optional;
use zt_aws::lambda::{LambdaConfig, LambdaFunction};
use zt_edge::StoreWriterArchive;
use zt_framework::Diagnostic;

use super::Scope;
use crate::failure::diagnostic;
use crate::session_store::mark::StoreMark;

const RUNTIME: &str = "nodejs24.x";
const HANDLER: &str = "index.handler";
const MEMORY: u32 = 256;
/// Seconds of one run.
const TIMEOUT: u32 = 60;
/// Seconds that the queue hides a batch from others: one run and some.
pub(super) const VISIBILITY: u32 = TIMEOUT + 10;

fn config(scope: &Scope<'_>, role: &str) -> LambdaConfig {
    LambdaConfig {
        name: scope.names().function,
        description: scope.description(),
        role: role.to_owned(),
        runtime: RUNTIME.to_owned(),
        handler: HANDLER.to_owned(),
        memory: MEMORY,
        timeout: TIMEOUT,
    }
}

/// The ARN without a version.
pub(super) fn plain_arn(arn: &str) -> String {
    arn.strip_suffix(":$LATEST").unwrap_or(arn).to_owned()
}

pub(super) async fn look(scope: &Scope<'_>) -> Result<Option<LambdaFunction>, Diagnostic> {
    let lambda = scope.aws.lambda_in(&scope.region);
    let found = optional(lambda.describe_function(&scope.names().function, None).await);
    found.map_err(|error| diagnostic(&error))
}

/// Makes the function, or changes it until it is as wanted; yields its ARN.
pub(super) async fn ensure(scope: &Scope<'_>, role: &str, archive: &StoreWriterArchive) -> Result<String, Diagnostic> {
    let lambda = scope.aws.lambda_in(&scope.region);
    let config = config(scope, role);
    match look(scope).await? {
        None => {
            let made = lambda.create_function(&config, archive.bytes(), &scope.marked()).await;
            made.map_err(|error| diagnostic(&error))?;
        }
        Some(found) => change(scope, found, &config, archive).await?,
    }
    let active = lambda.wait_active(&config.name, None, scope.limit).await;
    Ok(plain_arn(&active.map_err(|error| diagnostic(&error))?.arn))
}

async fn change(
    scope: &Scope<'_>,
    found: LambdaFunction,
    config: &LambdaConfig,
    archive: &StoreWriterArchive,
) -> Result<(), Diagnostic> {
    let lambda = scope.aws.lambda_in(&scope.region);
    let name = config.name.as_str();
    let mark = StoreMark::from_comment(&found.config.description);
    scope.may_take(mark.as_ref(), "function", name)?;
    let settled = || async {
        let active = lambda.wait_active(name, None, scope.limit).await;
        active.map_err(|error| diagnostic(&error))
    };
    let mut found = settled().await?;
    if found.config != *config {
        let updated = lambda.update_config(config, &found.revision).await;
        updated.map_err(|error| diagnostic(&error))?;
        found = settled().await?;
    }
    if found.code_sha256 != archive.code_sha256() {
        let updated = lambda.update_code(name, &found.revision, archive.bytes()).await;
        updated.map_err(|error| diagnostic(&error))?;
        found = settled().await?;
    }
    let arn = plain_arn(&found.arn);
    let tags = lambda.tags(&arn).await.map_err(|error| diagnostic(&error))?;
    let tagged = lambda.set_tags(&arn, &tags, &scope.marked()).await;
    tagged.map_err(|error| diagnostic(&error))
}

pub(super) fn is_as_wanted(scope: &Scope<'_>, found: &LambdaFunction, archive: &StoreWriterArchive) -> bool {
    found.config == config(scope, &found.config.role) && found.code_sha256 == archive.code_sha256()
}

pub(super) async fn remove(scope: &Scope<'_>) -> Result<(), Diagnostic> {
    let Some(found) = look(scope).await? else {
        return Ok(());
    };
    if !scope.owns(StoreMark::from_comment(&found.config.description).as_ref()) {
        return Ok(());
    }
    let lambda = scope.aws.lambda_in(&scope.region);
    let deleted = optional(lambda.delete_function(&found.config.name, None).await);
    deleted.map(drop).map_err(|error| diagnostic(&error))
}
