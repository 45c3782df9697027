//! Reading what is judged: the distribution, and what its behaviours refer to.

use std::collections::BTreeSet;

use zt_aws::cloudfront::{CacheSetting, CloudFront, InspectedBehavior};
use zt_aws::error::{Result, optional};

use super::judge::{CACHING_DISABLED, Seen};

/// Reads a distribution and what it refers to; nothing when there is no such distribution.
pub(super) async fn look(cloudfront: &CloudFront, id: &str) -> Result<Option<Seen>> {
    let Some(distribution) = optional(cloudfront.inspect_distribution(id).await)? else {
        return Ok(None);
    };
    let behaviors = || {
        let paths = distribution.behaviors.iter().map(|(_, behavior)| behavior);
        paths.chain([&distribution.default_behavior])
    };
    let policies: BTreeSet<&str> = behaviors().filter_map(policy).collect();
    let logs: BTreeSet<&str> = behaviors().filter_map(|one| one.realtime_log.as_deref()).collect();
    let mut seen = Seen {
        kept: std::collections::BTreeMap::new(),
        logged: std::collections::BTreeMap::new(),
        distribution: distribution.clone(),
    };
    for id in policies {
        if let Some(policy) = optional(cloudfront.cache_policy_by_id(id).await)? {
            seen.kept.insert(id.to_owned(), policy.config.max_ttl);
        }
    }
    for arn in logs {
        if let Some(fields) = optional(cloudfront.realtime_log_fields(arn).await)? {
            seen.logged.insert(arn.to_owned(), fields);
        }
    }
    Ok(Some(seen))
}

/// The cache policy that has to be read to be understood.
fn policy(behavior: &InspectedBehavior) -> Option<&str> {
    match &behavior.cache {
        CacheSetting::Policy(id) if id != CACHING_DISABLED => Some(id),
        _ => None,
    }
}
