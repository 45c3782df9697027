//! What the origin gets: the request by cache and origin request policy, over a connection that never leaves this machine.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::cache::{accepted_encodings, cookie_pairs, query_pairs};
use crate::distribution::{CustomOrigin, OriginSettings};
use crate::message::{Headers, Refusal, Request, Response};
use crate::view::Behavior;

/// Belong to one connection, or to CloudFront.
const NOT_FORWARDED: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
    "content-length",
    "x-real-ip",
    "x-forwarded-for",
    "via",
    "host",
    "cookie",
    "accept-encoding",
    "user-agent",
];

/// Reaches custom origins.
#[derive(Clone)]
pub(crate) struct Origins {
    addresses: BTreeMap<String, SocketAddr>,
    tls: TlsConnector,
}

impl std::fmt::Debug for Origins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Origins")
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

/// The request that the origin gets, as far as policies decide.
pub(crate) fn forwarded(request: &Request, behavior: &Behavior, origin: &OriginSettings) -> Request {
    let (cache, policy) = (&behavior.cache, &behavior.origin_request);
    let wanted = |name: &str| {
        cache.headers.has(name) || policy.headers.has(name) || policy.added_headers.iter().any(|h| h == name)
    };
    let mut headers = Headers::default();
    for (name, value) in request.headers.iter() {
        let hidden = NOT_FORWARDED.contains(&name) || name.starts_with("x-amz-cf-") || name.starts_with("x-amzn-waf-");
        if !hidden && wanted(name) {
            headers.append(name, value);
        }
    }
    for (name, value) in request.headers.iter().filter(|(n, _)| n.starts_with("x-amzn-waf-")) {
        headers.append(name, value);
    }
    let host = if wanted("host") {
        request.host.clone()
    } else {
        origin.domain_name.clone()
    };
    headers.set("host", host);
    let cookies = request.headers.joined("cookie").unwrap_or_default();
    let kept: Vec<&str> = cookie_pairs(&cookies)
        .filter(|(n, _)| cache.cookies.has(n) || policy.cookies.has(n))
        .map(|(_, c)| c)
        .collect();
    if !kept.is_empty() {
        headers.set("cookie", kept.join("; "));
    }
    let encodings = accepted_encodings(request, cache);
    if !encodings.is_empty() {
        headers.set("accept-encoding", encodings);
    } else if let Some(sent) = request
        .headers
        .joined("accept-encoding")
        .filter(|_| cache.encodings.is_empty() && wanted("accept-encoding"))
    {
        headers.set("accept-encoding", sent);
    }
    let agent = request
        .headers
        .get("user-agent")
        .filter(|_| wanted("user-agent"))
        .unwrap_or("Amazon CloudFront");
    headers.set("user-agent", agent);
    let chain = request
        .headers
        .joined("x-forwarded-for")
        .map(|f| f + ", ")
        .unwrap_or_default();
    headers.set("x-forwarded-for", format!("{chain}{}", request.viewer.address));
    headers.set("via", "1.1 local.cloudfront.net (CloudFront)");
    headers.set("x-amz-cf-id", request.id.clone());
    for (name, value) in &origin.custom_headers {
        headers.set(name, value.clone());
    }
    Request {
        uri: format!("{}{}", origin.path, request.uri),
        query: forwarded_query(request, behavior),
        headers,
        ..request.clone()
    }
}

fn forwarded_query(request: &Request, behavior: &Behavior) -> Option<String> {
    let query = request.query.as_deref()?;
    let wanted = |name: &str| behavior.cache.queries.has(name) || behavior.origin_request.queries.has(name);
    let kept: Vec<&str> = query_pairs(query).filter(|(n, _)| wanted(n)).map(|(_, p)| p).collect();
    (!kept.is_empty()).then(|| kept.join("&"))
}

/// The viewer's side of a connection that may become a WebSocket.
pub(crate) type Upgrade = Option<hyper::upgrade::OnUpgrade>;

