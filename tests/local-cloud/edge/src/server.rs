//! Connections: TLS by server name, or plain HTTP on the same port; HTTP decoded and encoded.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::access_log::{AccessLog, Line};
use crate::message::{Headers, Refusal, Request, Response, Viewer};
use crate::pipeline::{Arrival, Pipeline};

/// Larger bodies are refused, as this edge holds them in memory.
const BODY_LIMIT: usize = 64 * 1024 * 1024;
/// The first byte of a TLS handshake.
const HANDSHAKE: u8 = 0x16;

/// The viewers' side of the edge.
pub(crate) struct Server {
    pub pipeline: Pipeline,
    pub tls: TlsAcceptor,
    pub log: AccessLog,
    pub port: u16,
    pub requests: AtomicU64,
}

/// What is known of a connection.
#[derive(Clone)]
struct Connection {
    peer: SocketAddr,
    https: bool,
    server_name: Option<String>,
    tls: Option<String>,
}

impl Server {
    /// Takes connections until it is told to stop.
    pub(crate) async fn run(self: Arc<Self>, listener: TcpListener, stop: CancellationToken) {
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            let Ok((stream, peer)) = accepted else { continue };
            let (server, stop) = (Arc::clone(&self), stop.clone());
            tokio::spawn(async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = server.connection(stream, peer) => {}
                }
            });
        }
    }

    async fn connection(self: Arc<Self>, stream: TcpStream, peer: SocketAddr) {
        let mut first = [0];
        let https = matches!(stream.peek(&mut first).await, Ok(1) if first[0] == HANDSHAKE);
        if !https {
            return self
                .serve(
                    stream,
                    Connection {
                        peer,
                        https,
                        server_name: None,
                        tls: None,
                    },
                )
                .await;
        }
        // A handshake that fails is the viewer's affair.
        if let Ok(stream) = self.tls.accept(stream).await {
            let server_name = stream.get_ref().1.server_name().map(str::to_ascii_lowercase);
            let tls = negotiated(stream.get_ref().1);
            self.serve(
                stream,
                Connection {
                    peer,
                    https,
                    server_name,
                    tls,
                },
            )
            .await;
        }
    }

    async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        self: Arc<Self>,
        stream: S,
        connection: Connection,
    ) {
        let service = service_fn(move |request| {
            let (server, connection) = (Arc::clone(&self), connection.clone());
            async move { Ok::<_, Infallible>(server.exchange(request, connection).await) }
        });
        // A connection that breaks off is the viewer's affair.
        let _ = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
            .await;
    }

    async fn exchange(&self, request: http::Request<Incoming>, connection: Connection) -> http::Response<Full<Bytes>> {
        let id = format!("local{:016x}", self.requests.fetch_add(1, Ordering::Relaxed));
        let mut line = Line {
            method: request.method().to_string(),
            uri: request.uri().path().to_owned(),
            query: request.uri().query().is_some(),
            request_id: id.clone(),
            ..Line::default()
        };
        let response = match self.arrival(request, connection, id.clone()).await {
            Ok(arrival) => {
                line.host = arrival.request.host.clone();
                self.pipeline.answer(arrival, &mut line).await
            }
            Err(refusal) => {
                line.reason = Some(refusal.reason.clone());
                line.status = refusal.status;
                refusal.response(&id)
            }
        };
        self.log.write(self.pipeline.clock.now(), &line);
        encode(response).unwrap_or_else(|e| {
            let refusal = Refusal::error(502, e.to_string()).response(&id);
            encode(refusal).unwrap_or_default()
        })
    }

    async fn arrival(
        &self,
        mut request: http::Request<Incoming>,
        connection: Connection,
        id: String,
    ) -> Result<Arrival, Refusal> {
        let websocket = request
            .headers()
            .get("upgrade")
            .is_some_and(|u| u.as_bytes().eq_ignore_ascii_case(b"websocket"));
        let upgrade = websocket.then(|| hyper::upgrade::on(&mut request));
        let (parts, body) = request.into_parts();
        let mut headers = Headers::from_http(&parts.headers);
        let host = headers
            .get("host")
            .map(str::to_owned)
            .or_else(|| parts.uri.host().map(str::to_owned));
        let host = host.ok_or_else(|| Refusal::error(400, "no host"))?.to_ascii_lowercase();
        // Its own port is a matter of this edge: nothing behind it ever sees one.
        let host = host
            .rsplit_once(':')
            .filter(|(_, p)| p.parse::<u16>().is_ok())
            .map_or(host.clone(), |(h, _)| h.to_owned());
        headers.set("host", host.clone());
        let body = Limited::new(body, BODY_LIMIT)
            .collect()
            .await
            .map_err(|_| Refusal::error(413, "the body is too large"))?
            .to_bytes();
        let address = headers
            .remove("x-local-viewer-address")
            .and_then(|a| a.parse().ok())
            .unwrap_or(connection.peer.ip());
        let country = headers
            .remove("x-local-viewer-country")
            .unwrap_or_else(|| "US".to_owned())
            .replace('-', "");
        let tls = headers.remove("x-local-viewer-tls").or(connection.tls);
        let location = headers.remove("x-local-edge-location").unwrap_or_default();
        let forced = headers.remove("x-local-managed-rule").unwrap_or_default();
        // Only CloudFront sets these.
        headers.retain(|n| !n.starts_with("cloudfront-"));
        let request = Request {
            method: parts.method.to_string(),
            host,
            uri: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers,
            body,
            viewer: Viewer {
                address,
                country,
                https: connection.https,
                tls,
            },
            id,
        };
        let forced_rules = forced
            .split(',')
            .map(str::trim)
            .filter(|r| !r.is_empty())
            .map(str::to_owned)
            .collect();
        Ok(Arrival {
            request,
            server_name: connection.server_name,
            port: self.port,
            forced_rules,
            upgrade,
            location,
        })
    }
}

/// `TLSv1.3:TLS_AES_128_GCM_SHA256:fullHandshake`, ciphers of older versions by OpenSSL's names, as CloudFront writes them.
fn negotiated(connection: &rustls::ServerConnection) -> Option<String> {
    let suite = format!("{:?}", connection.negotiated_cipher_suite()?.suite());
    let (version, cipher) = match suite.strip_prefix("TLS13_") {
        Some(cipher) => ("TLSv1.3", format!("TLS_{cipher}")),
        None => {
            let name = suite.trim_start_matches("TLS_").replace("_WITH_", "-");
            let name = name
                .replace("AES_", "AES")
                .replace("CHACHA20_POLY1305_SHA256", "CHACHA20-POLY1305");
            ("TLSv1.2", name.replace('_', "-"))
        }
    };
    let handshake = match connection.handshake_kind() {
        Some(rustls::HandshakeKind::Resumed) => "sessionResumed",
        _ => "fullHandshake",
    };
    Some(format!("{version}:{cipher}:{handshake}"))
}

fn encode(response: Response) -> Result<http::Response<Full<Bytes>>, http::Error> {
    let mut headers = response.headers.clone();
    // The body is whole here: its length is what it is.
    headers.remove("content-length");
    let mut out = http::Response::builder()
        .status(response.status)
        .body(Full::new(response.body))?;
    *out.headers_mut() = headers.to_http()?;
    Ok(out)
}
