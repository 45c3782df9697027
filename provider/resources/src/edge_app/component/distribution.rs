//! The distribution: the last object made, the first one taken down.
//!
//! Every behaviour but that of the login carries the session function on viewer-request; the login's behaviour has the
//! auth function instead, no cache and an origin that cannot exist, so that a lost association forwards nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use zt_aws::cloudfront::{
    Behavior, CachedMethods, Certificate, Distribution, DistributionConfig, EdgeEvent, FunctionAssociation,
    HttpVersion, LambdaAssociation, Methods, MinimumTls, Origin as RemoteOrigin, OriginKind as RemoteKind,
    OriginProtocol, PathBehavior, PriceClass, ViewerProtocol,
};
use zt_aws::error::{ErrorKind, optional};
use zt_aws::{Secret, Tags};

use super::origin_request_policy::RequestPolicies;
use super::{Fault, Scope};
use crate::edge_app::config::{Origin, OriginKind, Viewers};
use crate::marks::Mark;

/// Managed policy CachingDisabled.
pub(in crate::edge_app) const CACHING_DISABLED: &str = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
/// Managed policy CachingOptimized.
const CACHING_OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";
/// Managed policy AllViewerExceptHostHeader.
const ALL_VIEWER_EXCEPT_HOST: &str = "b689b0a8-53d0-40ab-baf2-68738e2966ac";

/// Names of origins hold no dot, so this id is never one of them.
const BLACK_HOLE: &str = "zt.black-hole";
/// RFC 6761: this name never resolves.
const BLACK_HOLE_DOMAIN: &str = "blackhole.invalid";

/// Error answers of an origin that CloudFront would otherwise cache for ten seconds.
const ERRORS: [u16; 11] = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/// What happens to the allowed requests of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) struct Delivery {
    pub(in crate::edge_app) origin: String,
    pub(in crate::edge_app) shared_cache: bool,
}

/// What a distribution is made of.
pub(in crate::edge_app) struct Wanted<'a> {
    pub(in crate::edge_app) viewers: &'a Viewers,
    pub(in crate::edge_app) auth_prefix: &'a str,
    pub(in crate::edge_app) origins: &'a BTreeMap<String, Origin>,
    pub(in crate::edge_app) default: Delivery,
    pub(in crate::edge_app) paths: Vec<(String, Delivery)>,
    pub(in crate::edge_app) session_function_arn: &'a str,
    pub(in crate::edge_app) auth_function_arn: &'a str,
    pub(in crate::edge_app) headers_policy: &'a str,
    pub(in crate::edge_app) access_control: Option<&'a str>,
    pub(in crate::edge_app) web_acl_arn: &'a str,
    pub(in crate::edge_app) requests: &'a RequestPolicies,
    /// Region of buckets that name none.
    pub(in crate::edge_app) region: &'a str,
}

