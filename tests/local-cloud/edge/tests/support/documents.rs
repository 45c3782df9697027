//! Documents of the AWS API, written by hand after the API reference.

use std::io::Write;

use super::{ACCOUNT, Aws, HOST, STORE};

const API: &str = "/2020-05-31";
pub const NO_CACHE: &str = "no-cache";
pub const CACHING: &str = "caching";
pub const ALL_VIEWER: &str = "all-viewer";

/// A cache behaviour.
#[derive(Clone, Debug)]
pub struct Behavior {
    pub pattern: &'static str,
    pub origin: &'static str,
    pub cache: &'static str,
    pub protocol: &'static str,
    pub methods: &'static [&'static str],
    /// More elements of the behaviour.
    pub more: String,
}

impl Default for Behavior {
    fn default() -> Self {
        Self {
            pattern: "",
            origin: "app",
            cache: NO_CACHE,
            protocol: "https-only",
            methods: &["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
            more: String::new(),
        }
    }
}

impl Behavior {
    pub fn function(name: &str) -> String {
        format!(
            "<FunctionAssociations><Quantity>1</Quantity><Items><FunctionAssociation><FunctionARN>arn:aws:cloudfront::{ACCOUNT}:function/{name}</FunctionARN>\
             <EventType>viewer-request</EventType></FunctionAssociation></Items></FunctionAssociations>"
        )
    }

    pub fn lambda(name: &str) -> String {
        format!(
            "<LambdaFunctionAssociations><Quantity>1</Quantity><Items><LambdaFunctionAssociation><LambdaFunctionARN>arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}:1</LambdaFunctionARN>\
             <EventType>viewer-request</EventType><IncludeBody>true</IncludeBody></LambdaFunctionAssociation></Items></LambdaFunctionAssociations>"
        )
    }

    fn xml(&self, element: &str) -> String {
        let methods: String = self.methods.iter().map(|m| format!("<Method>{m}</Method>")).collect();
        format!(
            "<{element}><PathPattern>{}</PathPattern><TargetOriginId>{}</TargetOriginId><ViewerProtocolPolicy>{}</ViewerProtocolPolicy>\
             <AllowedMethods><Items>{methods}</Items><CachedMethods><Items><Method>GET</Method><Method>HEAD</Method></Items></CachedMethods></AllowedMethods>\
             <CachePolicyId>{}</CachePolicyId>{}</{element}>",
            self.pattern, self.origin, self.protocol, self.cache, self.more
        )
    }
}

/// A distribution with its origin on this machine.
pub struct Distribution {
    pub default: Behavior,
    pub behaviors: Vec<Behavior>,
    /// More elements of the configuration.
    pub more: String,
    pub origins: String,
}

impl Distribution {
    pub fn new(origin_port: u16, default: Behavior) -> Self {
        Self {
            default,
            behaviors: Vec::new(),
            more: "<Enabled>true</Enabled>".to_owned(),
            origins: custom_origin("app", "app.localhost", origin_port),
        }
    }

    pub fn xml(&self) -> String {
        let behaviors: String = self.behaviors.iter().map(|b| b.xml("CacheBehavior")).collect();
        format!(
            "<?xml version=\"1.0\"?><Distribution xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Id>E1</Id>\
             <ARN>arn:aws:cloudfront::{ACCOUNT}:distribution/E1</ARN><Status>Deployed</Status><DomainName>{HOST}</DomainName><DistributionConfig>{}\
             <Origins><Items>{}</Items></Origins>{}<CacheBehaviors><Items>{behaviors}</Items></CacheBehaviors></DistributionConfig></Distribution>",
            self.more,
            self.origins,
            self.default.xml("DefaultCacheBehavior")
        )
    }
}

pub fn custom_origin(id: &str, domain: &str, port: u16) -> String {
    format!(
        "<Origin><Id>{id}</Id><DomainName>{domain}</DomainName><OriginPath></OriginPath><CustomHeaders><Items><OriginCustomHeader><HeaderName>X-Origin-Secret</HeaderName>\
         <HeaderValue>s3cret</HeaderValue></OriginCustomHeader></Items></CustomHeaders><CustomOriginConfig><HTTPPort>{port}</HTTPPort><HTTPSPort>443</HTTPSPort>\
         <OriginProtocolPolicy>http-only</OriginProtocolPolicy><OriginReadTimeout>5</OriginReadTimeout></CustomOriginConfig></Origin>"
    )
}

pub fn cache_policy(min: u64, default: u64, max: u64, keys: &str) -> String {
    let none = "<HeadersConfig><HeaderBehavior>none</HeaderBehavior></HeadersConfig><CookiesConfig><CookieBehavior>none</CookieBehavior></CookiesConfig>\
                <QueryStringsConfig><QueryStringBehavior>none</QueryStringBehavior></QueryStringsConfig>";
    let keys = if keys.is_empty() { none } else { keys };
    format!(
        "<CachePolicy><CachePolicyConfig><MinTTL>{min}</MinTTL><DefaultTTL>{default}</DefaultTTL><MaxTTL>{max}</MaxTTL>\
         <ParametersInCacheKeyAndForwardedToOrigin><EnableAcceptEncodingGzip>false</EnableAcceptEncodingGzip>{keys}</ParametersInCacheKeyAndForwardedToOrigin></CachePolicyConfig></CachePolicy>"
    )
}

impl Aws {
    /// An account in which nothing is deployed.
    pub fn no_distributions(&mut self) {
        self.put(
            &format!("{API}/distribution?MaxItems=100"),
            "<DistributionList><IsTruncated>false</IsTruncated><Quantity>0</Quantity></DistributionList>",
        );
    }

