//! AutoMTLS: our own short-lived certificate, and exactly one client certificate that may call.
//!
//! The launcher's certificate is compared byte for byte, which is stronger than a chain check: it is a self-signed CA
//! certificate on P-521 that ordinary verifiers refuse. Its signature is checked by aws-lc, which has P-521.

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime, pem, pem::PemObject};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// Clocks of one machine agree; the margin is for certificates whose seconds are cut off.
const BACKDATED: Duration = Duration::seconds(30);
/// Longer than any command runs.
const LIFETIME: Duration = Duration::days(7);

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("reading the launcher's certificate")]
    ClientCertificate(#[source] pem::Error),
    #[error("making our certificate")]
    OwnCertificate(#[from] rcgen::Error),
    #[error("setting up TLS")]
    Setup(#[from] rustls::Error),
}

/// TLS for the launcher alone, and our certificate in DER.
pub(crate) fn configure(client_pem: &[u8]) -> Result<(ServerConfig, Vec<u8>), TlsError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = CertificateDer::from_pem_slice(client_pem).map_err(TlsError::ClientCertificate)?;
    let (certificate, key) = own_certificate()?;
    let own = certificate.to_vec();
    let versions = [&rustls::version::TLS13, &rustls::version::TLS12];
    let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&versions)?
        .with_client_cert_verifier(Arc::new(Pinned { client, provider }))
        .with_single_cert(vec![certificate], key)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok((config, own))
}

fn own_certificate() -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), TlsError> {
    use rcgen::{BasicConstraints, DnType, ExtendedKeyUsagePurpose as Extended, IsCa, KeyUsagePurpose as Usage};
    let mut parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()])?;
    let now = OffsetDateTime::now_utc();
    parameters.not_before = now - BACKDATED;
    parameters.not_after = now + LIFETIME;
    parameters.distinguished_name.push(DnType::CommonName, "localhost");
    // The launcher takes it as its one root, so it must be a CA.
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![Usage::DigitalSignature, Usage::KeyAgreement, Usage::KeyCertSign];
    parameters.extended_key_usages = vec![Extended::ClientAuth, Extended::ServerAuth];
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    let certificate = parameters.self_signed(&key)?;
    Ok((
        certificate.der().clone(),
        PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
    ))
}

/// Lets in exactly one certificate.
#[derive(Debug)]
struct Pinned {
    client: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for Pinned {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if end_entity.as_ref() == self.client.as_ref() {
            return Ok(ClientCertVerified::assertion());
        }
        Err(rustls::Error::InvalidCertificate(
            CertificateError::ApplicationVerificationFailure,
        ))
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
