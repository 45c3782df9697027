//! The control plane of the local cloud: a third party's AWS (ministack) behind a strict proxy.
//!
//! The proxy names every request by AWS's own model, records it, refuses what AWS refuses and
//! ministack does not, supplies the calls ministack lacks, and brings AWS's delays and faults.
//! It knows nothing of the provider it judges and shares no code with it.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod admin;
mod archive;
mod call;
mod caller_references;
mod directory;
mod distribution;
mod effects;
mod event_sources;
mod faults;
mod firewall;
mod gateway;
mod holds;
mod http_message;
mod identify;
mod import;
mod ledger;
mod listen;
mod ministack;
mod objects;
mod operations;
mod record;
mod refusal;
mod request_id;
mod rules;
mod signature;
mod store_data;
mod stores;
mod supply;
mod timing;
mod token_issuer;
mod upstream;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;

use gateway::Side;

pub use call::{Call, Effect};
pub use listen::Ports;
pub use ministack::{Ministack, MinistackError, MinistackOptions};
pub use record::{Change, Observer};
pub use token_issuer::{TokenIssuer, TokenIssuerError};

/// What the proxy needs to start.
#[derive(Debug, Clone)]
pub struct ControlOptions {
    /// Directory of the running cloud; `calls.jsonl` is written there.
    pub state_dir: PathBuf,
    /// Address of ministack.
    pub ministack: SocketAddr,
    /// Account of credentials that do not name one themselves, twelve digits.
    pub account_id: String,
    /// Fault rules to begin with, in the JSON of the admin interface.
    pub fault_plan: Option<Vec<u8>>,
    /// Told of every change.
    pub observer: Observer,
}

/// Why the proxy did not start.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error("cannot open the call log")]
    Log(#[source] std::io::Error),
    #[error("the fault plan is not valid")]
    FaultPlan(#[source] serde_json::Error),
    #[error("cannot listen on the loopback interface")]
    Listen(#[source] std::io::Error),
    #[error(transparent)]
    TokenIssuer(#[from] TokenIssuerError),
}

/// A running proxy. It stops when the handle is dropped.
#[derive(Debug)]
pub struct ControlHandle {
    address: SocketAddr,
    additions: SocketAddr,
    inside: SocketAddr,
    gateway: Arc<gateway::Gateway>,
    listeners: [tokio::task::JoinHandle<()>; 3],
}

impl ControlHandle {
    /// The proxy's address on the loopback interface.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The endpoint to give to an AWS SDK.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The endpoint of the lane that is ministack as it is, but for the calls that it lacks.
    pub fn additions_endpoint(&self) -> String {
        format!("http://{}", self.additions)
    }

    /// The endpoint for other parts of the local cloud: the same AWS, but calls are not recorded and meet no faults.
    pub fn inside_endpoint(&self) -> String {
        format!("http://{}", self.inside)
    }

    /// All accounts that have called so far, and the default one.
    pub fn accounts(&self) -> watch::Receiver<BTreeSet<String>> {
        self.gateway.accounts()
    }

    /// Puts the time of all answers this far ahead of the machine's, in milliseconds.
    pub fn set_time(&self, offset: i64) {
        self.gateway.set_time(offset);
    }

    /// Who signs the web identity tokens of STS; it needs to be told where its documents are served.
    pub fn token_issuer(&self) -> Arc<TokenIssuer> {
        Arc::clone(&self.gateway.token_issuer)
    }

    /// A call of a JSON service for an account, outside the call log and the rules.
    pub async fn ask(
        &self,
        account: &str,
        service: &str,
        target: &str,
        body: &serde_json::Value,
    ) -> Result<serde_json::Value, admin::AdminError> {
        admin::ask(&self.gateway, upstream::OwnCall::json(account, service, target, body)).await
    }

    /// Requests and validates a certificate of ACM in us-east-1 for the hosts, outside the call log.
    pub async fn request_certificate(&self, account: &str, hosts: &[String]) -> Result<String, admin::AdminError> {
        admin::request_certificate(&self.gateway, account, hosts).await
    }
}

pub use admin::AdminError;

impl Drop for ControlHandle {
    fn drop(&mut self) {
        self.listeners.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

/// Starts the proxy on its ports.
pub fn start(options: ControlOptions, ports: Ports) -> Result<ControlHandle, ControlError> {
    let gateway = Arc::new(gateway::Gateway::new(&options)?);
    if let Some(plan) = &options.fault_plan {
        gateway
            .faults
            .add(admin::rules_from(plan).map_err(ControlError::FaultPlan)?);
    }
    let address = ports.address;
    let additions = ports.additions.local_addr().map_err(ControlError::Listen)?;
    let inside = ports.inside.local_addr().map_err(ControlError::Listen)?;
    gateway.set_address(address);
    let listen = |listener, side| listen::serve(listener, Arc::clone(&gateway), side);
    let listeners = [
        listen(ports.outside, Side::Outside),
        listen(ports.additions, Side::Additions),
        listen(ports.inside, Side::Inside),
    ];
    Ok(ControlHandle {
        address,
        additions,
        inside,
        gateway,
        listeners,
    })
}
