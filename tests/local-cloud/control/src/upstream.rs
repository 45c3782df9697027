//! The way to ministack: a pooled HTTP client, for the calls of others and for the proxy's own look-ups.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::http_message::{Answer, Incoming};

/// Where everything of CloudFront lives.
const HOME: &str = "us-east-1";

/// Why ministack gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamError {
    #[error("cannot build the request to ministack")]
    Request(#[from] http::Error),
    #[error("ministack did not answer")]
    Send(#[from] hyper_util::client::legacy::Error),
    #[error("ministack's answer broke off")]
    Body(#[from] hyper::Error),
}

/// A client of one ministack.
#[derive(Debug, Clone)]
pub(crate) struct Upstream {
    address: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// A call of the proxy itself, not of its users.
#[derive(Debug, Clone)]
pub(crate) struct OwnCall<'a> {
    pub(crate) account: &'a str,
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

impl<'a> OwnCall<'a> {
    /// The same call in another region.
    pub(crate) fn in_region(self, region: &'a str) -> Self {
        Self { region, ..self }
    }

    /// A GET of a REST service.
    pub(crate) fn get(account: &'a str, service: &'a str, target: impl Into<String>) -> Self {
        Self {
            account,
            service,
            region: HOME,
            method: Method::GET,
            target: target.into(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// A call of a JSON service.
    pub(crate) fn json(account: &'a str, service: &'a str, target: &str, body: &serde_json::Value) -> Self {
        Self {
            account,
            service,
            region: HOME,
            method: Method::POST,
            target: "/".to_owned(),
            headers: vec![
                ("x-amz-target", target.to_owned()),
                ("content-type", "application/x-amz-json-1.1".to_owned()),
            ],
            body: Bytes::from(body.to_string()),
        }
    }

    /// A call of a query service.
    pub(crate) fn form(account: &'a str, service: &'a str, body: String) -> Self {
        Self {
            account,
            service,
            region: HOME,
            method: Method::POST,
            target: "/".to_owned(),
            headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
            body: Bytes::from(body),
        }
    }
}

impl Upstream {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { address, client }
    }

    /// Passes a request on, host header and all.
    pub(crate) async fn forward(&self, request: &Incoming) -> Result<Answer, UpstreamError> {
        self.send(
            request.method.clone(),
            &request.target(),
            request.headers.clone(),
            request.body.clone(),
        )
        .await
    }

    /// Asks on behalf of an account, outside the call log.
    pub(crate) async fn own(&self, call: OwnCall<'_>) -> Result<Answer, UpstreamError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &call.headers {
            headers.insert(*name, HeaderValue::from_str(value).map_err(http::Error::from)?);
        }
        headers.insert(
            http::header::AUTHORIZATION,
            HeaderValue::from_str(&authorization(call.account, call.region, call.service))
                .map_err(http::Error::from)?,
        );
        self.send(call.method, &call.target, headers, call.body).await
    }

    async fn send(
        &self,
        method: Method,
        target: &str,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> Result<Answer, UpstreamError> {
        let uri: Uri = format!("http://{}{target}", self.address)
            .parse()
            .map_err(http::Error::from)?;
        // The body is whole here, whatever framing it arrived in.
        headers.remove(http::header::TRANSFER_ENCODING);
        headers.remove(http::header::CONNECTION);
        headers.remove(http::header::EXPECT);
        headers.insert(http::header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        let mut request = Request::builder().method(method).uri(uri).body(Full::new(body))?;
        *request.headers_mut() = headers;
        let response = self.client.request(request).await?;
        let (parts, body) = response.into_parts();
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await?.to_bytes(),
        })
    }
}

/// An authorization that names account and service; ministack reads the scope and, without its
/// authorization switched on, checks no signature.
pub(crate) fn authorization(account: &str, region: &str, service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={account}/20260101/{region}/{service}/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature={}",
        "0".repeat(64)
    )
}
