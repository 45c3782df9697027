//! The origin request policies: they make CloudFront tell the session function of the viewer's country and TLS.
//!
//! CloudFront shows such a header to a function only where a policy of the behaviour forwards it to the origin. Buckets
//! get these headers and nothing else; servers get all the viewer sends, which CloudFront offers only with the viewer's
//! Host among it. Without need there are none, and the managed policies do.

use std::collections::{BTreeMap, BTreeSet};

use zt_aws::cloudfront::{Forward, RequestPolicy, RequestPolicyConfig};
use zt_aws::error::optional;
use zt_model::compile::Compiled;

use super::{Fault, Scope};
use crate::edge_app::config::Origin;
use crate::edge_app::names::Names;
use crate::marks::Mark;

/// The model's names, and the same as CloudFront writes them.
const HEADERS: [(&str, &str); 2] = [
    ("cloudfront-viewer-country", "CloudFront-Viewer-Country"),
    ("cloudfront-viewer-tls", "CloudFront-Viewer-TLS"),
];

/// What an application needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::edge_app) struct Needed {
    headers: BTreeSet<String>,
    buckets: bool,
    servers: bool,
}

/// Ids of the policies there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::edge_app) struct RequestPolicies {
    pub(super) buckets: Option<String>,
    pub(super) servers: Option<String>,
}

/// Whose requests a policy is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Buckets,
    Servers,
}

impl Needed {
    /// What these routes and origins need.
    pub(in crate::edge_app) fn of(compiled: &Compiled, origins: &BTreeMap<String, Origin>) -> Self {
        let asked = compiled.viewer_headers();
        let headers = HEADERS.iter().filter(|(name, _)| asked.contains(name));
        Self {
            headers: headers.map(|(_, written)| (*written).to_owned()).collect(),
            buckets: origins.values().any(Origin::is_bucket),
            servers: !origins.values().all(Origin::is_bucket),
        }
    }

    /// Whether the managed policies do.
    pub(in crate::edge_app) fn is_nothing(&self) -> bool {
        self.headers.is_empty()
    }

    fn has(&self, kind: Kind) -> bool {
        let origins = match kind {
            Kind::Buckets => self.buckets,
            Kind::Servers => self.servers,
        };
        origins && !self.is_nothing()
    }

    fn config(&self, kind: Kind, names: &Names, mark: &Mark) -> RequestPolicyConfig {
        let headers = self.headers.clone();
        let (headers, rest) = match kind {
            Kind::Buckets => (Forward::Only(headers), Forward::None),
            Kind::Servers => (Forward::AllViewerAnd(headers), Forward::All),
        };
        RequestPolicyConfig {
            name: kind.name(names).to_owned(),
            comment: mark.to_string(),
            headers,
            cookies: rest.clone(),
            query: rest,
        }
    }

    /// The same with what a policy shows already.
    fn beside(&self, present: &RequestPolicyConfig) -> Self {
        let (Forward::Only(shown) | Forward::AllViewerAnd(shown)) = &present.headers else {
            return self.clone();
        };
        let shown = |name: &str| shown.iter().any(|one| one.eq_ignore_ascii_case(name));
        let kept = HEADERS.iter().filter(|(name, _)| shown(name));
        let mut both = self.clone();
        both.headers.extend(kept.map(|(_, written)| (*written).to_owned()));
        both
    }
}

impl RequestPolicies {
    /// The policy of behaviours in front of a bucket, or of a server.
    pub(in crate::edge_app) fn of(&self, is_bucket: bool) -> Option<&str> {
        let id = if is_bucket { &self.buckets } else { &self.servers };
        id.as_deref()
    }

    fn set(&mut self, kind: Kind, id: String) {
        match kind {
            Kind::Buckets => self.buckets = Some(id),
            Kind::Servers => self.servers = Some(id),
        }
    }
}

impl Kind {
    const ALL: [Self; 2] = [Self::Buckets, Self::Servers];

    fn name(self, names: &Names) -> &str {
        match self {
            Self::Buckets => &names.bucket_requests,
            Self::Servers => &names.server_requests,
        }
    }
}

/// Whether two policies mean the same; names of headers know no case.
fn same(one: &RequestPolicyConfig, other: &RequestPolicyConfig) -> bool {
    let normal = |config: &RequestPolicyConfig| {
        let lower = |names: &BTreeSet<String>| names.iter().map(|name| name.to_ascii_lowercase()).collect();
        let headers = match &config.headers {
            Forward::Only(names) => Forward::Only(lower(names)),
            Forward::AllViewerAnd(names) => Forward::AllViewerAnd(lower(names)),
            rest => rest.clone(),
        };
        RequestPolicyConfig {
            headers,
            ..config.clone()
        }
    };
    normal(one) == normal(other)
}

/// The policies of this application's names as they stand.
async fn standing(scope: &Scope<'_>) -> Result<Vec<(Kind, RequestPolicy)>, Fault> {
    let cloudfront = scope.aws.cloudfront();
    let names = Kind::ALL.map(|kind| kind.name(scope.names));
    let ids = cloudfront.find_request_policies(&names).await?;
    let mut found = Vec::new();
    for kind in Kind::ALL {
        let Some(id) = ids.get(kind.name(scope.names)) else {
            continue;
        };
        if let Some(policy) = optional(cloudfront.request_policy_by_id(id).await)? {
            found.push((kind, policy));
        }
    }
    Ok(found)
}

