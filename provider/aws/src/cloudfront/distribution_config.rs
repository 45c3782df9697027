//! A distribution in our type, and its way to and from the SDK's.
//!
//! The type is the whole truth about a distribution of ours: what it does not name (logging, geo restrictions, default root
//! object, origin groups, trusted signers and so on) is off. What a distribution read from AWS has on beyond that is listed in
//! [`DistributionConfig::foreign`], so that it is seen as drift; an update built from this type turns it off. So nothing
//! that others set is kept silently, and nothing is lost unseen.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudfront::types as sdk;
use aws_smithy_types::error::operation::BuildError;

use super::{Behavior, Origin, PathBehavior, behavior, foreign, origin, quantity};

/// The configuration of a distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistributionConfig {
    /// Makes a create happen once.
    pub caller_reference: String,
    /// Own domain names.
    pub aliases: BTreeSet<String>,
    /// Free text, at most 128 characters.
    pub comment: String,
    /// Whether it serves.
    pub enabled: bool,
    /// The HTTP versions viewers may speak.
    pub http_version: HttpVersion,
    /// Whether it is reachable by IPv6.
    pub ipv6: bool,
    /// Which edge locations serve it.
    pub price_class: PriceClass,
    /// Its certificate.
    pub certificate: Certificate,
    /// ARN of its web ACL.
    pub web_acl: Option<String>,
    /// Where it fetches from, by id.
    pub origins: Vec<Origin>,
    /// What happens when no pattern matches.
    pub default_behavior: Behavior,
    /// What happens by path; the first pattern that matches counts.
    pub behaviors: Vec<PathBehavior>,
    /// Seconds for which an origin's error answer is cached, by status.
    pub error_caching: BTreeMap<u16, u32>,
    /// Settings that are on at AWS and that this type does not name. Empty in what we want; ignored by writes.
    pub foreign: BTreeSet<String>,
}

/// HTTP versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpVersion {
    /// HTTP/1.1.
    Http1,
    /// And HTTP/2.
    Http2,
    /// And HTTP/2 and HTTP/3.
    Http2And3,
    /// And HTTP/3.
    Http3,
}

/// Which edge locations serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceClass {
    /// North America and Europe.
    Class100,
    /// Most regions.
    Class200,
    /// All.
    All,
}

/// The certificate viewers see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certificate {
    /// That of `*.cloudfront.net`.
    Default,
    /// One of Certificate Manager in us-east-1, by SNI.
    Acm {
        /// ARN of the certificate.
        arn: String,
        /// The oldest TLS that is spoken.
        minimum_tls: MinimumTls,
    },
}

/// The oldest TLS that is spoken, with its set of ciphers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MinimumTls {
    /// `TLSv1.2_2019`.
    Tls12In2019,
    /// `TLSv1.2_2021`.
    Tls12In2021,
    /// `TLSv1.2_2025`.
    Tls12In2025,
    /// `TLSv1.3_2025`.
    Tls13In2025,
    /// Anything older: never wanted, seen as drift.
    Older,
}

pub(super) fn to_sdk(config: &DistributionConfig) -> Result<sdk::DistributionConfig, BuildError> {
    let aliases: Vec<String> = config.aliases.iter().cloned().collect();
    let origins = map(&config.origins, origin::to_sdk)?;
    let behaviors = map(&config.behaviors, behavior::path_to_sdk)?;
    sdk::DistributionConfig::builder()
        .caller_reference(&config.caller_reference)
        .comment(&config.comment)
        .enabled(config.enabled)
        .http_version(config.http_version.sdk())
        .is_ipv6_enabled(config.ipv6)
        .price_class(config.price_class.sdk())
        .viewer_certificate(certificate_to_sdk(&config.certificate))
        .web_acl_id(config.web_acl.as_deref().unwrap_or_default())
        .aliases(
            sdk::Aliases::builder()
                .quantity(quantity(aliases.len()))
                .set_items(Some(aliases))
                .build()?,
        )
        .origins(
            sdk::Origins::builder()
                .quantity(quantity(origins.len()))
                .set_items(Some(origins))
                .build()?,
        )
        .default_cache_behavior(behavior::to_sdk(&config.default_behavior)?)
        .cache_behaviors(
            sdk::CacheBehaviors::builder()
                .quantity(quantity(behaviors.len()))
                .set_items(Some(behaviors))
                .build()?,
        )
        .custom_error_responses(errors_to_sdk(&config.error_caching)?)
        .set_restrictions(Some(foreign::no_restrictions()?))
        .logging(foreign::no_logging())
        .origin_groups(sdk::OriginGroups::builder().quantity(0).build()?)
        .default_root_object("")
        .build()
}

