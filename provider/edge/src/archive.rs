//! The zips of functions: a bundle as `index.mjs` and its configuration beside it.
//!
//! The same input gives the same bytes: fixed order, times, modes and compression, so that the hash Lambda reports
//! tells whether anything changed.

use std::io::{Cursor, Write};

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::bundle::AUTH_BUNDLE;
use crate::config::AuthConfig;

/// A zip for CreateFunction or UpdateFunctionCode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthArchive {
    bytes: Vec<u8>,
}

/// Why the auth function's zip cannot be made.
pub type AuthArchiveError = ArchiveError;

/// Why a zip cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The configuration does not serialise.
    #[error("config.json cannot be written")]
    Config(#[source] serde_json::Error),
    /// The zip library fails.
    #[error("the zip cannot be written")]
    Zip(#[source] zip::result::ZipError),
    /// Writing into memory fails.
    #[error("a member of the zip cannot be written")]
    Member(#[source] std::io::Error),
}

impl AuthArchive {
    /// Packs the shipped bundle with a configuration.
    ///
    /// # Errors
    /// When packing fails.
    pub fn pack(config: &AuthConfig) -> Result<Self, AuthArchiveError> {
        let json = config.json().map_err(ArchiveError::Config)?;
        let bytes = packed(AUTH_BUNDLE, &json)?;
        Ok(Self { bytes })
    }

    /// The zip.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the zip in base64, as Lambda reports it.
    #[must_use]
    pub fn code_sha256(&self) -> String {
        code_sha256(&self.bytes)
    }
}

/// The zip of a bundle with its configuration.
pub(crate) fn packed(bundle: &[u8], config: &str) -> Result<Vec<u8>, ArchiveError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("index.mjs", bundle), ("config.json", config.as_bytes())] {
        zip.start_file(name, options).map_err(ArchiveError::Zip)?;
        zip.write_all(bytes).map_err(ArchiveError::Member)?;
    }
    Ok(zip.finish().map_err(ArchiveError::Zip)?.into_inner())
}

/// SHA-256 in base64, as Lambda reports it.
pub(crate) fn code_sha256(zip: &[u8]) -> String {
    STANDARD.encode(digest::digest(&digest::SHA256, zip).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ClaimNames, ClientAuthentication, SecretReferences};
    use std::io::Read;
    use zip::ZipArchive;

    fn config() -> AuthConfig {
        let text = str::to_owned;
        AuthConfig {
            application: text("members"),
            store: text("main"),
            hosts: vec![text("app.example.com")],
            port: 443,
            prefix: text("/oauth2"),
            cookie: text("__Host-zt-session"),
            cookie_domain: None,
            issuer: text("https://idp.example.com"),
            client_id: text("client"),
            client_authentication: ClientAuthentication::ClientSecretBasic,
            authorization_endpoint: text("https://idp.example.com/authorize"),
            token_endpoint: text("https://idp.example.com/token"),
            jwks_uri: text("https://idp.example.com/jwks"),
            end_session_endpoint: None,
            iss_parameter: true,
            scopes: vec![text("openid")],
            algorithms: vec![text("RS256")],
            claims: ClaimNames {
                user: text("sub"),
                email: text("email"),
                groups: text("groups"),
                roles: text("roles"),
                session: text("sid"),
            },
            session_claims: vec![],
            lifetime: 3_600,
            absolute_lifetime: 43_200,
            fresh_on_expiry: false,
            auth_time_optional: false,
            secrets: SecretReferences {
                region: text("us-east-1"),
                endpoint: None,
                keys: text("arn:1"),
                membership: text("arn:2"),
                pepper: text("arn:3"),
                client_secret: Some(text("arn:4")),
            },
            support_url: None,
            title: text("Members"),
            features: crate::config::Features::default(),
        }
    }

    #[test]
    fn the_zip_holds_the_bundle_and_the_configuration() {
        let archive = AuthArchive::pack(&config()).unwrap();
        let mut zip = ZipArchive::new(Cursor::new(archive.bytes())).unwrap();
        let mut members = Vec::new();
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).unwrap();
            assert_eq!(file.unix_mode(), Some(0o100_644));
            assert_eq!(
                file.last_modified(),
                Some(DateTime::from_date_and_time(1980, 1, 1, 0, 0, 0).unwrap())
            );
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            members.push((file.name().to_owned(), bytes));
        }
        assert_eq!(members.len(), 2);
        assert_eq!(members[0], ("index.mjs".to_owned(), AUTH_BUNDLE.to_vec()));
        assert_eq!(members[1].0, "config.json");
        let json: serde_json::Value = serde_json::from_slice(&members[1].1).unwrap();
        assert_eq!(json["v"], 1);
        assert_eq!(json["client_authentication"], "client_secret_basic");
        assert_eq!(json["secrets"]["client_secret"], "arn:4");
        assert!(json["end_session_endpoint"].is_null());
    }

    /// Checklist: K16.
    #[test]
    fn the_same_input_gives_the_same_bytes() {
        let one = AuthArchive::pack(&config()).unwrap();
        assert_eq!(one, AuthArchive::pack(&config()).unwrap());
        let other = AuthArchive::pack(&AuthConfig {
            port: 8_443,
            ..config()
        })
        .unwrap();
        assert_ne!(one.code_sha256(), other.code_sha256());
        assert_eq!(one.code_sha256().len(), 44);
    }

    #[test]
    fn the_zip_keeps_its_budget() {
        let archive = AuthArchive::pack(&config()).unwrap();
        assert!(archive.bytes().len() <= 60_000, "{} bytes", archive.bytes().len());
    }
}
