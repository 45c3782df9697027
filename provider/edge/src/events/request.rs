//! A viewer request as CloudFront's event object spells it.

use serde_json::{Map, Value, json};

/// A request under construction.
#[derive(Debug, Clone)]
pub(super) struct Request {
    method: String,
    uri: String,
    headers: Map<String, Value>,
    cookies: Map<String, Value>,
}

impl Request {
    /// A browser following a link.
    pub(super) fn navigation(method: &str, host: &str, uri: &str) -> Self {
        Self::plain(method, host, uri)
            .header("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
    }

    /// A script or program.
    pub(super) fn api(method: &str, host: &str, uri: &str) -> Self {
        Self::plain(method, host, uri)
            .header("accept", "application/json")
            .header("sec-fetch-mode", "cors")
    }

    fn plain(method: &str, host: &str, uri: &str) -> Self {
        let request = Self {
            method: method.to_owned(),
            uri: uri.to_owned(),
            headers: Map::new(),
            cookies: Map::new(),
        };
        request
            .header("host", host)
            // What CloudFront writes where a behaviour asks for it.
            .header("cloudfront-viewer-tls", "TLSv1.3:TLS_AES_128_GCM_SHA256:fullHandshake")
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), json!({ "value": value }));
        self
    }

    pub(super) fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.insert(name.to_owned(), json!({ "value": value }));
        self
    }

    /// The event object.
    pub(super) fn event(&self, distribution_domain: &str) -> String {
        json!({
            "version": "1.0",
            "context": {
                "distributionDomainName": distribution_domain,
                "endpoint": distribution_domain,
                "distributionId": "EXAMPLE",
                "eventType": "viewer-request",
                "requestId": "zt-test",
            },
            "viewer": {"ip": "192.0.2.1"},
            "request": {
                "method": self.method,
                "uri": self.uri,
                "querystring": {},
                "headers": self.headers,
                "cookies": self.cookies,
            },
        })
        .to_string()
    }
}
