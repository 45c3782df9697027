//! Requests and responses between the steps of the pipeline: decoded from HTTP once, encoded once.

use std::net::IpAddr;

use bytes::Bytes;

/// Header lines in order; names are lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Headers(Vec<(String, String)>);

impl Headers {
    pub(crate) fn from_http(map: &http::HeaderMap) -> Self {
        let text = |v: &http::HeaderValue| match std::str::from_utf8(v.as_bytes()) {
            Ok(text) => text.to_owned(),
            Err(_) => v.as_bytes().iter().map(|b| char::from(*b)).collect(),
        };
        Self(map.iter().map(|(k, v)| (k.as_str().to_owned(), text(v))).collect())
    }

    pub(crate) fn to_http(&self) -> Result<http::HeaderMap, http::Error> {
        let mut map = http::HeaderMap::new();
        for (name, value) in &self.0 {
            map.append(
                http::HeaderName::from_bytes(name.as_bytes())?,
                http::HeaderValue::from_bytes(value.as_bytes())?,
            );
        }
        Ok(map)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(crate) fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// All lines of one name as one value, in the way of RFC 9110; cookies with `; `.
    pub(crate) fn joined(&self, name: &str) -> Option<String> {
        let values: Vec<_> = self.all(name).collect();
        let separator = if name == "cookie" { "; " } else { ", " };
        (!values.is_empty()).then(|| values.join(separator))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(crate) fn append(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_ascii_lowercase(), value.into()));
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        let name = name.to_ascii_lowercase();
        self.remove(&name);
        self.0.push((name, value.into()));
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<String> {
        let value = self.get(name).map(str::to_owned);
        self.0.retain(|(n, _)| n != name);
        value
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.0.retain(|(n, _)| keep(n));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// Each name once, in order of first appearance.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for (name, _) in self.iter() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Octets on the wire.
    pub(crate) fn size(&self) -> usize {
        self.0.iter().map(|(n, v)| n.len() + v.len() + 4).sum()
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Viewer {
    pub address: IpAddr,
    /// Two letters; empty when it is not known.
    pub country: String,
    pub https: bool,
    /// Version, cipher and kind of handshake, as `CloudFront-Viewer-TLS` says them.
    pub tls: Option<String>,
}

/// A request as it passes the pipeline.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub method: String,
    /// Lower case, without port.
    pub host: String,
    /// Raw path.
    pub uri: String,
    /// Everything after `?`; `None` without one.
    pub query: Option<String>,
    pub headers: Headers,
    pub body: Bytes,
    pub viewer: Viewer,
    /// As in `x-amz-cf-id`.
    pub id: String,
}

impl Request {
    pub(crate) fn path_and_query(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.uri),
            None => self.uri.clone(),
        }
    }
}

/// A response as it passes the pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub status: u16,
    pub headers: Headers,
    pub body: Bytes,
    /// The value of `x-cache` without ` from cloudfront`, also the result of the access log.
    pub result: &'static str,
}

impl Response {
    pub(crate) fn new(status: u16, result: &'static str) -> Self {
        Self {
            status,
            headers: Headers::default(),
            body: Bytes::new(),
            result,
        }
    }

    pub(crate) fn with_body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.headers.set("content-type", content_type);
        self.body = body.into();
        self
    }
}

/// A refusal of CloudFront's own, with the reason for the log and for whoever debugs a test.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status} {result}: {reason}")]
pub(crate) struct Refusal {
    pub status: u16,
    pub result: &'static str,
    pub reason: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, result: &'static str, reason: impl Into<String>) -> Self {
        Self {
            status,
            result,
            reason: reason.into(),
        }
    }

    /// CloudFront's generic page.
    pub(crate) fn error(status: u16, reason: impl Into<String>) -> Self {
        Self::new(status, "Error", reason)
    }

    pub(crate) fn response(&self, request_id: &str) -> Response {
        let page = format!(
            "<!DOCTYPE HTML><HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY>\n<H1>{}</H1>\n\
             <H2>The request could not be satisfied.</H2>\n<PRE>Generated by cloudfront (local edge)\nRequest ID: {request_id}\n</PRE></BODY></HTML>\n",
            self.status
        );
        Response::new(self.status, self.result).with_body("text/html", page)
    }
}