impl Wanted<'_> {
    /// The whole configuration under a mark; the instance makes a create happen once.
    pub(in crate::edge_app) fn config(&self, mark: &Mark) -> DistributionConfig {
        DistributionConfig {
            caller_reference: format!("zt-{}", mark.instance),
            aliases: self.viewers.aliases.iter().cloned().collect(),
            comment: mark.to_string(),
            enabled: true,
            http_version: http_version(&self.viewers.http_version),
            ipv6: self.viewers.ipv6,
            price_class: price_class(&self.viewers.price_class),
            certificate: self.certificate(),
            web_acl: Some(self.web_acl_arn.to_owned()),
            origins: self.origins(),
            default_behavior: self.behavior(&self.default),
            behaviors: self.behaviors(),
            error_caching: ERRORS.into_iter().map(|status| (status, 0)).collect(),
            foreign: BTreeSet::new(),
        }
    }

    fn certificate(&self) -> Certificate {
        match &self.viewers.certificate_arn {
            Some(arn) => Certificate::Acm {
                arn: arn.clone(),
                minimum_tls: minimum_tls(&self.viewers.minimum_tls),
            },
            None => Certificate::Default,
        }
    }

    fn origins(&self) -> Vec<RemoteOrigin> {
        let black_hole = RemoteOrigin::new(
            BLACK_HOLE,
            BLACK_HOLE_DOMAIN,
            server(80, 443, OriginProtocol::HttpsOnly),
        );
        let own = self.origins.iter().map(|(name, origin)| self.origin(name, origin));
        own.chain([black_hole]).collect()
    }

    fn origin(&self, name: &str, origin: &Origin) -> RemoteOrigin {
        let mut remote = match &origin.kind {
            OriginKind::Bucket { bucket, region, .. } => {
                let region = region.as_deref().unwrap_or(self.region);
                let domain = format!("{bucket}.s3.{region}.amazonaws.com");
                RemoteOrigin {
                    access_control: self.access_control.map(str::to_owned),
                    ..RemoteOrigin::new(name, domain, RemoteKind::S3)
                }
            }
            OriginKind::Server {
                domain_name,
                http_port,
                https_port,
                https,
            } => {
                let protocol = if *https {
                    OriginProtocol::HttpsOnly
                } else {
                    OriginProtocol::HttpOnly
                };
                RemoteOrigin::new(name, domain_name.clone(), server(*http_port, *https_port, protocol))
            }
        };
        remote.path.clone_from(&origin.path);
        remote.headers = origin
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), Secret::new(value.clone())))
            .collect();
        remote
    }

    fn behaviors(&self) -> Vec<PathBehavior> {
        let login = PathBehavior {
            pattern: format!("{}/*", self.auth_prefix),
            behavior: self.login(),
        };
        let paths = self.paths.iter().map(|(pattern, delivery)| PathBehavior {
            pattern: pattern.clone(),
            behavior: self.behavior(delivery),
        });
        [login].into_iter().chain(paths).collect()
    }

    fn login(&self) -> Behavior {
        Behavior {
            origin: BLACK_HOLE.to_owned(),
            viewer_protocol: ViewerProtocol::HttpsOnly,
            cache_policy: CACHING_DISABLED.to_owned(),
            request_policy: None,
            functions: Vec::new(),
            lambdas: vec![LambdaAssociation {
                event: EdgeEvent::ViewerRequest,
                arn: self.auth_function_arn.to_owned(),
                include_body: true,
            }],
            ..self.behavior(&self.default)
        }
    }

    fn behavior(&self, delivery: &Delivery) -> Behavior {
        let is_bucket = self.origins.get(&delivery.origin).is_some_and(Origin::is_bucket);
        Behavior {
            origin: delivery.origin.clone(),
            viewer_protocol: ViewerProtocol::RedirectToHttps,
            // The session function knows the methods of each route; CloudFront's sets are too coarse.
            methods: Methods::All,
            cached_methods: CachedMethods::Read,
            compress: true,
            cache_policy: if delivery.shared_cache {
                CACHING_OPTIMIZED
            } else {
                CACHING_DISABLED
            }
            .to_owned(),
            // A signed request to a bucket carries CloudFront's own headers only.
            request_policy: match self.requests.of(is_bucket) {
                Some(id) => Some(id.to_owned()),
                None => (!is_bucket).then(|| ALL_VIEWER_EXCEPT_HOST.to_owned()),
            },
            headers_policy: Some(self.headers_policy.to_owned()),
            functions: vec![FunctionAssociation {
                event: EdgeEvent::ViewerRequest,
                arn: self.session_function_arn.to_owned(),
            }],
            lambdas: Vec::new(),
        }
    }
}

/// Whether the requests of a behaviour reach an origin; those of the login never do.
pub(in crate::edge_app) fn forwards(behavior: &Behavior) -> bool {
    behavior.origin != BLACK_HOLE
}

/// Whether answers may be kept.
pub(in crate::edge_app) fn caches(behavior: &Behavior) -> bool {
    behavior.cache_policy != CACHING_DISABLED
}

/// The same distribution with these origin request policies, where they concern an origin of it.
pub(in crate::edge_app) fn showing(present: &DistributionConfig, requests: &RequestPolicies) -> DistributionConfig {
    let is_bucket = |id: &str| {
        let mut origins = present.origins.iter();
        origins.any(|origin| origin.id == id && origin.kind == RemoteKind::S3)
    };
    let mut shown = present.clone();
    let paths = shown.behaviors.iter_mut().map(|path| &mut path.behavior);
    for behavior in paths.chain([&mut shown.default_behavior]) {
        let own = requests.of(is_bucket(&behavior.origin));
        if let (true, Some(id)) = (forwards(behavior), own) {
            behavior.request_policy = Some(id.to_owned());
        }
    }
    shown
}

fn server(http_port: u16, https_port: u16, protocol: OriginProtocol) -> RemoteKind {
    RemoteKind::Custom {
        http_port,
        https_port,
        protocol,
        read_timeout: 30,
        keepalive_timeout: 5,
    }
}

fn http_version(word: &str) -> HttpVersion {
    match word {
        "http1.1" => HttpVersion::Http1,
        "http2" => HttpVersion::Http2,
        "http3" => HttpVersion::Http3,
        _ => HttpVersion::Http2And3,
    }
}

fn price_class(word: &str) -> PriceClass {
    match word {
        "PriceClass_100" => PriceClass::Class100,
        "PriceClass_200" => PriceClass::Class200,
        _ => PriceClass::All,
    }
}