pub(super) fn from_sdk(config: sdk::DistributionConfig) -> Option<DistributionConfig> {
    let foreign = foreign::settings(&config);
    let default = config.default_cache_behavior?;
    let aliases = config.aliases.and_then(|it| it.items).unwrap_or_default();
    let behaviors = config.cache_behaviors.and_then(|it| it.items).unwrap_or_default();
    let origins = config.origins.map(|it| it.items).unwrap_or_default();
    let errors = config
        .custom_error_responses
        .and_then(|it| it.items)
        .unwrap_or_default();
    Some(DistributionConfig {
        caller_reference: config.caller_reference,
        aliases: aliases.into_iter().collect(),
        comment: config.comment,
        enabled: config.enabled,
        http_version: HttpVersion::from_sdk(config.http_version.as_ref()),
        ipv6: config.is_ipv6_enabled.unwrap_or(false),
        price_class: PriceClass::from_sdk(config.price_class.as_ref()),
        certificate: certificate_from_sdk(config.viewer_certificate),
        web_acl: config.web_acl_id.filter(|id| !id.is_empty()),
        origins: origins.into_iter().map(origin::from_sdk).collect(),
        default_behavior: behavior::from_sdk(default),
        behaviors: behaviors.into_iter().map(behavior::path_from_sdk).collect(),
        error_caching: errors
            .iter()
            .filter_map(|error| {
                let code = u16::try_from(error.error_code).ok()?;
                let seconds = error.error_caching_min_ttl.unwrap_or(10);
                Some((code, u32::try_from(seconds).unwrap_or(u32::MAX)))
            })
            .collect(),
        foreign,
    })
}

fn map<T, U>(items: &[T], convert: impl Fn(&T) -> Result<U, BuildError>) -> Result<Vec<U>, BuildError> {
    items.iter().map(convert).collect()
}

fn errors_to_sdk(caching: &BTreeMap<u16, u32>) -> Result<sdk::CustomErrorResponses, BuildError> {
    let items = caching
        .iter()
        .map(|(code, seconds)| {
            sdk::CustomErrorResponse::builder()
                .error_code((*code).into())
                .error_caching_min_ttl((*seconds).into())
                .response_page_path("")
                .response_code("")
                .build()
        })
        .collect::<Result<Vec<_>, _>>()?;
    sdk::CustomErrorResponses::builder()
        .quantity(quantity(items.len()))
        .set_items(Some(items))
        .build()
}

fn certificate_to_sdk(certificate: &Certificate) -> sdk::ViewerCertificate {
    match certificate {
        Certificate::Default => sdk::ViewerCertificate::builder()
            .cloud_front_default_certificate(true)
            .build(),
        Certificate::Acm { arn, minimum_tls } => sdk::ViewerCertificate::builder()
            .acm_certificate_arn(arn)
            .ssl_support_method(sdk::SslSupportMethod::SniOnly)
            .minimum_protocol_version(minimum_tls.sdk())
            .build(),
    }
}

fn certificate_from_sdk(certificate: Option<sdk::ViewerCertificate>) -> Certificate {
    let Some(certificate) = certificate else {
        return Certificate::Default;
    };
    match certificate.acm_certificate_arn {
        Some(arn) if !arn.is_empty() => Certificate::Acm {
            arn,
            minimum_tls: MinimumTls::from_sdk(certificate.minimum_protocol_version.as_ref()),
        },
        _ => Certificate::Default,
    }
}

impl MinimumTls {
    fn sdk(self) -> sdk::MinimumProtocolVersion {
        match self {
            Self::Tls12In2019 => sdk::MinimumProtocolVersion::TlSv122019,
            // Nobody asks for older ones.
            Self::Tls12In2021 | Self::Older => sdk::MinimumProtocolVersion::TlSv122021,
            Self::Tls12In2025 => sdk::MinimumProtocolVersion::TlSv122025,
            Self::Tls13In2025 => sdk::MinimumProtocolVersion::TlSv132025,
        }
    }

    fn from_sdk(version: Option<&sdk::MinimumProtocolVersion>) -> Self {
        match version {
            Some(sdk::MinimumProtocolVersion::TlSv122019) => Self::Tls12In2019,
            Some(sdk::MinimumProtocolVersion::TlSv122021) => Self::Tls12In2021,
            Some(sdk::MinimumProtocolVersion::TlSv122025) => Self::Tls12In2025,
            Some(sdk::MinimumProtocolVersion::TlSv132025) => Self::Tls13In2025,
            _ => Self::Older,
        }
    }
}

impl HttpVersion {
    fn sdk(self) -> sdk::HttpVersion {
        match self {
            Self::Http1 => sdk::HttpVersion::Http11,
            Self::Http2 => sdk::HttpVersion::Http2,
            Self::Http2And3 => sdk::HttpVersion::Http2and3,
            Self::Http3 => sdk::HttpVersion::Http3,
        }
    }

    fn from_sdk(version: Option<&sdk::HttpVersion>) -> Self {
        // An emulator may answer in capitals.
        match version.map(|it| it.as_str().to_ascii_lowercase()).as_deref() {
            Some("http1.1") => Self::Http1,
            Some("http2and3") => Self::Http2And3,
            Some("http3") => Self::Http3,
            _ => Self::Http2,
        }
    }
}

impl PriceClass {
    fn sdk(self) -> sdk::PriceClass {
        match self {
            Self::Class100 => sdk::PriceClass::PriceClass100,
            Self::Class200 => sdk::PriceClass::PriceClass200,
            Self::All => sdk::PriceClass::PriceClassAll,
        }
    }

    fn from_sdk(class: Option<&sdk::PriceClass>) -> Self {
        match class {
            Some(sdk::PriceClass::PriceClass100) => Self::Class100,
            Some(sdk::PriceClass::PriceClass200) => Self::Class200,
            _ => Self::All,
        }
    }
}