impl Origins {
    pub(crate) fn new(
        addresses: BTreeMap<String, SocketAddr>,
        root: rustls::pki_types::CertificateDer<'static>,
    ) -> Result<Self, rustls::Error> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(root)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            addresses,
            tls: TlsConnector::from(Arc::new(config)),
        })
    }

    /// Where a domain name listens, if that is on this machine.
    fn address(&self, domain: &str, port: u16) -> Result<SocketAddr, Refusal> {
        let known = self.addresses.get(domain).copied();
        let local = domain == "localhost" || domain.ends_with(".localhost");
        let address = known.or_else(|| domain.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, port)));
        let address = address.or_else(|| local.then(|| SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port)));
        match address {
            Some(address) if address.ip().is_loopback() => Ok(address),
            _ => Err(Refusal::error(
                502,
                format!("the origin {domain} is not on this machine"),
            )),
        }
    }

    /// Sends a forwarded request to a custom origin.
    pub(crate) async fn send(
        &self,
        domain: &str,
        custom: &CustomOrigin,
        request: &Request,
        upgrade: Upgrade,
    ) -> Result<Response, Refusal> {
        let https = match custom.protocol.as_str() {
            "http-only" => false,
            "https-only" => true,
            _ => request.viewer.https,
        };
        let address = self.address(domain, if https { custom.https_port } else { custom.http_port })?;
        let unreachable = |e: &dyn std::fmt::Display| Refusal::error(502, format!("origin {domain}: {e}"));
        let exchange = async {
            let stream = TcpStream::connect(address).await.map_err(|e| unreachable(&e))?;
            if https {
                let name = ServerName::try_from(domain.to_owned()).map_err(|e| unreachable(&e))?;
                let stream = self.tls.connect(name, stream).await.map_err(|e| unreachable(&e))?;
                talk(stream, request, upgrade).await
            } else {
                talk(stream, request, upgrade).await
            }
        };
        tokio::time::timeout(Duration::from_secs(custom.read_timeout.clamp(1, 180)), exchange)
            .await
            .map_err(|_| Refusal::error(504, format!("origin {domain} did not answer in time")))?
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    request: &Request,
    upgrade: Upgrade,
) -> Result<Response, Refusal> {
    let broken = |e: &dyn std::fmt::Display| Refusal::error(502, format!("origin: {e}"));
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|e| broken(&e))?;
    tokio::spawn(connection.with_upgrades());
    let mut headers = request.headers.clone();
    if upgrade.is_some() {
        headers.set("connection", "Upgrade");
        headers.set("upgrade", "websocket");
    }
    let mut outgoing = http::Request::builder()
        .method(request.method.as_str())
        .uri(request.path_and_query())
        .body(Full::new(request.body.clone()))
        .map_err(|e| broken(&e))?;
    *outgoing.headers_mut() = headers.to_http().map_err(|e| broken(&e))?;
    let answer = sender.send_request(outgoing).await.map_err(|e| broken(&e))?;
    match upgrade {
        Some(viewer) if answer.status() == http::StatusCode::SWITCHING_PROTOCOLS => Ok(join(viewer, answer)),
        _ => collect(answer).await.map_err(|e| broken(&e)),
    }
}

/// Lets viewer and origin talk to each other until one of them ends.
fn join(viewer: hyper::upgrade::OnUpgrade, mut answer: http::Response<Incoming>) -> Response {
    let mut response = Response::new(101, "Miss");
    response.headers = Headers::from_http(answer.headers());
    let origin = hyper::upgrade::on(&mut answer);
    tokio::spawn(async move {
        if let (Ok(viewer), Ok(origin)) = (viewer.await, origin.await) {
            let (mut viewer, mut origin) = (TokioIo::new(viewer), TokioIo::new(origin));
            // An end of either side is the normal end.
            let _ = tokio::io::copy_bidirectional(&mut viewer, &mut origin).await;
        }
    });
    response
}

async fn collect(answer: http::Response<Incoming>) -> Result<Response, hyper::Error> {
    let (parts, body) = answer.into_parts();
    let body: Bytes = body.collect().await?.to_bytes();
    let mut headers = Headers::from_http(&parts.headers);
    headers.retain(|n| {
        ![
            "connection",
            "keep-alive",
            "transfer-encoding",
            "te",
            "trailer",
            "upgrade",
            "proxy-connection",
            "x-cache",
        ]
        .contains(&n)
            && !n.starts_with("x-amz-cf-")
    });
    Ok(Response {
        status: parts.status.as_u16(),
        headers,
        body,
        result: "Miss",
    })
}
