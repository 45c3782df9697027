//! Cache, origin request and response headers policies.

use roxmltree::{Document, Node};

use crate::message::{Headers, Request};
use crate::xml;

/// Which of the names a policy means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    None,
    All,
    Only(Vec<String>),
    Except(Vec<String>),
}

impl Names {
    pub(crate) fn has(&self, name: &str) -> bool {
        let listed = |list: &[String]| list.iter().any(|n| n.eq_ignore_ascii_case(name));
        match self {
            Self::None => false,
            Self::All => true,
            Self::Only(list) => listed(list),
            Self::Except(list) => !listed(list),
        }
    }
}

/// What is part of the cache key, and for how long an object is fresh, in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CachePolicy {
    pub min_ttl: u64,
    pub default_ttl: u64,
    pub max_ttl: u64,
    pub headers: Names,
    pub cookies: Names,
    pub queries: Names,
    pub encodings: Vec<&'static str>,
}

/// What else goes to the origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OriginRequestPolicy {
    pub headers: Names,
    /// `CloudFront-*` headers to add though the viewer did not send them.
    pub added_headers: Vec<String>,
    pub cookies: Names,
    pub queries: Names,
}

impl Default for OriginRequestPolicy {
    fn default() -> Self {
        Self {
            headers: Names::None,
            added_headers: Vec::new(),
            cookies: Names::None,
            queries: Names::None,
        }
    }
}

/// A header with its value, and whether it replaces the origin's.
pub(crate) type Setting = (String, String, bool);

/// What a response gets on its way to the viewer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ResponseHeadersPolicy {
    pub set: Vec<Setting>,
    pub removed: Vec<String>,
    pub cors: Option<Cors>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cors {
    pub origins: Vec<String>,
    pub methods: Vec<String>,
    pub allowed_headers: Vec<String>,
    pub exposed_headers: Vec<String>,
    pub credentials: bool,
    pub max_age: Option<u64>,
    pub overrides: bool,
}

pub(crate) fn cache_policy(text: &str) -> Option<CachePolicy> {
    let document = Document::parse(text).ok()?;
    let config = xml::child(document.root_element(), "CachePolicyConfig")?;
    let parameters = xml::child(config, "ParametersInCacheKeyAndForwardedToOrigin")?;
    let mut encodings = Vec::new();
    if xml::is_true(parameters, "EnableAcceptEncodingBrotli") {
        encodings.push("br");
    }
    if xml::is_true(parameters, "EnableAcceptEncodingGzip") {
        encodings.push("gzip");
    }
    let min_ttl = xml::number(config, "MinTTL")?;
    Some(CachePolicy {
        min_ttl,
        default_ttl: xml::number(config, "DefaultTTL").unwrap_or(86_400).max(min_ttl),
        max_ttl: xml::number(config, "MaxTTL").unwrap_or(31_536_000).max(min_ttl),
        headers: names(parameters, "HeadersConfig", "HeaderBehavior", "Headers")?,
        cookies: names(parameters, "CookiesConfig", "CookieBehavior", "Cookies")?,
        queries: names(parameters, "QueryStringsConfig", "QueryStringBehavior", "QueryStrings")?,
        encodings,
    })
}

pub(crate) fn origin_request_policy(text: &str) -> Option<OriginRequestPolicy> {
    let document = Document::parse(text).ok()?;
    let config = xml::child(document.root_element(), "OriginRequestPolicyConfig")?;
    let mut headers = names(config, "HeadersConfig", "HeaderBehavior", "Headers")?;
    let listed = xml::texts(config, "HeadersConfig/Headers");
    let added = listed
        .into_iter()
        .filter(|n| n.to_ascii_lowercase().starts_with("cloudfront-"));
    let added_headers = added.map(|n| n.to_ascii_lowercase()).collect();
    if xml::text(config, "HeadersConfig/HeaderBehavior").as_deref() == Some("allViewerAndWhitelistCloudFront") {
        headers = Names::All;
    }
    Some(OriginRequestPolicy {
        headers,
        added_headers,
        cookies: names(config, "CookiesConfig", "CookieBehavior", "Cookies")?,
        queries: names(config, "QueryStringsConfig", "QueryStringBehavior", "QueryStrings")?,
    })
}

fn names(node: Node<'_, '_>, config: &str, behavior: &str, list: &str) -> Option<Names> {
    let config = xml::child(node, config)?;
    let listed = || xml::texts(config, list);
    Some(match xml::text(config, behavior)?.as_str() {
        "none" => Names::None,
        "all" | "allViewer" => Names::All,
        "whitelist" | "allViewerAndWhitelistCloudFront" => Names::Only(listed()),
        "allExcept" => Names::Except(listed()),
        _ => return None,
    })
}