    /// A distribution with the policies the documents here name.
    pub fn distribution(&mut self, distribution: &Distribution) {
        self.put(
            &format!("{API}/distribution?MaxItems=100"),
            "<DistributionList><IsTruncated>false</IsTruncated><Items><DistributionSummary><Id>E1</Id></DistributionSummary></Items></DistributionList>",
        );
        self.put(&format!("{API}/distribution/E1"), distribution.xml());
        self.put(&format!("{API}/cache-policy/{NO_CACHE}"), cache_policy(0, 0, 0, ""));
        self.put(&format!("{API}/cache-policy/{CACHING}"), cache_policy(0, 60, 3600, ""));
        self.put(
            &format!("{API}/origin-request-policy/{ALL_VIEWER}"),
            "<OriginRequestPolicy><OriginRequestPolicyConfig><HeadersConfig><HeaderBehavior>allViewer</HeaderBehavior></HeadersConfig>\
             <CookiesConfig><CookieBehavior>all</CookieBehavior></CookiesConfig><QueryStringsConfig><QueryStringBehavior>all</QueryStringBehavior></QueryStringsConfig>\
             </OriginRequestPolicyConfig></OriginRequestPolicy>",
        );
    }

    /// The LIVE stage of a function, reading the store.
    pub fn function(&mut self, name: &str, code: &str) {
        self.put(
            &format!("{API}/function/{name}/describe?Stage=LIVE"),
            format!(
                "<FunctionSummary><Name>{name}</Name><FunctionConfig><Runtime>cloudfront-js-2.0</Runtime><KeyValueStoreAssociations><Items><KeyValueStoreAssociation>\
                 <KeyValueStoreARN>{STORE}</KeyValueStoreARN></KeyValueStoreAssociation></Items></KeyValueStoreAssociations></FunctionConfig></FunctionSummary>"
            ),
        );
        self.put(&format!("{API}/function/{name}?Stage=LIVE"), code);
    }

    /// Version 1 of a Lambda function.
    pub fn lambda(&mut self, name: &str, code: &str, configuration: &serde_json::Value) {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("index.mjs", zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(code.as_bytes()).unwrap();
        let bytes = zip.finish().unwrap().into_inner();
        let digest = code.len() + code.bytes().map(usize::from).sum::<usize>();
        let mut full = serde_json::json!({"Runtime": "nodejs24.x", "Handler": "index.handler", "MemorySize": 128, "Timeout": 5,
            "CodeSha256": format!("{name}{digest}"), "LastModified": "2026-01-01", "Architectures": ["x86_64"], "PackageType": "Zip"});
        full.as_object_mut()
            .unwrap()
            .extend(configuration.as_object().unwrap().clone());
        self.put(&format!("/code/{name}"), bytes);
        let answer = serde_json::json!({"Configuration": full, "Code": {"Location": format!("/code/{name}")}});
        self.put(&format!("/2015-03-31/functions/{name}?Qualifier=1"), answer.to_string());
    }

    pub fn web_acl(&mut self, rules: serde_json::Value) -> String {
        self.put(
            "GetWebACL",
            serde_json::json!({"WebACL": {"Name": "acl", "DefaultAction": {"Allow": {}}, "Rules": rules}}).to_string(),
        );
        format!("<WebACLId>arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/acl/1</WebACLId>")
    }
}
