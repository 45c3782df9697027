//! Where the world reads the keys of STS's web identity tokens: discovery and JWKS over TLS, with the certificate of the local
//! issuers.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use local_cloud_control::TokenIssuer;
use local_cloud_edge::EdgeHandle;
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Why nobody could verify a token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenIssuerError {
    #[error("cannot read the certificate")]
    Certificate(#[from] rustls_pki_types::pem::Error),
    #[error("no tls")]
    Tls(#[from] rustls::Error),
    #[error("cannot listen")]
    Listen(#[from] std::io::Error),
}

/// Serves the issuer's documents on a free port and tells it; returns the base of its URLs.
pub(crate) async fn start(issuer: Arc<TokenIssuer>, edge: &EdgeHandle) -> Result<String, TokenIssuerError> {
    let chain = CertificateDer::pem_file_iter(&edge.certificate_file)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(&edge.key_file)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let base = format!("https://localhost:{}", listener.local_addr()?.port());
    issuer.serve_at(&base);
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            let (acceptor, issuer) = (acceptor.clone(), Arc::clone(&issuer));
            tokio::spawn(async move {
                // A handshake or a connection that fails is the client's affair.
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                let service = service_fn(move |request| {
                    let response = answer(&issuer, &request);
                    async move { Ok::<_, Infallible>(response) }
                });
                let _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    Ok(base)
}

fn answer(issuer: &TokenIssuer, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let document = match *request.method() {
        Method::GET => issuer.document(request.uri().path()),
        _ => None,
    };
    let mut response = Response::new(Full::default());
    match document {
        Some(document) => {
            let headers = response.headers_mut();
            headers.insert(
                header::CONTENT_TYPE,
                header::HeaderValue::from_static("application/json"),
            );
            *response.body_mut() = Full::new(Bytes::from(document.to_string()));
        }
        None => *response.status_mut() = StatusCode::NOT_FOUND,
    }
    response
}
