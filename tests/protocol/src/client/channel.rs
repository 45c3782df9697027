//! Connections: plain, or with mutual TLS against the certificate of the handshake.

use super::{Client, ClientCertificate, Handshake};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hyper_util::rt::TokioIo;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;
use tonic::transport::{Channel, Endpoint, Error, Uri};

const MAX_MESSAGE: usize = 256 << 20;

/// Connects without TLS.
pub async fn connect_plain(socket: &Path) -> Result<(Client, Channel), Error> {
    dial(Dialer {
        socket: socket.into(),
        tls: None,
    })
    .await
}

/// Connects with TLS, showing a certificate or none.
pub async fn connect(
    handshake: &Handshake,
    certificate: Option<&ClientCertificate>,
) -> Result<(Client, Channel), Error> {
    let server = STANDARD_NO_PAD.decode(&handshake.fields[5]).unwrap();
    dial(Dialer {
        socket: handshake.socket.clone(),
        tls: Some(Arc::new(config(server.into(), certificate))),
    })
    .await
}

async fn dial(dialer: Dialer) -> Result<(Client, Channel), Error> {
    let endpoint = Endpoint::from_static("http://localhost").initial_stream_window_size(4 << 20);
    let channel = endpoint.connect_with_connector(dialer).await?;
    let client = Client::new(channel.clone());
    Ok((
        client
            .max_decoding_message_size(MAX_MESSAGE)
            .max_encoding_message_size(MAX_MESSAGE),
        channel,
    ))
}

fn config(server: CertificateDer<'static>, certificate: Option<&ClientCertificate>) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let verifier = Arc::new(PinnedServer { server, provider });
    let builder = builder.unwrap().dangerous().with_custom_certificate_verifier(verifier);
    let mut config = match certificate {
        Some(certificate) => builder
            .with_client_auth_cert(vec![certificate.der.clone()], certificate.key())
            .unwrap(),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}

#[derive(Clone)]
struct Dialer {
    socket: std::path::PathBuf,
    tls: Option<Arc<ClientConfig>>,
}

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

impl tower_service::Service<Uri> for Dialer {
    type Response = TokioIo<Box<dyn Wire>>;
    type Error = std::io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let dialer = self.clone();
        Box::pin(async move {
            let stream = UnixStream::connect(&dialer.socket).await?;
            let wire: Box<dyn Wire> = match dialer.tls {
                None => Box::new(stream),
                Some(config) => {
                    let name = ServerName::try_from("localhost").unwrap();
                    Box::new(tokio_rustls::TlsConnector::from(config).connect(name, stream).await?)
                }
            };
            Ok(TokioIo::new(wire))
        })
    }
}

/// Trusts the certificate of the handshake and no other.
#[derive(Debug)]
struct PinnedServer {
    server: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedServer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        assert_eq!(end_entity.as_ref(), self.server.as_ref(), "another server answers");
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
