//! What a location knows about one account: its distributions with everything they refer to, and its stores.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::aws_api::{ApiError, AwsApi, encode};
use crate::distribution::{self, BehaviorSettings, Settings};
use crate::lambda::LambdaVersion;
use crate::policies::{self, CachePolicy, OriginRequestPolicy, ResponseHeadersPolicy};
use crate::store_view::{StoreView, name_of};
use crate::web_acl::WebAcl;
use crate::xml;

const API: &str = "/2020-05-31";

/// One account at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct AccountView {
    pub hosts: HashMap<String, Arc<Distribution>>,
    pub stores: BTreeMap<String, Arc<StoreView>>,
}

/// A distribution, resolved. When something in it cannot be served, all of it is not.
#[derive(Clone, Debug)]
pub(crate) struct Distribution {
    pub account: String,
    pub settings: Settings,
    pub behaviors: Vec<Behavior>,
    pub web_acl: Option<Arc<WebAcl>>,
    /// Origin access controls that sign always, by id.
    pub signing: Vec<String>,
    pub broken: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Behavior {
    pub settings: BehaviorSettings,
    pub cache: CachePolicy,
    pub origin_request: OriginRequestPolicy,
    pub response_headers: ResponseHeadersPolicy,
    pub viewer_request: Option<EdgeFunction>,
    pub viewer_response: Option<EdgeFunction>,
}

#[derive(Clone, Debug)]
pub(crate) enum EdgeFunction {
    Code(Arc<FunctionCode>),
    Lambda {
        version: Arc<LambdaVersion>,
        include_body: bool,
    },
}

/// The LIVE stage of a CloudFront Function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FunctionCode {
    pub name: String,
    pub code: String,
    pub store: Option<String>,
}

/// Reads accounts.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub api: &'a AwsApi,
    pub account: &'a str,
    /// Versions read before: their code does not change.
    pub lambdas: &'a tokio::sync::Mutex<HashMap<String, Arc<LambdaVersion>>>,
    pub state_dir: &'a std::path::Path,
}

impl Reader<'_> {
    async fn cloudfront(&self, path: &str) -> Result<String, ApiError> {
        self.api.text(self.account, "cloudfront", &format!("{API}{path}")).await
    }

    /// All distributions. One that vanishes while it is read is left out; one that cannot be resolved is broken.
    pub(crate) async fn distributions(&self) -> Result<Vec<Distribution>, ApiError> {
        let mut out = Vec::new();
        let mut marker = String::new();
        loop {
            let text = self.cloudfront(&format!("/distribution?MaxItems=100{marker}")).await?;
            let (ids, next) =
                listed(&text).ok_or_else(|| ApiError::unreadable("ListDistributions", "unexpected form"))?;
            for id in ids {
                match self.cloudfront(&format!("/distribution/{id}")).await {
                    Ok(text) => {
                        let settings =
                            distribution::parse(&text).ok_or_else(|| ApiError::unreadable(&id, "unexpected form"))?;
                        out.push(self.resolve(settings).await?);
                    }
                    Err(ApiError::Missing(_)) => {}
                    Err(e) => return Err(e),
                }
            }
            match next {
                Some(next) => marker = format!("&Marker={}", encode(&next)),
                None => return Ok(out),
            }
        }
    }

    async fn resolve(&self, settings: Settings) -> Result<Distribution, ApiError> {
        let mut out = Distribution {
            account: self.account.to_owned(),
            settings,
            behaviors: Vec::new(),
            web_acl: None,
            signing: Vec::new(),
            broken: None,
        };
        match self.fill(&mut out).await {
            // What AWS would have refused to associate, or has lost, must not be served.
            Err(e @ (ApiError::Missing(_) | ApiError::Status { .. } | ApiError::Unreadable { .. })) => {
                out.broken = Some(e.to_string())
            }
            Ok(()) => {}
        }
        if !out.settings.unsupported.is_empty() {
            out.broken = Some(format!("not served here: {}", out.settings.unsupported.join(", ")));
        }
        Ok(out)
    }

    async fn fill(&self, out: &mut Distribution) -> Result<(), ApiError> {
        if let Some(arn) = &out.settings.web_acl {
            out.web_acl = Some(Arc::new(WebAcl::read(self.api, self.account, arn).await?));
        }
        for id in out
            .settings
            .origins
            .iter()
            .filter_map(|o| o.access_control.clone())
            .collect::<Vec<_>>()
        {
            let text = self.cloudfront(&format!("/origin-access-control/{id}")).await?;
            let document = roxmltree::Document::parse(&text).map_err(|e| ApiError::unreadable(&id, e))?;
            let config = document.root_element();
            if xml::text(config, "OriginAccessControlConfig/SigningBehavior").as_deref() == Some("always") {
                out.signing.push(id);
            }
        }
        for behavior in out.settings.behaviors.clone() {
            out.behaviors.push(self.behavior(behavior).await?);
        }
        Ok(())
    }

    async fn behavior(&self, settings: BehaviorSettings) -> Result<Behavior, ApiError> {
        let odd = |id: &str| ApiError::unreadable(id, "unexpected form");
        let cache_id = settings.cache_policy.clone().unwrap_or_default();
        let cache = policies::cache_policy(&self.cloudfront(&format!("/cache-policy/{cache_id}")).await?)
            .ok_or_else(|| odd(&cache_id))?;
        let origin_request = match &settings.origin_request_policy {
            Some(id) => {
                policies::origin_request_policy(&self.cloudfront(&format!("/origin-request-policy/{id}")).await?)
                    .ok_or_else(|| odd(id))?
            }
            None => OriginRequestPolicy::default(),
        };
        let response_headers = match &settings.response_headers_policy {
            Some(id) => {
                policies::response_headers_policy(&self.cloudfront(&format!("/response-headers-policy/{id}")).await?)
                    .ok_or_else(|| odd(id))?
            }
            None => ResponseHeadersPolicy::default(),
        };
        let mut out = Behavior {
            settings,
            cache,
            origin_request,
            response_headers,
            viewer_request: None,
            viewer_response: None,
        };
        mixing(&out.settings)?;
        for (event, arn) in out.settings.functions.clone() {
            let function = EdgeFunction::Code(Arc::new(self.function(&arn).await?));
            *out.slot(&event)? = Some(function);
        }
        for association in out.settings.lambdas.clone() {
            let version = LambdaVersion::read(self, &association.arn).await?;
            let include_body = association.include_body;
            *out.slot(&association.event)? = Some(EdgeFunction::Lambda { version, include_body });
        }
        Ok(out)
    }

    async fn function(&self, arn: &str) -> Result<FunctionCode, ApiError> {
        let name = name_of(arn);
        let text = self
            .cloudfront(&format!("/function/{name}/describe?Stage=LIVE"))
            .await?;
        let document = roxmltree::Document::parse(&text).map_err(|e| ApiError::unreadable(arn, e))?;
        let config = xml::child(document.root_element(), "FunctionConfig")
            .ok_or_else(|| ApiError::unreadable(arn, "no configuration"))?;
        if xml::text(config, "Runtime").as_deref() != Some("cloudfront-js-2.0") {
            return Err(ApiError::unreadable(arn, "only cloudfront-js-2.0 runs here"));
        }
        let store = xml::items(config, "KeyValueStoreAssociations")
            .into_iter()
            .find_map(|n| xml::text(n, "KeyValueStoreARN"));
        drop(document);
        let code = self.cloudfront(&format!("/function/{name}?Stage=LIVE")).await?;
        Ok(FunctionCode {
            name: name.to_owned(),
            code,
            store,
        })
    }
}

