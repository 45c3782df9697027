//! A distribution as its configuration says, before the things it refers to are read.

use roxmltree::Node;

use crate::xml;

/// The parts of `GetDistribution` that the data plane obeys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub id: String,
    pub arn: String,
    pub domain_name: String,
    pub enabled: bool,
    pub aliases: Vec<String>,
    pub default_root_object: Option<String>,
    pub origins: Vec<OriginSettings>,
    /// In order; the last one is the default, with pattern `*`.
    pub behaviors: Vec<BehaviorSettings>,
    pub error_pages: Vec<ErrorPage>,
    pub web_acl: Option<String>,
    /// Whether the list is of allowed countries, and the list.
    pub countries: Option<(bool, Vec<String>)>,
    /// What this data plane cannot do. Such a distribution serves nothing.
    pub unsupported: Vec<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OriginSettings {
    pub id: String,
    pub domain_name: String,
    pub path: String,
    pub custom_headers: Vec<(String, String)>,
    pub access_control: Option<String>,
    /// `None`: an S3 origin.
    pub custom: Option<CustomOrigin>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CustomOrigin {
    pub http_port: u16,
    pub https_port: u16,
    /// `http-only`, `https-only` or `match-viewer`.
    pub protocol: String,
    pub read_timeout: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BehaviorSettings {
    pub pattern: String,
    pub target_origin: String,
    pub viewer_protocol: String,
    pub methods: Vec<String>,
    pub cached_methods: Vec<String>,
    pub cache_policy: Option<String>,
    pub origin_request_policy: Option<String>,
    pub response_headers_policy: Option<String>,
    /// Event type and function ARN.
    pub functions: Vec<(String, String)>,
    pub lambdas: Vec<LambdaAssociation>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LambdaAssociation {
    pub event: String,
    pub arn: String,
    pub include_body: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ErrorPage {
    pub code: u16,
    pub path: Option<String>,
    pub response_code: Option<u16>,
    /// Seconds that the error is cached.
    pub min_ttl: u64,
}

/// Reads the answer of `GetDistribution`.
pub(crate) fn parse(text: &str) -> Option<Settings> {
    let document = roxmltree::Document::parse(text).ok()?;
    let root = document.root_element();
    let config = xml::child(root, "DistributionConfig")?;
    let mut unsupported = Vec::new();
    let mut behaviors = Vec::new();
    for node in xml::items(config, "CacheBehaviors") {
        behaviors.push(behavior(node, &mut unsupported)?);
    }
    let mut default = behavior(xml::child(config, "DefaultCacheBehavior")?, &mut unsupported)?;
    default.pattern = "*".to_owned();
    behaviors.push(default);
    if !xml::items(config, "OriginGroups").is_empty() {
        unsupported.push("origin groups");
    }
    let geo = xml::at(config, "Restrictions/GeoRestriction");
    let countries = geo.and_then(|g| match xml::text(g, "RestrictionType").as_deref() {
        Some("whitelist") => Some((true, xml::texts(g, ""))),
        Some("blacklist") => Some((false, xml::texts(g, ""))),
        _ => None,
    });
    Some(Settings {
        id: xml::text(root, "Id")?,
        arn: xml::text(root, "ARN")?,
        domain_name: xml::text(root, "DomainName")?.to_ascii_lowercase(),
        enabled: xml::is_true(config, "Enabled"),
        aliases: xml::texts(config, "Aliases")
            .into_iter()
            .map(|a| a.to_ascii_lowercase())
            .collect(),
        default_root_object: xml::text(config, "DefaultRootObject"),
        origins: xml::items(config, "Origins")
            .into_iter()
            .map(|n| origin(n, &mut unsupported))
            .collect::<Option<_>>()?,
        behaviors,
        error_pages: xml::items(config, "CustomErrorResponses")
            .into_iter()
            .filter_map(error_page)
            .collect(),
        web_acl: xml::text(config, "WebACLId"),
        countries,
        unsupported,
    })
}

fn origin(node: Node<'_, '_>, unsupported: &mut Vec<&'static str>) -> Option<OriginSettings> {
    if xml::child(node, "VpcOriginConfig").is_some() {
        unsupported.push("VPC origins");
    }
    let custom = xml::child(node, "CustomOriginConfig").map(|c| CustomOrigin {
        http_port: xml::number(c, "HTTPPort").unwrap_or(80),
        https_port: xml::number(c, "HTTPSPort").unwrap_or(443),
        protocol: xml::text(c, "OriginProtocolPolicy").unwrap_or_default(),
        read_timeout: xml::number(c, "OriginReadTimeout").unwrap_or(30),
    });
    let header = |n| {
        Some((
            xml::text(n, "HeaderName")?.to_ascii_lowercase(),
            xml::text(n, "HeaderValue").unwrap_or_default(),
        ))
    };
    Some(OriginSettings {
        id: xml::text(node, "Id")?,
        domain_name: xml::text(node, "DomainName")?,
        path: xml::text(node, "OriginPath").unwrap_or_default(),
        custom_headers: xml::items(node, "CustomHeaders")
            .into_iter()
            .filter_map(header)
            .collect(),
        access_control: xml::text(node, "OriginAccessControlId"),
        custom,
    })
}

fn behavior(node: Node<'_, '_>, unsupported: &mut Vec<&'static str>) -> Option<BehaviorSettings> {
    if xml::is_true(node, "TrustedKeyGroups/Enabled") || xml::is_true(node, "TrustedSigners/Enabled") {
        unsupported.push("signed URLs");
    }
    if xml::text(node, "FieldLevelEncryptionId").is_some() {
        unsupported.push("field-level encryption");
    }
    let cache_policy = xml::text(node, "CachePolicyId");
    if cache_policy.is_none() {
        unsupported.push("behaviors without a cache policy");
    }
    let function = |n| Some((xml::text(n, "EventType")?, xml::text(n, "FunctionARN")?));
    let lambda = |n| {
        Some(LambdaAssociation {
            event: xml::text(n, "EventType")?,
            arn: xml::text(n, "LambdaFunctionARN")?,
            include_body: xml::is_true(n, "IncludeBody"),
        })
    };
    let read = || vec!["GET".to_owned(), "HEAD".to_owned()];
    let or_read = |list: Vec<String>| if list.is_empty() { read() } else { list };
    Some(BehaviorSettings {
        pattern: xml::text(node, "PathPattern").unwrap_or_default(),
        target_origin: xml::text(node, "TargetOriginId")?,
        viewer_protocol: xml::text(node, "ViewerProtocolPolicy")?,
        methods: or_read(xml::texts(node, "AllowedMethods")),
        cached_methods: or_read(xml::texts(node, "AllowedMethods/CachedMethods")),
        cache_policy,
        origin_request_policy: xml::text(node, "OriginRequestPolicyId"),
        response_headers_policy: xml::text(node, "ResponseHeadersPolicyId"),
        functions: xml::items(node, "FunctionAssociations")
            .into_iter()
            .map(function)
            .collect::<Option<_>>()?,
        lambdas: xml::items(node, "LambdaFunctionAssociations")
            .into_iter()
            .map(lambda)
            .collect::<Option<_>>()?,
    })
}

fn error_page(node: Node<'_, '_>) -> Option<ErrorPage> {
    Some(ErrorPage {
        code: xml::number(node, "ErrorCode")?,
        path: xml::text(node, "ResponsePagePath"),
        response_code: xml::number(node, "ResponseCode"),
        min_ttl: xml::number(node, "ErrorCachingMinTTL").unwrap_or(10),
    })
}
