//! The AWS API as the edge reads it: plain HTTP with a credential scope, so that it works over any emulator.
//!
//! The signature is a constant: the edge is AWS's own data plane, which no account's policy restricts. It only reads.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::message::Headers;

/// The API did not answer as it must.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum ApiError {
    #[error("{0} does not exist")]
    Missing(String),
    #[error("{what} answered {status}")]
    Status { what: String, status: u16 },
    #[error("{what} could not be read: {why}")]
    Unreadable { what: String, why: String },
}

impl ApiError {
    pub(crate) fn unreadable(what: impl Into<String>, why: impl std::fmt::Display) -> Self {
        Self::Unreadable {
            what: what.into(),
            why: why.to_string(),
        }
    }
}

/// An answer, whatever its status.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: Headers,
    pub body: Bytes,
}

/// A question.
#[derive(Clone, Debug)]
pub(crate) struct Ask<'a> {
    pub account: &'a str,
    pub service: &'a str,
    pub method: &'a str,
    /// Path and query.
    pub path: &'a str,
    pub headers: Headers,
    pub body: Bytes,
}

/// A client of the control plane.
#[derive(Clone, Debug)]
pub(crate) struct AwsApi {
    endpoint: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

const DEADLINE: Duration = Duration::from_secs(20);

impl AwsApi {
    pub(crate) fn new(endpoint: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            client,
        }
    }

    pub(crate) async fn ask(&self, ask: Ask<'_>) -> Result<Answer, ApiError> {
        let url = if ask.path.starts_with("http://") {
            ask.path.to_owned()
        } else {
            format!("{}{}", self.endpoint, ask.path)
        };
        // The KeyValueStore too: emulators take the account of a SigV4A scope only where they verify it.
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential={}/20260101/us-east-1/{}/aws4_request",
            ask.account, ask.service
        );
        let mut request = http::Request::builder()
            .method(ask.method)
            .uri(&url)
            .header(
                "authorization",
                format!("{scope}, SignedHeaders=host;x-amz-date, Signature=0"),
            )
            .header("x-amz-date", "20260101T000000Z")
            .header("user-agent", "local-cloud-edge");
        for (name, value) in ask.headers.iter() {
            request = request.header(name, value);
        }
        let what = format!("{} {}", ask.method, ask.path);
        let request = request
            .body(Full::new(ask.body))
            .map_err(|e| ApiError::unreadable(&what, e))?;
        let exchange = async {
            let response = self
                .client
                .request(request)
                .await
                .map_err(|e| ApiError::unreadable(&what, e))?;
            let (parts, body) = response.into_parts();
            let body = body
                .collect()
                .await
                .map_err(|e| ApiError::unreadable(&what, e))?
                .to_bytes();
            Ok(Answer {
                status: parts.status.as_u16(),
                headers: Headers::from_http(&parts.headers),
                body,
            })
        };
        tokio::time::timeout(DEADLINE, exchange)
            .await
            .map_err(|e| ApiError::unreadable(&what, e))?
    }

    /// A successful GET.
    pub(crate) async fn get(&self, account: &str, service: &str, path: &str) -> Result<Answer, ApiError> {
        let ask = Ask {
            account,
            service,
            method: "GET",
            path,
            headers: Headers::default(),
            body: Bytes::new(),
        };
        good(self.ask(ask).await?, path)
    }

    /// A successful GET of text.
    pub(crate) async fn text(&self, account: &str, service: &str, path: &str) -> Result<String, ApiError> {
        let answer = self.get(account, service, path).await?;
        String::from_utf8(answer.body.into()).map_err(|e| ApiError::unreadable(path, e))
    }

    /// A successful GET of JSON.
    pub(crate) async fn json(&self, account: &str, service: &str, path: &str) -> Result<serde_json::Value, ApiError> {
        let answer = self.get(account, service, path).await?;
        serde_json::from_slice(&answer.body).map_err(|e| ApiError::unreadable(path, e))
    }

    /// A successful call of WAFv2.
    pub(crate) async fn waf(
        &self,
        account: &str,
        operation: &str,
        input: &serde_json::Value,
    ) -> Result<serde_json::Value, ApiError> {
        let mut headers = Headers::default();
        headers.set("x-amz-target", format!("AWSWAF_20190729.{operation}"));
        headers.set("content-type", "application/x-amz-json-1.1");
        let body = Bytes::from(input.to_string());
        let ask = Ask {
            account,
            service: "wafv2",
            method: "POST",
            path: "/",
            headers,
            body,
        };
        let answer = good(self.ask(ask).await?, operation)?;
        serde_json::from_slice(&answer.body).map_err(|e| ApiError::unreadable(operation, e))
    }
}

fn good(answer: Answer, what: &str) -> Result<Answer, ApiError> {
    match answer.status {
        200..=299 => Ok(answer),
        404 => Err(ApiError::Missing(what.to_owned())),
        400 if String::from_utf8_lossy(&answer.body).contains("WAFNonexistentItemException") => {
            Err(ApiError::Missing(what.to_owned()))
        }
        status => Err(ApiError::Status {
            what: what.to_owned(),
            status,
        }),
    }
}

/// Percent-encodes everything but unreserved characters.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
