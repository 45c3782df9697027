//! What a caller decides about an edge, and what the control plane tells it while it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::{broadcast, watch};

/// One successful mutation seen by the control plane, sent before its caller is answered.
///
/// With a propagation delay of zero the edge answers no request of that account before it has read the change.
#[derive(Clone, Debug)]
pub enum Change {
    /// Anything a distribution can refer to (CloudFront, web ACLs, Lambda, IAM, bucket policies) may have changed.
    Configuration {
        /// Twelve digits.
        account: String,
    },
    /// Keys of a KeyValueStore were written or deleted.
    Keys {
        /// Twelve digits.
        account: String,
        /// ARN of the store, as the KeyValueStore data API takes it.
        store: String,
        /// The keys; empty when they are not known, and the whole store is read again.
        keys: Vec<String>,
    },
}

impl Change {
    /// The account the change happened in.
    pub fn account(&self) -> &str {
        match self {
            Self::Configuration { account } | Self::Keys { account, .. } => account,
        }
    }
}

/// An edge location: its own copy of configuration and stores, some time behind the control plane.
#[derive(Clone, Debug)]
pub struct Location {
    /// Name as `cf.edgeLocation.name` shows it, for example `FRA2`; also the value of the header that selects it.
    pub name: String,
    /// How long a change takes to arrive here.
    pub delay: Duration,
}

/// How to start an edge.
#[derive(Debug)]
pub struct EdgeOptions {
    /// Base URL of the AWS API, for example `http://127.0.0.1:4566`.
    pub control_endpoint: String,
    /// The twelve-digit accounts to serve; the credentials of an account are its digits.
    pub accounts: watch::Receiver<BTreeSet<String>>,
    /// Mutations of the control plane. Without it, or when it closes, the edge polls.
    pub changes: Option<broadcast::Receiver<Change>>,
    /// How often to poll when nobody tells of changes.
    pub poll_interval: Duration,
    /// Where the CA, certificates, unpacked functions and logs go.
    pub state_dir: PathBuf,
    /// More names and addresses for the certificate that the identity provider serves with (`localhost` and 127.0.0.1 always are in it).
    pub certificate_hosts: Vec<String>,
    /// Where custom origins of these domain names really listen. Only loopback addresses are contacted.
    pub origin_addresses: BTreeMap<String, SocketAddr>,
    /// The locations; the first answers requests without the header `x-local-edge-location`.
    pub locations: Vec<Location>,
    /// The Node executable that runs Lambda@Edge functions.
    pub node: PathBuf,
}

impl EdgeOptions {
    /// Two locations without delay, everything else as most callers want it.
    pub fn new(
        control_endpoint: impl Into<String>,
        accounts: watch::Receiver<BTreeSet<String>>,
        changes: Option<broadcast::Receiver<Change>>,
        state_dir: impl Into<PathBuf>,
    ) -> Self {
        Self {
            control_endpoint: control_endpoint.into(),
            accounts,
            changes,
            poll_interval: Duration::from_secs(1),
            state_dir: state_dir.into(),
            certificate_hosts: Vec::new(),
            origin_addresses: BTreeMap::new(),
            locations: ["FRA2", "IAD89"]
                .map(|name| Location {
                    name: name.to_owned(),
                    delay: Duration::ZERO,
                })
                .into(),
            node: PathBuf::from("node"),
        }
    }
}
