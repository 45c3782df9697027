//! The certificate authority of the local cloud: a certificate for every name that is asked for, and one for the identity provider.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

/// No certificate could be made or kept.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// Writing a file failed.
    #[error("cannot write {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The certificate library refused.
    #[error("cannot make a certificate")]
    Make(#[from] rcgen::Error),
    /// The TLS library refused.
    #[error("cannot use a certificate")]
    Use(#[from] rustls::Error),
}

/// Signs certificates; its own is the trust anchor of everything in the local cloud.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
    issued: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl Authority {
    pub(crate) fn new() -> Result<Self, AuthorityError> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "zt local cloud");
        limit(&mut params);
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        Ok(Self {
            issuer: Issuer::new(params, key),
            certificate,
            issued: Mutex::default(),
        })
    }

    pub(crate) fn root(&self) -> rustls::pki_types::CertificateDer<'static> {
        self.certificate.der().clone()
    }

    pub(crate) fn write_root(&self, path: &Path) -> Result<(), AuthorityError> {
        write(path, &self.certificate.pem())
    }

    /// A certificate and key for these names and addresses, as files.
    pub(crate) fn write_pair(&self, hosts: &[String], certificate: &Path, key: &Path) -> Result<(), AuthorityError> {
        let (made, pair) = self.sign(hosts)?;
        write(certificate, &(made.pem() + &self.certificate.pem()))?;
        write(key, &pair.serialize_pem())
    }

    fn sign(&self, hosts: &[String]) -> Result<(rcgen::Certificate, KeyPair), AuthorityError> {
        let mut params = CertificateParams::new(hosts.to_vec())?;
        params.distinguished_name = DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, hosts.first().map_or("", String::as_str));
        limit(&mut params);
        // What strict verifiers ask of a server's certificate.
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        Ok((params.signed_by(&key, &self.issuer)?, key))
    }

    fn certified(&self, host: &str) -> Result<Arc<CertifiedKey>, AuthorityError> {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = issued.get(host) {
            return Ok(Arc::clone(known));
        }
        let (certificate, key) = self.sign(&[host.to_owned()])?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let chain = vec![certificate.der().clone(), self.root()];
        let certified = Arc::new(CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())?);
        issued.insert(host.to_owned(), Arc::clone(&certified));
        Ok(certified)
    }
}

impl ResolvesServerCert for Authority {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.certified(hello.server_name().unwrap_or("localhost")).ok()
    }
}

/// Browsers distrust certificates that are good for decades.
fn limit(params: &mut CertificateParams) {
    let now = std::time::SystemTime::now();
    params.not_before = (now - DAY).into();
    params.not_after = (now + 365 * DAY).into();
}

fn write(path: &Path, text: &str) -> Result<(), AuthorityError> {
    std::fs::write(path, text).map_err(|source| AuthorityError::Write {
        path: path.to_owned(),
        source,
    })
}
