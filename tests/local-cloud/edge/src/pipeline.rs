//! The way of a request: firewall, behaviour, viewer function, cache, origin, headers. Every fault on it is a refusal.

use std::sync::Arc;

use local_cloud_function_runtime::KeyValues;

use crate::access_log::Line;
use crate::aws_api::AwsApi;
use crate::cache::{self, Cache};
use crate::clock::Clock;
use crate::lambda::{Nodes, Warm};
use crate::message::{Refusal, Request, Response};
use crate::mirror::Mirror;
use crate::options::Location;
use crate::origin::{self, Origins, Upgrade};
use crate::path_pattern;
use crate::s3_origin;
use crate::store_faults::{Faulty, StoreFaults};
use crate::view::{AccountView, Behavior, Distribution, EdgeFunction};
use crate::viewer_function::{self, Decision, Surroundings};
use crate::web_acl::{Counters, Verdict};

/// Everything a request may need. One for all locations.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub mirror: Arc<Mirror>,
    pub api: AwsApi,
    pub clock: Clock,
    pub nodes: Nodes,
    pub store_faults: Arc<StoreFaults>,
    pub origins: Origins,
    pub counters: Counters,
    /// By location.
    pub caches: Vec<(Location, Cache)>,
}

/// A request with what only this edge and its tests know about it.
pub(crate) struct Arrival {
    pub request: Request,
    /// The name in the TLS handshake.
    pub server_name: Option<String>,
    /// The port to go to for HTTPS.
    pub port: u16,
    /// Managed rules that a test wants to match.
    pub forced_rules: Vec<String>,
    pub upgrade: Upgrade,
    pub location: String,
}

/// One request under way.
struct Passage<'a> {
    pipeline: &'a Pipeline,
    location: &'a Location,
    cache: &'a Cache,
    distribution: Arc<Distribution>,
    view: Arc<AccountView>,
}

impl Pipeline {
    /// Answers a request and fills in the line for the access log.
    pub(crate) async fn answer(&self, arrival: Arrival, line: &mut Line) -> Response {
        let request_id = arrival.request.id.clone();
        let mut response = match self.route(arrival, line).await {
            Ok(response) => response,
            Err(refusal) => {
                line.reason = Some(refusal.reason.clone());
                refusal.response(&request_id)
            }
        };
        line.status = response.status;
        line.result = response.result.to_owned();
        if response.status != 101 {
            response
                .headers
                .set("x-cache", format!("{} from cloudfront", response.result));
        }
        response.headers.set("via", "1.1 local.cloudfront.net (CloudFront)");
        response.headers.set("x-amz-cf-pop", line.location.clone());
        response.headers.set("x-amz-cf-id", request_id);
        if !response.headers.has("server") {
            response.headers.set("server", "CloudFront");
        }
        response
    }

    async fn route(&self, arrival: Arrival, line: &mut Line) -> Result<Response, Refusal> {
        limits(&arrival.request)?;
        let named = self.caches.iter().find(|(l, _)| l.name == arrival.location);
        let (location, cache) = named
            .or(self.caches.first())
            .ok_or_else(|| Refusal::error(503, "no location"))?;
        line.location = location.name.clone();
        let unknown = || Refusal::error(403, "no distribution has this host name");
        let (distribution, view) = self
            .mirror
            .find(&arrival.request.host, location)
            .await?
            .ok_or_else(unknown)?;
        if let Some(name) = arrival.server_name.as_deref().filter(|n| *n != arrival.request.host) {
            let other = self.mirror.find(name, location).await?;
            if other.is_none_or(|(d, _)| d.settings.id != distribution.settings.id) {
                return Err(Refusal::error(
                    421,
                    "the host is of another distribution than the server name",
                ));
            }
        }
        if !distribution.settings.enabled {
            return Err(Refusal::error(403, "the distribution is disabled"));
        }
        if let Some(why) = &distribution.broken {
            return Err(Refusal::error(503, why.clone()));
        }
        Passage {
            pipeline: self,
            location,
            cache,
            distribution,
            view,
        }
        .pass(arrival, line)
        .await
    }
}

/// 8,192 characters of URI, 32,768 bytes of request without the body.
fn limits(request: &Request) -> Result<(), Refusal> {
    let uri = request.path_and_query().len();
    if uri >= 8192 {
        return Err(Refusal::error(414, "the URI exceeds 8,192 characters"));
    }
    if uri + request.headers.size() > 32_768 {
        return Err(Refusal::error(494, "the request exceeds 32,768 bytes"));
    }
    Ok(())
}

