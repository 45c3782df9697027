//! Origin Access Control: CloudFront signs what it asks of buckets, always. One for all buckets of an application.

use zt_aws::cloudfront::{AccessControl, AccessControlConfig, OriginType};
use zt_aws::error::optional;

use super::{Fault, Scope};
use crate::marks::Mark;

/// The access control as it stands.
async fn look(scope: &Scope<'_>) -> Result<Option<AccessControl>, Fault> {
    let cloudfront = scope.aws.cloudfront();
    match cloudfront.find_access_control(&scope.names.stem).await? {
        Some(id) => Ok(optional(cloudfront.access_control_by_id(&id).await)?),
        None => Ok(None),
    }
}

fn wanted(scope: &Scope<'_>) -> AccessControlConfig {
    AccessControlConfig {
        name: scope.names.stem.clone(),
        description: scope.mark.to_string(),
        origin_type: OriginType::S3,
    }
}

/// Makes it, or changes it until it is as wanted; yields its id.
pub(in crate::edge_app) async fn ensure(scope: &Scope<'_>) -> Result<String, Fault> {
    let cloudfront = scope.aws.cloudfront();
    let Some(found) = look(scope).await? else {
        return Ok(cloudfront.create_access_control(&wanted(scope)).await?.id);
    };
    scope.may_take(
        "origin access control",
        &found.config.name,
        Mark::from_text(&found.config.description),
    )?;
    if !found.signs_always || found.config != wanted(scope) {
        cloudfront
            .update_access_control(&found.id, &found.etag, &wanted(scope))
            .await?;
    }
    Ok(found.id)
}

/// Removes it.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>) -> Result<(), Fault> {
    let Some(found) = look(scope).await? else { return Ok(()) };
    if !scope.owns(Mark::from_text(&found.config.description).as_ref()) {
        return Ok(());
    }
    optional(
        scope
            .aws
            .cloudfront()
            .delete_access_control(&found.id, &found.etag)
            .await,
    )?;
    Ok(())
}
