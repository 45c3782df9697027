//! What happens to the requests of a path, in our type, and its way to and from the SDK's.

use aws_sdk_cloudfront::types as sdk;
use aws_smithy_types::error::operation::BuildError;

use super::quantity;

/// A behaviour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behavior {
    /// Id of the origin.
    pub origin: String,
    /// What viewers may speak.
    pub viewer_protocol: ViewerProtocol,
    /// Methods that pass at all.
    pub methods: Methods,
    /// Methods whose answers may be cached.
    pub cached_methods: CachedMethods,
    /// Whether CloudFront compresses.
    pub compress: bool,
    /// Id of the cache policy.
    pub cache_policy: String,
    /// Id of the origin request policy.
    pub request_policy: Option<String>,
    /// Id of the response headers policy.
    pub headers_policy: Option<String>,
    /// CloudFront Functions, at most one for each event.
    pub functions: Vec<FunctionAssociation>,
    /// Lambda@Edge functions, at most one for each event.
    pub lambdas: Vec<LambdaAssociation>,
}

/// A behaviour of one path pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathBehavior {
    /// The pattern.
    pub pattern: String,
    /// What happens.
    pub behavior: Behavior,
}

/// A CloudFront Function on an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FunctionAssociation {
    /// When it runs.
    pub event: EdgeEvent,
    /// ARN of the function.
    pub arn: String,
}

/// A Lambda@Edge function on an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LambdaAssociation {
    /// When it runs.
    pub event: EdgeEvent,
    /// ARN of a numbered version.
    pub arn: String,
    /// Whether it is given the body.
    pub include_body: bool,
}

/// When code at the edge runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeEvent {
    /// Before the cache.
    ViewerRequest,
    /// Before the answer leaves.
    ViewerResponse,
    /// Before the origin is asked.
    OriginRequest,
    /// After the origin answered.
    OriginResponse,
}

/// What viewers may speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewerProtocol {
    /// HTTP and HTTPS.
    AllowAll,
    /// HTTPS.
    HttpsOnly,
    /// HTTPS; HTTP is redirected.
    RedirectToHttps,
}

/// Methods that pass. CloudFront knows these three sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Methods {
    /// GET and HEAD.
    Read,
    /// GET, HEAD and OPTIONS.
    ReadAndOptions,
    /// All seven.
    All,
}

/// Methods whose answers may be cached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CachedMethods {
    /// GET and HEAD.
    Read,
    /// GET, HEAD and OPTIONS.
    ReadAndOptions,
}

pub(super) fn to_sdk(behavior: &Behavior) -> Result<sdk::DefaultCacheBehavior, BuildError> {
    sdk::DefaultCacheBehavior::builder()
        .target_origin_id(&behavior.origin)
        .viewer_protocol_policy(behavior.viewer_protocol.sdk())
        .allowed_methods(methods_to_sdk(behavior)?)
        .compress(behavior.compress)
        .smooth_streaming(false)
        .field_level_encryption_id("")
        .cache_policy_id(&behavior.cache_policy)
        .set_origin_request_policy_id(behavior.request_policy.clone())
        .set_response_headers_policy_id(behavior.headers_policy.clone())
        .function_associations(functions_to_sdk(&behavior.functions)?)
        .lambda_function_associations(lambdas_to_sdk(&behavior.lambdas)?)
        .build()
}

pub(super) fn path_to_sdk(path: &PathBehavior) -> Result<sdk::CacheBehavior, BuildError> {
    let same = to_sdk(&path.behavior)?;
    sdk::CacheBehavior::builder()
        .path_pattern(&path.pattern)
        .target_origin_id(same.target_origin_id)
        .viewer_protocol_policy(same.viewer_protocol_policy)
        .set_allowed_methods(same.allowed_methods)
        .set_compress(same.compress)
        .set_smooth_streaming(same.smooth_streaming)
        .set_field_level_encryption_id(same.field_level_encryption_id)
        .set_cache_policy_id(same.cache_policy_id)
        .set_origin_request_policy_id(same.origin_request_policy_id)
        .set_response_headers_policy_id(same.response_headers_policy_id)
        .set_function_associations(same.function_associations)
        .set_lambda_function_associations(same.lambda_function_associations)
        .build()
}

pub(super) fn from_sdk(behavior: sdk::DefaultCacheBehavior) -> Behavior {
    let (methods, cached_methods) = methods_from_sdk(behavior.allowed_methods.as_ref());
    let nonempty = |id: Option<String>| id.filter(|id| !id.is_empty());
    Behavior {
        origin: behavior.target_origin_id,
        viewer_protocol: ViewerProtocol::from_sdk(&behavior.viewer_protocol_policy),
        methods,
        cached_methods,
        compress: behavior.compress.unwrap_or(false),
        cache_policy: behavior.cache_policy_id.unwrap_or_default(),
        request_policy: nonempty(behavior.origin_request_policy_id),
        headers_policy: nonempty(behavior.response_headers_policy_id),
        functions: functions_from_sdk(behavior.function_associations),
        lambdas: lambdas_from_sdk(behavior.lambda_function_associations),
    }
}

pub(super) fn path_from_sdk(path: sdk::CacheBehavior) -> PathBehavior {
    let (methods, cached_methods) = methods_from_sdk(path.allowed_methods.as_ref());
    let nonempty = |id: Option<String>| id.filter(|id| !id.is_empty());
    PathBehavior {
        pattern: path.path_pattern,
        behavior: Behavior {
            origin: path.target_origin_id,
            viewer_protocol: ViewerProtocol::from_sdk(&path.viewer_protocol_policy),
            methods,
            cached_methods,
            compress: path.compress.unwrap_or(false),
            cache_policy: path.cache_policy_id.unwrap_or_default(),
            request_policy: nonempty(path.origin_request_policy_id),
            headers_policy: nonempty(path.response_headers_policy_id),
            functions: functions_from_sdk(path.function_associations),
            lambdas: lambdas_from_sdk(path.lambda_function_associations),
        },
    }
}

