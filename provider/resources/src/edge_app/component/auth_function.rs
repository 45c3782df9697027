//! The auth function: a Lambda@Edge function with numbered versions.
//!
//! A version is published only for code or settings that no version has yet, so an edited policy publishes none. A
//! function that AWS does not delete yet, because the edge still holds replicas, is waited for or parked: parked
//! functions say so in their description, and any later apply of an application removes them.

use std::time::Duration;

use zt_aws::AwsError;
use zt_aws::error::{ErrorKind, optional};
use zt_aws::lambda::{LambdaConfig, LambdaFunction};

use super::{Fault, Scope};
use crate::edge_app::config::ReplicaDeletion;
use crate::marks::{Mark, Stage};

const RUNTIME: &str = "nodejs24.x";
const HANDLER: &str = "index.handler";
const MEMORY: u32 = 128;
const TIMEOUT: u32 = 15;
/// Pauses between two tries to delete a function whose replicas are going.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What the function has to be.
pub(in crate::edge_app) struct Wanted<'a> {
    pub(in crate::edge_app) zip: &'a [u8],
    /// SHA-256 of the zip in base64, as Lambda tells it.
    pub(in crate::edge_app) sha256: &'a str,
    pub(in crate::edge_app) role_arn: &'a str,
}

fn config(scope: &Scope<'_>, role_arn: &str, stage: Stage) -> LambdaConfig {
    LambdaConfig {
        name: scope.names.auth_function.clone(),
        description: scope.mark.at(stage).to_string(),
        role: role_arn.to_owned(),
        runtime: RUNTIME.to_owned(),
        handler: HANDLER.to_owned(),
        memory: MEMORY,
        timeout: TIMEOUT,
    }
}

/// Makes the function and a version of it as wanted; yields the ARN with the version.
pub(in crate::edge_app) async fn ensure(scope: &Scope<'_>, wanted: &Wanted<'_>) -> Result<String, Fault> {
    let lambda = scope.aws.lambda();
    let name = scope.names.auth_function.as_str();
    let config = config(scope, wanted.role_arn, Stage::Live);
    match optional(lambda.describe_function(name, None).await)? {
        None => {
            lambda.create_function(&config, wanted.zip, scope.tags).await?;
        }
        Some(found) => {
            scope.may_take("auth function", name, Mark::from_text(&found.config.description))?;
            change(scope, found, &config, wanted).await?;
        }
    }
    let latest = lambda.wait_active(name, None, scope.remaining()).await?;
    let versions = lambda.versions(name).await?;
    let same = |version: &&LambdaFunction| version.code_sha256 == wanted.sha256 && version.config == latest.config;
    let version = match versions.iter().rev().find(same) {
        Some(version) => version.version.clone(),
        None => lambda.publish_version(name, wanted.sha256).await?.version,
    };
    Ok(lambda.wait_active(name, Some(&version), scope.remaining()).await?.arn)
}

async fn change(
    scope: &Scope<'_>,
    found: LambdaFunction,
    config: &LambdaConfig,
    wanted: &Wanted<'_>,
) -> Result<(), Fault> {
    let lambda = scope.aws.lambda();
    let name = config.name.as_str();
    let mut found = match found.update_status.as_str() {
        "InProgress" => lambda.wait_active(name, None, scope.remaining()).await?,
        _ => found,
    };
    if found.config != *config {
        lambda.update_config(config, &found.revision).await?;
        found = lambda.wait_active(name, None, scope.remaining()).await?;
    }
    if found.code_sha256 != wanted.sha256 {
        lambda.update_code(name, &found.revision, wanted.zip).await?;
        found = lambda.wait_active(name, None, scope.remaining()).await?;
    }
    let arn = found.arn.strip_suffix(":$LATEST").unwrap_or(&found.arn);
    let tags = lambda.tags(arn).await?;
    Ok(lambda.set_tags(arn, &tags, scope.tags).await?)
}

/// The version behind a qualified ARN, when it is there.
pub(in crate::edge_app) async fn look(scope: &Scope<'_>, version_arn: &str) -> Result<Option<LambdaFunction>, Fault> {
    let version = version_arn.rsplit(':').next();
    let name = scope.names.auth_function.as_str();
    Ok(optional(scope.aws.lambda().describe_function(name, version).await)?)
}