/// The policies there are, and whether all that is needed is there as it should be.
pub(in crate::edge_app) async fn look(scope: &Scope<'_>, needed: &Needed) -> Result<(RequestPolicies, bool), Fault> {
    let mut policies = RequestPolicies::default();
    if needed.is_nothing() {
        return Ok((policies, true));
    }
    let found = standing(scope).await?;
    let right = |kind: Kind| {
        let wanted = needed.config(kind, scope.names, scope.mark);
        found
            .iter()
            .any(|(other, policy)| *other == kind && same(&policy.config, &wanted))
    };
    let right = Kind::ALL.into_iter().filter(|kind| needed.has(*kind)).all(right);
    for (kind, policy) in found.into_iter().filter(|(kind, _)| needed.has(*kind)) {
        policies.set(kind, policy.id);
    }
    Ok((policies, right))
}

/// Makes what is needed and yields whether something changed. A policy goes on to show what it shows: functions ask for
/// it until another one is published, and `settle` comes after that.
pub(in crate::edge_app) async fn ensure(scope: &Scope<'_>, needed: &Needed) -> Result<(RequestPolicies, bool), Fault> {
    let (mut policies, mut changed) = (RequestPolicies::default(), false);
    if needed.is_nothing() {
        return Ok((policies, changed));
    }
    let cloudfront = scope.aws.cloudfront();
    let mut found = standing(scope).await?;
    for kind in Kind::ALL.into_iter().filter(|kind| needed.has(*kind)) {
        let Some(index) = found.iter().position(|(other, _)| *other == kind) else {
            let made = cloudfront
                .create_request_policy(&needed.config(kind, scope.names, scope.mark))
                .await?;
            policies.set(kind, made.id);
            continue;
        };
        let (_, present) = found.swap_remove(index);
        let mark = Mark::from_text(&present.config.comment);
        scope.may_take("origin request policy", &present.config.name, mark)?;
        let wanted = needed.beside(&present.config).config(kind, scope.names, scope.mark);
        if !same(&present.config, &wanted) {
            cloudfront
                .update_request_policy(&present.id, &present.etag, &wanted)
                .await?;
            changed = true;
        }
        policies.set(kind, present.id);
    }
    Ok((policies, changed))
}

/// Leaves exactly what is needed, now that nothing refers to more.
pub(in crate::edge_app) async fn settle(scope: &Scope<'_>, needed: &Needed) -> Result<(), Fault> {
    let cloudfront = scope.aws.cloudfront();
    for (kind, present) in standing(scope).await? {
        if !scope.owns(Mark::from_text(&present.config.comment).as_ref()) {
            continue;
        }
        let wanted = needed.config(kind, scope.names, scope.mark);
        if !needed.has(kind) {
            optional(cloudfront.delete_request_policy(&present.id, &present.etag).await)?;
        } else if !same(&present.config, &wanted) {
            cloudfront
                .update_request_policy(&present.id, &present.etag, &wanted)
                .await?;
        }
    }
    Ok(())
}

/// Removes them.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>) -> Result<(), Fault> {
    settle(scope, &Needed::default()).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::Stage;

    fn needed(headers: &[&str]) -> Needed {
        Needed {
            headers: headers.iter().map(|name| (*name).to_owned()).collect(),
            buckets: true,
            servers: false,
        }
    }

    fn config(needed: &Needed, kind: Kind) -> RequestPolicyConfig {
        let mark = Mark {
            application: "members".into(),
            store: "main".into(),
            instance: "AAAAAAAAAAAA".into(),
            stage: Stage::Live,
        };
        needed.config(kind, &Names::of("main", "members"), &mark)
    }

    #[test]
    fn buckets_get_the_headers_alone_and_servers_all_the_viewer_sends() {
        let needed = needed(&["CloudFront-Viewer-Country"]);
        let headers = BTreeSet::from(["CloudFront-Viewer-Country".to_owned()]);
        let bucket = config(&needed, Kind::Buckets);
        assert_eq!(bucket.headers, Forward::Only(headers.clone()));
        assert_eq!((bucket.cookies, bucket.query), (Forward::None, Forward::None));
        let server = config(&needed, Kind::Servers);
        assert_eq!(server.headers, Forward::AllViewerAnd(headers));
        assert_eq!((server.cookies, server.query), (Forward::All, Forward::All));
        assert_ne!(bucket.name, server.name);
    }

    #[test]
    fn policies_are_for_the_origins_there_are() {
        let shown = needed(&["CloudFront-Viewer-TLS"]);
        assert!(shown.has(Kind::Buckets) && !shown.has(Kind::Servers));
        assert!(!needed(&[]).has(Kind::Buckets));
    }

    #[test]
    fn what_a_policy_shows_stays_until_functions_ask_no_more_for_it() {
        let present = config(
            &needed(&["cloudfront-viewer-country", "CloudFront-Viewer-City"]),
            Kind::Buckets,
        );
        let both = needed(&["CloudFront-Viewer-TLS"]).beside(&present);
        assert_eq!(both, needed(&["CloudFront-Viewer-Country", "CloudFront-Viewer-TLS"]));
    }

    #[test]
    fn names_of_headers_know_no_case_and_one_more_is_a_difference() {
        let wanted = config(&needed(&["CloudFront-Viewer-Country"]), Kind::Servers);
        assert!(same(
            &wanted,
            &config(&needed(&["cloudfront-viewer-country"]), Kind::Servers)
        ));
        let more = needed(&["CloudFront-Viewer-Country", "CloudFront-Viewer-City"]);
        assert!(!same(&wanted, &config(&more, Kind::Servers)));
        assert!(!same(
            &wanted,
            &config(&needed(&["CloudFront-Viewer-Country"]), Kind::Buckets)
        ));
    }
}