fn methods_to_sdk(behavior: &Behavior) -> Result<sdk::AllowedMethods, BuildError> {
    use sdk::Method::{Delete, Get, Head, Options, Patch, Post, Put};
    let allowed = match behavior.methods {
        Methods::Read => vec![Head, Get],
        Methods::ReadAndOptions => vec![Head, Get, Options],
        Methods::All => vec![Head, Delete, Post, Get, Options, Put, Patch],
    };
    let cached = match behavior.cached_methods {
        CachedMethods::Read => vec![Head, Get],
        CachedMethods::ReadAndOptions => vec![Head, Get, Options],
    };
    let cached = sdk::CachedMethods::builder()
        .quantity(quantity(cached.len()))
        .set_items(Some(cached))
        .build()?;
    sdk::AllowedMethods::builder()
        .quantity(quantity(allowed.len()))
        .set_items(Some(allowed))
        .cached_methods(cached)
        .build()
}

// Absent means GET and HEAD.
fn methods_from_sdk(allowed: Option<&sdk::AllowedMethods>) -> (Methods, CachedMethods) {
    let Some(allowed) = allowed else {
        return (Methods::Read, CachedMethods::Read);
    };
    let methods = match allowed.items.len() {
        0..=2 => Methods::Read,
        3 => Methods::ReadAndOptions,
        _ => Methods::All,
    };
    let cached = allowed.cached_methods.as_ref().map_or(2, |cached| cached.items.len());
    if cached > 2 {
        (methods, CachedMethods::ReadAndOptions)
    } else {
        (methods, CachedMethods::Read)
    }
}

fn functions_to_sdk(functions: &[FunctionAssociation]) -> Result<sdk::FunctionAssociations, BuildError> {
    let items = functions
        .iter()
        .map(|association| {
            sdk::FunctionAssociation::builder()
                .function_arn(&association.arn)
                .event_type(association.event.sdk())
                .build()
        })
        .collect::<Result<Vec<_>, _>>()?;
    sdk::FunctionAssociations::builder()
        .quantity(quantity(items.len()))
        .set_items(Some(items))
        .build()
}

pub(super) fn functions_from_sdk(functions: Option<sdk::FunctionAssociations>) -> Vec<FunctionAssociation> {
    let items = functions.and_then(|it| it.items).unwrap_or_default();
    let mut found: Vec<_> = items
        .into_iter()
        .map(|item| FunctionAssociation {
            event: EdgeEvent::from_sdk(&item.event_type),
            arn: item.function_arn,
        })
        .collect();
    found.sort();
    found
}

fn lambdas_to_sdk(lambdas: &[LambdaAssociation]) -> Result<sdk::LambdaFunctionAssociations, BuildError> {
    let items = lambdas
        .iter()
        .map(|association| {
            sdk::LambdaFunctionAssociation::builder()
                .lambda_function_arn(&association.arn)
                .event_type(association.event.sdk())
                .include_body(association.include_body)
                .build()
        })
        .collect::<Result<Vec<_>, _>>()?;
    sdk::LambdaFunctionAssociations::builder()
        .quantity(quantity(items.len()))
        .set_items(Some(items))
        .build()
}

pub(super) fn lambdas_from_sdk(lambdas: Option<sdk::LambdaFunctionAssociations>) -> Vec<LambdaAssociation> {
    let items = lambdas.and_then(|it| it.items).unwrap_or_default();
    let mut found: Vec<_> = items
        .into_iter()
        .map(|item| LambdaAssociation {
            event: EdgeEvent::from_sdk(&item.event_type),
            arn: item.lambda_function_arn,
            include_body: item.include_body.unwrap_or(false),
        })
        .collect();
    found.sort();
    found
}

impl EdgeEvent {
    fn sdk(self) -> sdk::EventType {
        match self {
            Self::ViewerRequest => sdk::EventType::ViewerRequest,
            Self::ViewerResponse => sdk::EventType::ViewerResponse,
            Self::OriginRequest => sdk::EventType::OriginRequest,
            Self::OriginResponse => sdk::EventType::OriginResponse,
        }
    }

    fn from_sdk(event: &sdk::EventType) -> Self {
        match event {
            sdk::EventType::ViewerRequest => Self::ViewerRequest,
            sdk::EventType::ViewerResponse => Self::ViewerResponse,
            sdk::EventType::OriginRequest => Self::OriginRequest,
            _ => Self::OriginResponse,
        }
    }
}

impl ViewerProtocol {
    fn sdk(self) -> sdk::ViewerProtocolPolicy {
        match self {
            Self::AllowAll => sdk::ViewerProtocolPolicy::AllowAll,
            Self::HttpsOnly => sdk::ViewerProtocolPolicy::HttpsOnly,
            Self::RedirectToHttps => sdk::ViewerProtocolPolicy::RedirectToHttps,
        }
    }

    pub(super) fn from_sdk(policy: &sdk::ViewerProtocolPolicy) -> Self {
        match policy {
            sdk::ViewerProtocolPolicy::HttpsOnly => Self::HttpsOnly,
            sdk::ViewerProtocolPolicy::RedirectToHttps => Self::RedirectToHttps,
            _ => Self::AllowAll,
        }
    }
}