impl Passage<'_> {
    async fn pass(&self, arrival: Arrival, line: &mut Line) -> Result<Response, Refusal> {
        let Arrival {
            mut request,
            port,
            forced_rules,
            upgrade,
            ..
        } = arrival;
        if let Some(acl) = &self.distribution.web_acl {
            match acl.inspect(
                &request,
                &self.pipeline.counters,
                self.pipeline.clock.now(),
                &forced_rules,
            )? {
                Verdict::Block(response) => return Ok(response),
                Verdict::Allow(headers) => headers.into_iter().for_each(|(n, v)| request.headers.set(&n, v)),
            }
        }
        if let Some((allowed, countries)) = &self.distribution.settings.countries
            && countries.contains(&request.viewer.country) != *allowed
        {
            return Err(Refusal::error(403, "geographic restriction"));
        }
        let behavior = self.behavior(&request.uri)?;
        if let Some(redirect) = admit(&request, behavior, port)? {
            return Ok(redirect);
        }
        let viewer = request.clone();
        let mut response = match self.viewer_request(behavior, request, line).await? {
            Decision::Answer(mut response) => {
                behavior.response_headers.apply(&viewer, &mut response.headers);
                return Ok(response);
            }
            Decision::Forward(mut request) => {
                // The behaviour stays the one of the viewer's path, whatever the function made of it.
                if let Some(root) = self
                    .distribution
                    .settings
                    .default_root_object
                    .as_ref()
                    .filter(|_| request.uri == "/")
                {
                    request.uri = format!("/{root}");
                }
                self.fetch_or_error_page(behavior, &request, upgrade).await?
            }
        };
        behavior.response_headers.apply(&viewer, &mut response.headers);
        if response.status < 400 && response.status != 101 {
            response = self.viewer_response(behavior, &viewer, response).await?;
        }
        Ok(response)
    }

    fn behavior(&self, uri: &str) -> Result<&Behavior, Refusal> {
        let path = path_pattern::normalise(uri);
        let found = self
            .distribution
            .behaviors
            .iter()
            .find(|b| path_pattern::matches(&b.settings.pattern, &path));
        found.ok_or_else(|| Refusal::error(503, "no behavior matches"))
    }

    async fn viewer_request(
        &self,
        behavior: &Behavior,
        mut request: Request,
        line: &mut Line,
    ) -> Result<Decision, Refusal> {
        match &behavior.viewer_request {
            None => {
                self.add_viewer_headers(behavior, &mut request);
                Ok(Decision::Forward(request))
            }
            Some(EdgeFunction::Code(code)) => {
                self.add_viewer_headers(behavior, &mut request);
                let (distribution, view, code, now, location) = (
                    Arc::clone(&self.distribution),
                    Arc::clone(&self.view),
                    Arc::clone(code),
                    self.pipeline.clock.now(),
                    self.location.name.clone(),
                );
                let faults = Arc::clone(&self.pipeline.store_faults);
                let run = move || {
                    let store = code.store.as_ref().and_then(|arn| view.stores.get(arn));
                    let store = store.map(|store| Faulty {
                        store,
                        faults: &faults,
                        location: &location,
                    });
                    viewer_function::on_request(
                        Surroundings {
                            distribution: &distribution,
                            function: &code,
                            store: store.as_ref().map(|s| s as &dyn KeyValues),
                            now,
                            location: &location,
                        },
                        &request,
                    )
                };
                let (decision, custom) = tokio::task::spawn_blocking(run)
                    .await
                    .map_err(|e| Refusal::new(503, "FunctionExecutionError", e.to_string()))?;
                line.custom_data = custom;
                decision
            }
            Some(EdgeFunction::Lambda { version, include_body }) => {
                let decision = version
                    .on_request(self.warm(), &self.distribution, &request, *include_body)
                    .await?;
                Ok(match decision {
                    Decision::Forward(mut request) => {
                        self.add_viewer_headers(behavior, &mut request);
                        Decision::Forward(request)
                    }
                    answer => answer,
                })
            }
        }
    }

    async fn viewer_response(
        &self,
        behavior: &Behavior,
        request: &Request,
        response: Response,
    ) -> Result<Response, Refusal> {
        match &behavior.viewer_response {
            None => Ok(response),
            Some(EdgeFunction::Code(code)) => {
                let (distribution, view, code, request) = (
                    Arc::clone(&self.distribution),
                    Arc::clone(&self.view),
                    Arc::clone(code),
                    request.clone(),
                );
                let (now, location) = (self.pipeline.clock.now(), self.location.name.clone());
                let faults = Arc::clone(&self.pipeline.store_faults);
                let run = move || {
                    let store = code.store.as_ref().and_then(|arn| view.stores.get(arn));
                    let store = store.map(|store| Faulty {
                        store,
                        faults: &faults,
                        location: &location,
                    });
                    viewer_function::on_response(
                        Surroundings {
                            distribution: &distribution,
                            function: &code,
                            store: store.as_ref().map(|s| s as &dyn KeyValues),
                            now,
                            location: &location,
                        },
                        &request,
                        response,
                    )
                };
                tokio::task::spawn_blocking(run)
                    .await
                    .map_err(|e| Refusal::new(503, "FunctionExecutionError", e.to_string()))?
            }
            Some(EdgeFunction::Lambda { .. }) => Err(Refusal::error(
                503,
                "Lambda functions on viewer-response are not served here",
            )),
        }
    }

    /// Functions that are warm at this location.
    fn warm(&self) -> Warm<'_> {
        Warm {
            nodes: &self.pipeline.nodes,
            location: &self.location.name,
        }
    }

    /// `CloudFront-Viewer-*` headers, where a policy asks for them and CloudFront knows the answer.
    fn add_viewer_headers(&self, behavior: &Behavior, request: &mut Request) {
        let asked = |name: &str| {
            let keyed = matches!(&behavior.cache.headers, crate::policies::Names::Only(list) if list.iter().any(|n| n.eq_ignore_ascii_case(name)));
            keyed || behavior.origin_request.added_headers.iter().any(|n| n == name)
        };
        let viewer = request.viewer.clone();
        for (name, value) in [
            (
                "cloudfront-viewer-country",
                Some(viewer.country).filter(|c| !c.is_empty()),
            ),
            ("cloudfront-viewer-address", Some(format!("{}:443", viewer.address))),
            ("cloudfront-viewer-tls", viewer.tls),
            (
                "cloudfront-forwarded-proto",
                Some(if viewer.https { "https" } else { "http" }.to_owned()),
            ),
        ] {
            if let Some(value) = value.filter(|_| asked(name)) {
                request.headers.set(name, value);
            }
        }
    }

    async fn fetch_or_error_page(
        &self,
        behavior: &Behavior,
        request: &Request,
        upgrade: Upgrade,
    ) -> Result<Response, Refusal> {
        let fetched = self.fetch(behavior, request, upgrade).await;
        let status = match &fetched {
            Ok(response) => response.status,
            Err(refusal) => refusal.status,
        };
        let page = self.distribution.settings.error_pages.iter().find(|p| p.code == status);
        let Some((path, code)) = page.and_then(|p| Some((p.path.clone()?, p.response_code.unwrap_or(p.code)))) else {
            return fetched;
        };
        // Custom error pages bypass viewer functions.
        let wanted = Request {
            method: "GET".to_owned(),
            uri: path,
            query: None,
            body: bytes::Bytes::new(),
            ..request.clone()
        };
        match self.fetch(self.behavior(&wanted.uri)?, &wanted, None).await {
            Ok(mut page) if page.status == 200 => {
                page.status = code;
                page.result = "Error";
                Ok(page)
            }
            _ => fetched,
        }
    }

    async fn fetch(&self, behavior: &Behavior, request: &Request, upgrade: Upgrade) -> Result<Response, Refusal> {
        let now = self.pipeline.clock.now();
        let cached = behavior.settings.cached_methods.contains(&request.method) && upgrade.is_none();
        let key = cache::key(
            &self.distribution.settings.id,
            &behavior.settings.pattern,
            request,
            &behavior.cache,
        );
        if let Some(hit) = self.cache.find(&key, now).filter(|_| cached) {
            return Ok(hit);
        }
        let settings = &self.distribution.settings;
        let origin = settings
            .origins
            .iter()
            .find(|o| o.id == behavior.settings.target_origin);
        let origin = origin.ok_or_else(|| Refusal::error(503, "the behavior's origin does not exist"))?;
        let forwarded = origin::forwarded(request, behavior, origin);
        let sent = match &origin.custom {
            Some(custom) => {
                self.pipeline
                    .origins
                    .send(&origin.domain_name, custom, &forwarded, upgrade)
                    .await
            }
            None => s3_origin::send(&self.pipeline.api, &self.distribution, origin, &forwarded).await,
        };
        let mut response = sent?;
        if cached && request.method != "HEAD" {
            self.cache
                .keep(key, &response, &behavior.cache, &settings.error_pages, now);
        }
        if response.status >= 400 {
            response.result = "Error";
        }
        Ok(response)
    }
}

/// Viewer protocol, methods, bodies. `Some`: a redirect to HTTPS.
fn admit(request: &Request, behavior: &Behavior, port: u16) -> Result<Option<Response>, Refusal> {
    if !request.viewer.https {
        match behavior.settings.viewer_protocol.as_str() {
            "allow-all" => {}
            "redirect-to-https" => {
                let moved = if ["GET", "HEAD"].contains(&request.method.as_str()) {
                    301
                } else {
                    307
                };
                let mut response = Response::new(moved, "Redirect");
                let port = if port == 443 { String::new() } else { format!(":{port}") };
                response.headers.set(
                    "location",
                    format!("https://{}{port}{}", request.host, request.path_and_query()),
                );
                return Ok(Some(response));
            }
            _ => return Err(Refusal::error(403, "this behavior takes HTTPS only")),
        }
    }
    if !behavior.settings.methods.contains(&request.method) {
        return Err(Refusal::error(403, "this behavior does not allow the method"));
    }
    if ["GET", "HEAD"].contains(&request.method.as_str()) && !request.body.is_empty() {
        return Err(Refusal::error(403, "a GET request must not have a body"));
    }
    Ok(None)
}
