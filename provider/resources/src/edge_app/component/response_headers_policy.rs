//! The response headers policy: security headers of every answer, the gateway's own pages included.

use std::collections::{BTreeMap, BTreeSet};

use zt_aws::cloudfront::{HeadersPolicy, HeadersPolicyConfig, Hsts};
use zt_aws::error::optional;

use super::{Fault, Scope};
use crate::edge_app::config::ResponseHeaders;
use crate::marks::Mark;

/// The policy as it stands, by id where one is known, else by name.
pub(in crate::edge_app) async fn look(scope: &Scope<'_>, id: Option<&str>) -> Result<Option<HeadersPolicy>, Fault> {
    let cloudfront = scope.aws.cloudfront();
    let id = match id {
        Some(id) => Some(id.to_owned()),
        None => cloudfront.find_headers_policy(&scope.names.stem).await?,
    };
    match id {
        Some(id) => Ok(optional(cloudfront.headers_policy_by_id(&id).await)?),
        None => Ok(None),
    }
}

/// What the settings ask for.
pub(in crate::edge_app) fn wanted(scope: &Scope<'_>, headers: &ResponseHeaders) -> HeadersPolicyConfig {
    let max_age = u32::try_from(headers.hsts_max_age).unwrap_or(0);
    HeadersPolicyConfig {
        name: scope.names.stem.clone(),
        comment: scope.mark.to_string(),
        hsts: (max_age > 0).then_some(Hsts {
            max_age,
            include_subdomains: headers.hsts_subdomains,
            preload: false,
        }),
        nosniff: true,
        frame_options: Some(headers.frame_options.clone()),
        referrer_policy: Some(headers.referrer_policy.clone()),
        content_security_policy: headers.content_security_policy.clone(),
        custom: BTreeMap::new(),
        remove: BTreeSet::new(),
    }
}

/// Makes it, or changes it until it is as wanted; yields its id.
pub(in crate::edge_app) async fn ensure(scope: &Scope<'_>, headers: &ResponseHeaders) -> Result<String, Fault> {
    let cloudfront = scope.aws.cloudfront();
    let wanted = wanted(scope, headers);
    let Some(found) = look(scope, None).await? else {
        return Ok(cloudfront.create_headers_policy(&wanted).await?.id);
    };
    scope.may_take(
        "response headers policy",
        &found.config.name,
        Mark::from_text(&found.config.comment),
    )?;
    if found.config != wanted {
        cloudfront
            .update_headers_policy(&found.id, &found.etag, &wanted)
            .await?;
    }
    Ok(found.id)
}

/// Removes it.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>) -> Result<(), Fault> {
    let Some(found) = look(scope, None).await? else {
        return Ok(());
    };
    if !scope.owns(Mark::from_text(&found.config.comment).as_ref()) {
        return Ok(());
    }
    optional(
        scope
            .aws
            .cloudfront()
            .delete_headers_policy(&found.id, &found.etag)
            .await,
    )?;
    Ok(())
}
