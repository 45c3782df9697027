//! Which buckets the distribution has to be allowed to read.

use std::collections::BTreeMap;

use super::component::bucket_policy::Grant;
use super::config::{Origin, OriginKind};

/// The grant that one origin needs, when it is a bucket.
pub(super) fn of_origin(origins: &BTreeMap<String, Origin>, name: &str, home: &str) -> Option<Grant> {
    let origin = origins.get(name)?;
    let OriginKind::Bucket { bucket, region, .. } = &origin.kind else {
        return None;
    };
    Some(Grant {
        bucket: bucket.clone(),
        region: region.clone().unwrap_or_else(|| home.to_owned()),
        paths: vec![origin.path.clone()],
    })
}

/// The grants that we are asked to write, one for each bucket.
pub(super) fn managed(origins: &BTreeMap<String, Origin>, home: &str) -> Vec<Grant> {
    let mut grants: BTreeMap<String, Grant> = BTreeMap::new();
    for (name, origin) in origins {
        if !matches!(
            origin.kind,
            OriginKind::Bucket {
                manage_policy: true,
                ..
            }
        ) {
            continue;
        }
        let Some(grant) = of_origin(origins, name, home) else {
            continue;
        };
        match grants.get_mut(&grant.bucket) {
            Some(known) => known.paths.extend(grant.paths),
            None => drop(grants.insert(grant.bucket.clone(), grant)),
        }
    }
    let sorted = |mut grant: Grant| {
        grant.paths.sort();
        grant.paths.dedup();
        grant
    };
    grants.into_values().map(sorted).collect()
}
