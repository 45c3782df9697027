//! The TLS of the local issuers: the certificate that the edge made for them, on free loopback ports.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use local_cloud_edge::EdgeHandle;
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Why an issuer cannot be reached.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("cannot read the certificate")]
    Certificate(#[from] rustls_pki_types::pem::Error),
    #[error("no tls")]
    Tls(#[from] rustls::Error),
    #[error("cannot listen")]
    Listen(#[from] std::io::Error),
}

/// A bound port with the certificate to serve it with.
pub(crate) struct Port {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    /// Such as `https://localhost:40123`.
    pub(crate) base: String,
}

impl Port {
    /// Binds a free port.
    pub(crate) async fn bind(edge: &EdgeHandle) -> Result<Self, TlsError> {
        let chain = CertificateDer::pem_file_iter(&edge.certificate_file)?.collect::<Result<Vec<_>, _>>()?;
        let key = PrivateKeyDer::from_pem_file(&edge.key_file)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        Ok(Self {
            base: format!("https://localhost:{}", listener.local_addr()?.port()),
            acceptor: TlsAcceptor::from(Arc::new(tls)),
            listener,
        })
    }

    /// Answers every request of the port, as long as the runtime lives.
    pub(crate) fn serve<A, F>(self, answer: A)
    where
        A: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
        F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
    {
        tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = self.listener.accept().await else {
                    continue;
                };
                let (acceptor, answer) = (self.acceptor.clone(), answer.clone());
                tokio::spawn(async move {
                    // A handshake or a connection that fails is the client's affair.
                    let Ok(stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let service = service_fn(move |request| {
                        let response = answer(request);
                        async move { Ok::<_, Infallible>(response.await) }
                    });
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
    }
}
