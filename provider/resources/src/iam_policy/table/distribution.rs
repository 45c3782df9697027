//! What the distribution of an application needs, and what looks at distributions of others.
//!
//! CloudFront gives out the ids of its objects, so most rows can name the kind of an object only.

use super::{ANY, Part, Row, row};

/// The rows.
pub(super) const ROWS: &[Row] = &[
    row(
        Part::Distribution,
        "cloudfront",
        &[
            "CreateOriginRequestPolicy",
            "CreateResponseHeadersPolicy",
            "ListOriginAccessControls",
            "ListOriginRequestPolicies",
            "ListResponseHeadersPolicies",
        ],
        ANY,
    ),
    // CloudFront gives out the ids.
    row(
        Part::Distribution,
        "cloudfront",
        &[
            "CreateDistribution",
            "DeleteDistribution",
            "GetDistribution",
            "GetDistributionConfig",
            "ListTagsForResource",
            "TagResource",
            "UntagResource",
            "UpdateDistribution",
        ],
        &["arn:{p}:cloudfront::{a}:distribution/*"],
    ),
    row(
        Part::Distribution,
        "cloudfront",
        &[
            "DeleteOriginRequestPolicy",
            "GetOriginRequestPolicy",
            "UpdateOriginRequestPolicy",
        ],
        &["arn:{p}:cloudfront::{a}:origin-request-policy/*"],
    ),
    row(
        Part::Distribution,
        "cloudfront",
        &[
            "DeleteResponseHeadersPolicy",
            "GetResponseHeadersPolicy",
            "UpdateResponseHeadersPolicy",
        ],
        &["arn:{p}:cloudfront::{a}:response-headers-policy/*"],
    ),
    // CloudFront gives out the ids.
    row(
        Part::Guard,
        "cloudfront",
        &["GetDistribution"],
        &["arn:{p}:cloudfront::{a}:distribution/*"],
    ),
    row(
        Part::Guard,
        "cloudfront",
        &["GetCachePolicy"],
        &["arn:{p}:cloudfront::{a}:cache-policy/*"],
    ),
    row(
        Part::Guard,
        "cloudfront",
        &["GetRealtimeLogConfig"],
        &["arn:{p}:cloudfront::{a}:realtime-log-config/*"],
    ),
    row(Part::PrivateOrigin, "cloudfront", &["CreateOriginAccessControl"], ANY),
    row(
        Part::PrivateOrigin,
        "cloudfront",
        &[
            "DeleteOriginAccessControl",
            "GetOriginAccessControl",
            "UpdateOriginAccessControl",
        ],
        &["arn:{p}:cloudfront::{a}:origin-access-control/*"],
    ),
    row(
        Part::BucketPolicy,
        "s3",
        &["DeleteBucketPolicy", "GetBucketPolicy", "PutBucketPolicy"],
        &["arn:{p}:s3:::{b}"],
    ),
];
