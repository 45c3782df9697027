//! Where CloudFront fetches from, in our type, and its way to and from the SDK's.

use std::collections::BTreeMap;

use aws_sdk_cloudfront::types as sdk;
use aws_sdk_cloudfront::types::builders::OriginBuilder;
use aws_smithy_types::error::operation::BuildError;

use super::quantity;
use crate::secret::Secret;

/// An origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Its name inside the distribution.
    pub id: String,
    /// Its domain name.
    pub domain: String,
    /// A path put in front of each request's; empty, or with a slash at its beginning and none at its end.
    pub path: String,
    /// Headers sent to it; their values may be secrets.
    pub headers: BTreeMap<String, Secret>,
    /// The access control that signs the requests.
    pub access_control: Option<String>,
    /// Its kind.
    pub kind: OriginKind,
    /// How often a connection is tried, 1 to 3.
    pub connection_attempts: u8,
    /// Seconds to wait for a connection, 1 to 10.
    pub connection_timeout: u8,
}

/// Kinds of origins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OriginKind {
    /// A bucket.
    S3,
    /// Anything that speaks HTTP, Lambda function URLs included.
    Custom {
        /// Port for HTTP.
        http_port: u16,
        /// Port for HTTPS.
        https_port: u16,
        /// What CloudFront speaks to it.
        protocol: OriginProtocol,
        /// Seconds to wait for an answer.
        read_timeout: u16,
        /// Seconds an idle connection is kept.
        keepalive_timeout: u16,
    },
    /// A VPC origin, by its id.
    Vpc {
        /// Id of the VPC origin.
        id: String,
        /// Seconds to wait for an answer.
        read_timeout: u16,
        /// Seconds an idle connection is kept.
        keepalive_timeout: u16,
    },
}

/// What CloudFront speaks to a custom origin. HTTPS is TLS 1.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginProtocol {
    /// Always HTTP.
    HttpOnly,
    /// Always HTTPS.
    HttpsOnly,
    /// What the viewer speaks.
    MatchViewer,
}

impl Origin {
    /// An origin with CloudFront's own defaults (3 tries of 10 s).
    #[must_use]
    pub fn new(id: impl Into<String>, domain: impl Into<String>, kind: OriginKind) -> Self {
        Self {
            id: id.into(),
            domain: domain.into(),
            path: String::new(),
            headers: BTreeMap::new(),
            access_control: None,
            kind,
            connection_attempts: 3,
            connection_timeout: 10,
        }
    }
}

pub(super) fn to_sdk(origin: &Origin) -> Result<sdk::Origin, BuildError> {
    let headers = origin
        .headers
        .iter()
        .map(|(name, value)| {
            sdk::OriginCustomHeader::builder()
                .header_name(name)
                .header_value(value.expose())
                .build()
        })
        .collect::<Result<Vec<_>, _>>()?;
    let headers = sdk::CustomHeaders::builder()
        .quantity(quantity(headers.len()))
        .set_items(Some(headers))
        .build()?;
    let builder = sdk::Origin::builder()
        .id(&origin.id)
        .domain_name(&origin.domain)
        .origin_path(&origin.path)
        .custom_headers(headers)
        .connection_attempts(origin.connection_attempts.into())
        .connection_timeout(origin.connection_timeout.into())
        .origin_shield(sdk::OriginShield::builder().enabled(false).build()?)
        .origin_access_control_id(origin.access_control.as_deref().unwrap_or_default());
    kind_to_sdk(builder, &origin.kind)?.build()
}

fn kind_to_sdk(builder: OriginBuilder, kind: &OriginKind) -> Result<OriginBuilder, BuildError> {
    Ok(match kind {
        OriginKind::S3 => builder.s3_origin_config(sdk::S3OriginConfig::builder().origin_access_identity("").build()),
        OriginKind::Custom {
            http_port,
            https_port,
            protocol,
            read_timeout,
            keepalive_timeout,
        } => builder.custom_origin_config(
            sdk::CustomOriginConfig::builder()
                .http_port((*http_port).into())
                .https_port((*https_port).into())
                .origin_protocol_policy(protocol.sdk())
                .origin_ssl_protocols(
                    sdk::OriginSslProtocols::builder()
                        .quantity(1)
                        .items(sdk::SslProtocol::TlSv12)
                        .build()?,
                )
                .origin_read_timeout((*read_timeout).into())
                .origin_keepalive_timeout((*keepalive_timeout).into())
                .build()?,
        ),
        OriginKind::Vpc {
            id,
            read_timeout,
            keepalive_timeout,
        } => builder.vpc_origin_config(
            sdk::VpcOriginConfig::builder()
                .vpc_origin_id(id)
                .origin_read_timeout((*read_timeout).into())
                .origin_keepalive_timeout((*keepalive_timeout).into())
                .build()?,
        ),
    })
}

pub(super) fn from_sdk(origin: sdk::Origin) -> Origin {
    let kind = match (origin.custom_origin_config, origin.vpc_origin_config) {
        (Some(custom), _) => OriginKind::Custom {
            http_port: port(custom.http_port),
            https_port: port(custom.https_port),
            protocol: OriginProtocol::from_sdk(&custom.origin_protocol_policy),
            read_timeout: port(custom.origin_read_timeout.unwrap_or(30)),
            keepalive_timeout: port(custom.origin_keepalive_timeout.unwrap_or(5)),
        },
        (None, Some(vpc)) => OriginKind::Vpc {
            id: vpc.vpc_origin_id,
            read_timeout: port(vpc.origin_read_timeout.unwrap_or(30)),
            keepalive_timeout: port(vpc.origin_keepalive_timeout.unwrap_or(5)),
        },
        (None, None) => OriginKind::S3,
    };
    let headers = origin
        .custom_headers
        .and_then(|headers| headers.items)
        .unwrap_or_default();
    Origin {
        id: origin.id,
        domain: origin.domain_name,
        path: origin.origin_path.unwrap_or_default(),
        headers: headers
            .into_iter()
            .map(|header| (header.header_name, Secret::new(header.header_value)))
            .collect(),
        access_control: origin.origin_access_control_id.filter(|id| !id.is_empty()),
        kind,
        connection_attempts: small(origin.connection_attempts.unwrap_or(3)),
        connection_timeout: small(origin.connection_timeout.unwrap_or(10)),
    }
}

impl OriginProtocol {
    fn sdk(self) -> sdk::OriginProtocolPolicy {
        match self {
            Self::HttpOnly => sdk::OriginProtocolPolicy::HttpOnly,
            Self::HttpsOnly => sdk::OriginProtocolPolicy::HttpsOnly,
            Self::MatchViewer => sdk::OriginProtocolPolicy::MatchViewer,
        }
    }

    fn from_sdk(policy: &sdk::OriginProtocolPolicy) -> Self {
        match policy {
            sdk::OriginProtocolPolicy::HttpOnly => Self::HttpOnly,
            sdk::OriginProtocolPolicy::MatchViewer => Self::MatchViewer,
            _ => Self::HttpsOnly,
        }
    }
}

// A number outside of the type is none of ours: zero differs from every wanted value and so shows as drift.
fn port(number: i32) -> u16 {
    u16::try_from(number).unwrap_or_default()
}

fn small(number: i32) -> u8 {
    u8::try_from(number).unwrap_or_default()
}