impl Behavior {
    fn slot(&mut self, event: &str) -> Result<&mut Option<EdgeFunction>, ApiError> {
        match event {
            "viewer-request" => Ok(&mut self.viewer_request),
            "viewer-response" => Ok(&mut self.viewer_response),
            other => Err(ApiError::unreadable(
                other,
                "functions of this event are not served here",
            )),
        }
    }
}

/// One function per event, and never both kinds on viewer events.
fn mixing(settings: &BehaviorSettings) -> Result<(), ApiError> {
    let refuse = |why: &str| Err(ApiError::unreadable(format!("behavior {}", settings.pattern), why));
    let viewer_lambda = settings.lambdas.iter().any(|l| l.event.starts_with("viewer-"));
    if viewer_lambda && !settings.functions.is_empty() {
        return refuse("a CloudFront function and a Lambda function share viewer events");
    }
    let events: Vec<&str> = settings
        .functions
        .iter()
        .map(|f| f.0.as_str())
        .chain(settings.lambdas.iter().map(|l| l.event.as_str()))
        .collect();
    if events.iter().enumerate().any(|(i, e)| events[..i].contains(e)) {
        return refuse("two functions share an event");
    }
    Ok(())
}

fn listed(text: &str) -> Option<(Vec<String>, Option<String>)> {
    let document = roxmltree::Document::parse(text).ok()?;
    let root = document.root_element();
    let ids = xml::items(root, "")
        .into_iter()
        .map(|n| xml::text(n, "Id"))
        .collect::<Option<Vec<_>>>()?;
    Some((
        ids,
        xml::text(root, "NextMarker").filter(|_| xml::is_true(root, "IsTruncated")),
    ))
}

impl AccountView {
    /// The stores that LIVE functions of these distributions read.
    pub(crate) fn wanted_stores(distributions: &[Distribution]) -> Vec<String> {
        let mut wanted: Vec<String> = Vec::new();
        for behavior in distributions.iter().flat_map(|d| &d.behaviors) {
            for function in [&behavior.viewer_request, &behavior.viewer_response]
                .into_iter()
                .flatten()
            {
                if let EdgeFunction::Code(code) = function {
                    wanted.extend(code.store.clone().filter(|s| !wanted.contains(s)));
                }
            }
        }
        wanted
    }

    pub(crate) fn by_host(distributions: Vec<Distribution>) -> HashMap<String, Arc<Distribution>> {
        let mut hosts = HashMap::new();
        for distribution in distributions.into_iter().map(Arc::new) {
            hosts.insert(distribution.settings.domain_name.clone(), Arc::clone(&distribution));
            for alias in &distribution.settings.aliases {
                hosts.insert(alias.clone(), Arc::clone(&distribution));
            }
        }
        hosts
    }
}