/// The ARN of the version that was published last.
pub(in crate::edge_app) async fn newest(scope: &Scope<'_>) -> Result<Option<String>, Fault> {
    let versions = optional(scope.aws.lambda().versions(&scope.names.auth_function).await)?;
    let newest = versions
        .into_iter()
        .flatten()
        .max_by_key(|one| one.version.parse::<u64>().unwrap_or(0));
    Ok(newest.map(|one| one.arn))
}

/// Whether a version has this code and our settings.
pub(in crate::edge_app) fn is_as_wanted(version: &LambdaFunction, sha256: &str) -> bool {
    let config = &version.config;
    version.code_sha256 == sha256 && config.runtime == RUNTIME && config.handler == HANDLER && config.timeout == TIMEOUT
}

/// Deletes all versions but the one in use; those with replicas are left for a later apply.
pub(in crate::edge_app) async fn prune(scope: &Scope<'_>, version_arn: &str) -> Result<(), Fault> {
    let lambda = scope.aws.lambda();
    let name = scope.names.auth_function.as_str();
    let current = version_arn.rsplit(':').next().unwrap_or_default();
    for version in lambda.versions(name).await? {
        if version.version == current {
            continue;
        }
        match lambda.delete_function(name, Some(&version.version)).await {
            Err(error) if !matches!(error.kind(), ErrorKind::InUse | ErrorKind::NotFound) => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Removes the function; `Some` says that it had to be parked.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>, way: ReplicaDeletion) -> Result<Option<String>, Fault> {
    let lambda = scope.aws.lambda();
    let name = scope.names.auth_function.as_str();
    let Some(found) = optional(lambda.describe_function(name, None).await)? else {
        return Ok(None);
    };
    if !scope.owns(Mark::from_text(&found.config.description).as_ref()) {
        return Ok(None);
    }
    let mut pause = Duration::from_secs(1);
    loop {
        let error = match lambda.delete_function(name, None).await {
            Ok(()) => return Ok(None),
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) if error.kind() == ErrorKind::InUse => error,
            Err(error) => return Err(error.into()),
        };
        if way == ReplicaDeletion::Park {
            park(scope, &found).await?;
            return Ok(Some(name.to_owned()));
        }
        scope
            .context
            .sleep(pause)
            .await
            .map_err(|interrupted| still_replicated(interrupted, error))?;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn still_replicated(interrupted: zt_framework::Interrupted, error: AwsError) -> Fault {
    match interrupted {
        zt_framework::Interrupted::Stopped => interrupted.into(),
        zt_framework::Interrupted::DeadlineExceeded => Fault::refused(
            "The auth function still has replicas",
            format!(
                "CloudFront removes replicas hours after the last association is gone, and until then Lambda refuses \
                 to delete the function. Destroy again later, raise `timeouts.delete`, or set replica_deletion to \
                 \"park\". {}",
                error.explain().detail
            ),
        ),
    }
}

/// Deletes parked functions of any application, as far as AWS lets go of them by now.
pub(in crate::edge_app) async fn reap(scope: &Scope<'_>) -> Result<(), Fault> {
    let lambda = scope.aws.lambda();
    for function in lambda.list_functions().await? {
        let name = function.config.name.as_str();
        // The list takes a while, in which its application may have taken a function back.
        if !is_parked(&function)
            || !optional(lambda.describe_function(name, None).await)?.is_some_and(|found| is_parked(&found))
        {
            continue;
        }
        match lambda.delete_function(name, None).await {
            Err(error) if !matches!(error.kind(), ErrorKind::InUse | ErrorKind::NotFound) => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

fn is_parked(function: &LambdaFunction) -> bool {
    Mark::from_text(&function.config.description).is_some_and(|mark| mark.stage == Stage::Parked)
}

async fn park(scope: &Scope<'_>, found: &LambdaFunction) -> Result<(), Fault> {
    let parked = LambdaConfig {
        description: scope.mark.at(Stage::Parked).to_string(),
        ..found.config.clone()
    };
    scope.aws.lambda().update_config(&parked, &found.revision).await?;
    Ok(())
}
