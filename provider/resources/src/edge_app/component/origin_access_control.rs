//! Origin Access Control: CloudFront signs what it asks of buckets, always. One for all buckets of an application.

use zt_aws::cloudfront::{AccessControl, AccessControlConfig, OriginType};
use zt_aws::error::optional;

use super::{Fault, Scope};
use crate::marks::Mark;

/// The access control as it stands, by id where one is known, else by name.
pub(in crate::edge_app) async fn look(scope: &Scope<'_>, id: Option<&str>) -> Result<Option<AccessControl>, Fault> {
    let cloudfront = scope.aws.cloudfront();
    let id = match id {
        Some(id) => Some(id.to_owned()),
        None => cloudfront.find_access_control(&scope.names.stem).await?,
    };
    match id {
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

/// Whether the object is as wanted.
pub(in crate::edge_app) fn is_as_wanted(scope: &Scope<'_>, found: &AccessControl) -> bool {
    found.signs_always && found.config == wanted(scope)
}

/// Makes it, or changes it until it is as wanted; yields its id.
pub(in crate::edge_app) async fn ensure(scope: &Scope<'_>) -> Result<String, Fault> {
    let cloudfront = scope.aws.cloudfront();
    let Some(found) = look(scope, None).await? else {
        return Ok(cloudfront.create_access_control(&wanted(scope)).await?.id);
    };
    scope.may_take("origin access control", &found.config.name, Mark::from_text(&found.config.description))?;
    if !is_as_wanted(scope, &found) {
        cloudfront.update_access_control(&found.id, &found.etag, &wanted(scope)).await?;
    }
    Ok(found.id)
}

/// Removes it.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>) -> Result<(), Fault> {
    let Some(found) = look(scope, None).await? else { return Ok(()) };
    if !scope.owns(Mark::from_text(&found.config.description).as_ref()) {
        return Ok(());
    }
    optional(scope.aws.cloudfront().delete_access_control(&found.id, &found.etag).await)?;
    Ok(())
}
