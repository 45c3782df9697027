//! `endpoints.json`: where everything listens, written last and at once.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// The whole file.
#[derive(Debug, Serialize)]
pub(crate) struct Endpoints {
    pub(crate) aws: Aws,
    pub(crate) edge: Edge,
    pub(crate) identity_provider: IdentityProvider,
    pub(crate) cognito: Cognito,
    pub(crate) origin: Origin,
    pub(crate) pid: u32,
}

#[derive(Debug, Serialize)]
pub(crate) struct Aws {
    pub(crate) endpoint: String,
    pub(crate) region: String,
    pub(crate) account_id: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) calls_log: PathBuf,
    /// Base of the admin interface.
    pub(crate) admin: String,
    /// ministack with the calls that it lacks and nothing else: no refusals, no delays.
    pub(crate) additions_endpoint: String,
    /// Base of the URLs of STS's web identity tokens: an account's issuer is below it, as `GetOutboundWebIdentityFederationInfo` says.
    pub(crate) token_issuer: String,
    /// ministack itself, for the lane without our proxy.
    pub(crate) plain_endpoint: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Edge {
    pub(crate) port: u16,
    pub(crate) hosts: Vec<String>,
    pub(crate) ca_file: PathBuf,
    pub(crate) certificate_arn: String,
    /// Base of the edge's own controls: clock, caches, warm functions.
    pub(crate) admin: String,
    pub(crate) access_log: PathBuf,
    /// What functions at the edge print: `<account>-<name>-<version>….log`, one file a version.
    pub(crate) lambda_logs: PathBuf,
    /// The locations, the first of which answers by itself.
    pub(crate) locations: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct IdentityProvider {
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) client_secret_client_id: String,
    pub(crate) client_secret: String,
    #[serde(flatten)]
    pub(crate) user: User,
    pub(crate) other_users: Vec<User>,
    pub(crate) ca_file: PathBuf,
    /// Base of its controls.
    pub(crate) admin: String,
    /// The same people behind Entra ID's paths and claims.
    pub(crate) entra: serde_json::Value,
    /// The transmitter of security events: `issuer`, `jwks_uri`.
    pub(crate) events: serde_json::Value,
}

/// ministack's user pool. The endpoints are local, the issuer is AWS's.
#[derive(Debug, Serialize)]
pub(crate) struct Cognito {
    pub(crate) issuer: String,
    pub(crate) discovery: String,
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    pub(crate) revocation_endpoint: String,
    pub(crate) end_session_endpoint: String,
    pub(crate) jwks_uri: String,
    pub(crate) user_pool_id: String,
    pub(crate) user_pool_arn: String,
    pub(crate) domain: String,
    pub(crate) client_id: String,
    pub(crate) client_secret_client_id: String,
    pub(crate) client_secret: String,
    #[serde(flatten)]
    pub(crate) user: User,
    pub(crate) other_users: Vec<User>,
    pub(crate) ca_file: PathBuf,
}

#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct User {
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) subject: String,
    pub(crate) groups: Vec<String>,
    pub(crate) roles: Vec<String>,
    /// The one-time code that makes a login strong; empty: the user has none.
    pub(crate) code: String,
    /// Entra's tenant and object id.
    pub(crate) tenant: String,
    pub(crate) object_id: String,
}

/// The custom origin; the edge resolves `host` to the loopback interface.
#[derive(Debug, Serialize)]
pub(crate) struct Origin {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) url: String,
}

impl Endpoints {
    /// Where the file stands in a state directory.
    pub(crate) fn path(state: &Path) -> PathBuf {
        state.join("endpoints.json")
    }

    /// Writes the file under another name and renames it: a reader sees all of it or nothing.
    pub(crate) fn write(&self, state: &Path) -> std::io::Result<()> {
        let unfinished = state.join("endpoints.json.new");
        let mut file = std::fs::File::create(&unfinished)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, Self::path(state))
    }
}