pub(crate) fn response_headers_policy(text: &str) -> Option<ResponseHeadersPolicy> {
    let document = Document::parse(text).ok()?;
    let config = xml::child(document.root_element(), "ResponseHeadersPolicyConfig")?;
    let mut set = Vec::new();
    if let Some(security) = xml::child(config, "SecurityHeadersConfig") {
        security_headers(security, &mut set);
    }
    for item in xml::items(config, "CustomHeadersConfig") {
        set.push((
            xml::text(item, "Header")?.to_ascii_lowercase(),
            xml::text(item, "Value").unwrap_or_default(),
            xml::is_true(item, "Override"),
        ));
    }
    let removed = xml::items(config, "RemoveHeadersConfig")
        .into_iter()
        .filter_map(|n| xml::text(n, "Header"));
    let cors = xml::child(config, "CorsConfig").map(|c| Cors {
        origins: xml::texts(c, "AccessControlAllowOrigins"),
        methods: xml::texts(c, "AccessControlAllowMethods"),
        allowed_headers: xml::texts(c, "AccessControlAllowHeaders"),
        exposed_headers: xml::texts(c, "AccessControlExposeHeaders"),
        credentials: xml::is_true(c, "AccessControlAllowCredentials"),
        max_age: xml::number(c, "AccessControlMaxAgeSec"),
        overrides: xml::is_true(c, "OriginOverride"),
    });
    Some(ResponseHeadersPolicy {
        set,
        removed: removed.map(|h| h.to_ascii_lowercase()).collect(),
        cors,
    })
}

fn security_headers(node: Node<'_, '_>, set: &mut Vec<Setting>) {
    let mut add = |element: &str, header: &str, value: &dyn Fn(Node<'_, '_>) -> String| {
        if let Some(n) = xml::child(node, element) {
            set.push((header.to_owned(), value(n), xml::is_true(n, "Override")));
        }
    };
    add("XSSProtection", "x-xss-protection", &|n| {
        let on = if xml::is_true(n, "Protection") { "1" } else { "0" };
        let mode = if xml::is_true(n, "ModeBlock") {
            "; mode=block"
        } else {
            ""
        };
        format!("{on}{mode}")
    });
    add("FrameOptions", "x-frame-options", &|n| {
        xml::text(n, "FrameOption").unwrap_or_default()
    });
    add("ReferrerPolicy", "referrer-policy", &|n| {
        xml::text(n, "ReferrerPolicy").unwrap_or_default()
    });
    add("ContentSecurityPolicy", "content-security-policy", &|n| {
        xml::text(n, "ContentSecurityPolicy").unwrap_or_default()
    });
    add("ContentTypeOptions", "x-content-type-options", &|_| {
        "nosniff".to_owned()
    });
    add("StrictTransportSecurity", "strict-transport-security", &|n| {
        let mut value = format!(
            "max-age={}",
            xml::number::<u64>(n, "AccessControlMaxAgeSec").unwrap_or(0)
        );
        if xml::is_true(n, "IncludeSubdomains") {
            value += "; includeSubDomains";
        }
        if xml::is_true(n, "Preload") {
            value += "; preload";
        }
        value
    });
}

impl ResponseHeadersPolicy {
    /// Applies the policy to a response to this request.
    pub(crate) fn apply(&self, request: &Request, headers: &mut Headers) {
        for name in &self.removed {
            headers.remove(name);
        }
        for (name, value, overrides) in &self.set {
            if *overrides || !headers.has(name) {
                headers.set(name, value.clone());
            }
        }
        if let (Some(cors), Some(origin)) = (&self.cors, request.headers.get("origin")) {
            cors.apply(request, origin, headers);
        }
    }
}

impl Cors {
    fn apply(&self, request: &Request, origin: &str, headers: &mut Headers) {
        let any = self.origins.iter().any(|o| o == "*");
        if !any && !self.origins.iter().any(|o| o == origin) {
            return;
        }
        let mut put = |name: &str, value: String| {
            if self.overrides || !headers.has(name) {
                headers.set(name, value);
            }
        };
        put(
            "access-control-allow-origin",
            if any { "*".to_owned() } else { origin.to_owned() },
        );
        if !any {
            put("vary", "Origin".to_owned());
        }
        if self.credentials {
            put("access-control-allow-credentials", "true".to_owned());
        }
        if !self.exposed_headers.is_empty() {
            put("access-control-expose-headers", self.exposed_headers.join(","));
        }
        if request.method == "OPTIONS" {
            put("access-control-allow-methods", self.methods.join(","));
            put("access-control-allow-headers", self.allowed_headers.join(","));
            if let Some(age) = self.max_age {
                put("access-control-max-age", age.to_string());
            }
        }
    }
}
