//! CloudFront's control plane: distributions, functions, key value stores, access controls, policies, tags, invalidations.
//!
//! Promises: every read yields the ETag that the next write needs; a write without a current ETag fails as a conflict and
//! changes nothing.

use std::fmt;

use aws_sdk_cloudfront::Client;

use crate::call::Caller;

mod access_control;
mod behavior;
mod cache_policy;
mod distribution;
mod distribution_config;
mod foreign;
mod function;
mod function_test;
mod headers_policy;
mod inspection;
mod invalidation;
mod origin;
mod request_policy;
mod store;
mod tagging;
#[cfg(test)]
mod tests;

pub use access_control::{AccessControl, AccessControlConfig, OriginType};
pub use behavior::{
    Behavior, CachedMethods, EdgeEvent, FunctionAssociation, LambdaAssociation, Methods, PathBehavior, ViewerProtocol,
};
pub use cache_policy::{CachePolicy, CachePolicyConfig};
pub use distribution::{Distribution, DistributionPage, DistributionSummary};
pub use distribution_config::{Certificate, DistributionConfig, HttpVersion, MinimumTls, PriceClass};
pub use function::{Function, FunctionConfig, FunctionSummary, Stage};
pub use function_test::FunctionTest;
pub use headers_policy::{HeadersPolicy, HeadersPolicyConfig, Hsts};
pub use inspection::{CacheSetting, ErrorAnswer, InspectedBehavior, Inspection};
pub use origin::{Origin, OriginKind, OriginProtocol};
pub use request_policy::{Forward, RequestPolicy, RequestPolicyConfig};
pub use store::{Store, StoreSummary};

/// The version of an object, as the next write has to name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ETag(String);

impl ETag {
    /// Takes AWS's text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// AWS's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Calls of CloudFront. See [`crate::Aws::cloudfront`].
#[derive(Debug, Clone)]
pub struct CloudFront {
    client: Client,
    caller: Caller,
}

impl CloudFront {
    pub(crate) fn new(client: Client, caller: Caller) -> Self {
        Self { client, caller }
    }
}

/// CloudFront counts its lists itself.
fn quantity(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}
