//! `endpoints.json`, as `local-cloud up` writes it.

use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Where everything of one local cloud listens, and who may log in.
#[derive(Clone, Debug, Deserialize)]
pub struct Endpoints {
    pub aws: Aws,
    pub edge: Edge,
    pub identity_provider: IdentityProvider,
    pub origin: Origin,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Aws {
    pub endpoint: String,
    pub region: String,
    pub account_id: String,
    pub access_key_id: String,
    pub secret_access_key: String,
    pub calls_log: PathBuf,
    pub admin: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Edge {
    pub port: u16,
    pub hosts: Vec<String>,
    pub ca_file: PathBuf,
    pub certificate_arn: String,
    pub admin: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct IdentityProvider {
    pub issuer: String,
    pub client_id: String,
    pub user: String,
    pub password: String,
    pub subject: String,
    pub other_users: Vec<Person>,
    /// Base of its controls.
    pub admin: String,
    /// Who signs security events.
    pub events: Transmitter,
}

/// Somebody else who may log in.
#[derive(Clone, Debug, Deserialize)]
pub struct Person {
    pub user: String,
    pub password: String,
    pub subject: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Transmitter {
    pub issuer: String,
    pub jwks_uri: String,
}

/// The small custom origin that answers with the request it got, as JSON.
#[derive(Clone, Debug, Deserialize)]
pub struct Origin {
    pub host: String,
    pub port: u16,
}

impl Endpoints {
    /// Reads the file that marks a local cloud as ready.
    pub fn read(state: &Path) -> Self {
        let path = state.join("endpoints.json");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", path.display()))
    }
}
