//! A launcher's certificate as go-plugin makes it: self-signed, a CA, on P-521.

use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// A certificate with its key.
pub struct ClientCertificate {
    /// As the launcher hands it over.
    pub pem: String,
    pub(super) der: CertificateDer<'static>,
    key: Vec<u8>,
}

impl ClientCertificate {
    /// A new one.
    pub fn generate() -> Self {
        let mut parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            key: key.serialize_der(),
        }
    }

    pub(super) fn key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.clone()).into()
    }
}