fn minimum_tls(word: &str) -> MinimumTls {
    match word {
        "TLSv1.2_2019" => MinimumTls::Tls12In2019,
        "TLSv1.2_2025" => MinimumTls::Tls12In2025,
        "TLSv1.3_2025" => MinimumTls::Tls13In2025,
        _ => MinimumTls::Tls12In2021,
    }
}

/// Whether two configurations mean the same; CloudFront keeps the caller reference and orders origins as it likes.
pub(in crate::edge_app) fn same(one: &DistributionConfig, other: &DistributionConfig) -> bool {
    let normal = |config: &DistributionConfig| {
        let mut config = config.clone();
        config.caller_reference.clear();
        config.origins.sort_by(|one, other| one.id.cmp(&other.id));
        config
    };
    normal(one) == normal(other)
}

/// The distribution of this instance, by id where one is known, else by its mark.
pub(in crate::edge_app) async fn look(scope: &Scope<'_>, id: Option<&str>) -> Result<Option<Distribution>, Fault> {
    let cloudfront = scope.aws.cloudfront();
    let id = match id {
        Some(id) => Some(id.to_owned()),
        None => find(scope).await?,
    };
    match id {
        Some(id) => Ok(optional(cloudfront.distribution_by_id(&id).await)?),
        None => Ok(None),
    }
}

async fn find(scope: &Scope<'_>) -> Result<Option<String>, Fault> {
    let all = scope.aws.cloudfront().list_distributions().await?;
    let ours = |comment: &str| scope.owns(Mark::from_text(comment).as_ref());
    Ok(all
        .into_iter()
        .find(|summary| ours(&summary.comment))
        .map(|summary| summary.id))
}

/// How often an update starts over when somebody else wrote in between.
const TRIES: u32 = 3;

/// Makes the distribution, or changes it until it is as wanted. When another writer was faster, it is read and compared
/// again; what he left is not what is wanted, so it is replaced, but never unseen.
pub(in crate::edge_app) async fn ensure(
    scope: &Scope<'_>,
    found: Option<Distribution>,
    wanted: &DistributionConfig,
) -> Result<Distribution, Fault> {
    let cloudfront = scope.aws.cloudfront();
    let Some(mut found) = found else {
        return Ok(cloudfront.create_distribution(wanted, scope.tags).await?);
    };
    let mut tries = 1;
    loop {
        scope.may_take("distribution", &found.id, Mark::from_text(&found.config.comment))?;
        if same(&found.config, wanted) {
            return Ok(found);
        }
        let caller_reference = found.config.caller_reference.clone();
        let next = DistributionConfig {
            caller_reference,
            ..wanted.clone()
        };
        match cloudfront.update_distribution(&found.id, &found.etag, &next).await {
            Err(error) if error.is_conflict() && tries < TRIES => tries += 1,
            other => return Ok(other?),
        }
        found = cloudfront.distribution_by_id(&found.id).await?;
    }
}

/// Brings the tags up to date.
pub(in crate::edge_app) async fn ensure_tags(scope: &Scope<'_>, arn: &str) -> Result<(), Fault> {
    let cloudfront = scope.aws.cloudfront();
    let current: Tags = cloudfront.tags(arn).await?;
    Ok(cloudfront.set_tags(arn, &current, scope.tags).await?)
}

/// Waits until every edge location has the configuration, within the time of the operation.
pub(in crate::edge_app) async fn wait(scope: &Scope<'_>, id: &str) -> Result<(), Fault> {
    scope
        .aws
        .cloudfront()
        .wait_distribution_deployed(id, scope.remaining())
        .await?;
    Ok(())
}

/// Disables the distribution, waits and deletes it.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>, id: Option<&str>) -> Result<(), Fault> {
    let Some(found) = look(scope, id).await? else {
        return Ok(());
    };
    if !scope.owns(Mark::from_text(&found.config.comment).as_ref()) {
        return Ok(());
    }
    let cloudfront = scope.aws.cloudfront();
    if found.config.enabled {
        cloudfront.disable_distribution(&found.id).await?;
    }
    let mut attempt = 0_u32;
    loop {
        let deployed = cloudfront
            .wait_distribution_deployed(&found.id, scope.remaining())
            .await?;
        match cloudfront.delete_distribution(&found.id, &deployed.etag).await {
            Ok(()) => return Ok(()),
            Err(error) if error.is_not_found() => return Ok(()),
            // Somebody wrote in between, or CloudFront has not noticed yet that it is disabled.
            Err(error) if matches!(error.kind(), ErrorKind::Conflict | ErrorKind::InUse) && attempt < 5 => {
                attempt += 1;
                scope.context.sleep(Duration::from_secs(1 << attempt)).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
