//! Time that AWS takes and ministack does not: deployments, provisioning, activation, replicas.
//!
//! Times are marks in memory; an answer is adjusted to the mark when it passes.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// How long each thing takes, in milliseconds. The admin interface sets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Delays {
    /// A distribution from InProgress to Deployed.
    pub(crate) distribution_ms: u64,
    /// A KeyValueStore from PROVISIONING to READY.
    pub(crate) key_value_store_ms: u64,
    /// A function or version from Pending to Active, an update from InProgress to Successful.
    pub(crate) lambda_ms: u64,
    /// Replicas of a Lambda@Edge version after its last association was undeployed.
    pub(crate) replica_ms: u64,
    /// A role from its creation until Lambda can assume it.
    pub(crate) role_ms: u64,
    /// A certificate from PENDING_VALIDATION to ISSUED.
    pub(crate) certificate_ms: u64,
    /// An event source mapping from Creating or Updating to Enabled, and from Deleting to gone.
    pub(crate) event_source_ms: u64,
    /// A deleted queue's name until it can be used again; 60,000 on AWS.
    pub(crate) queue_name_ms: u64,
}

impl Default for Delays {
    fn default() -> Self {
        Self {
            distribution_ms: 300,
            key_value_store_ms: 200,
            lambda_ms: 200,
            replica_ms: 400,
            role_ms: 0,
            certificate_ms: 0,
            event_source_ms: 200,
            queue_name_ms: 0,
        }
    }
}

/// Account and object.
type Key = (String, String);

/// The marks of one cloud.
#[derive(Debug, Default)]
pub(crate) struct Timing {
    delays: Mutex<Delays>,
    distributions: Marks<Key>,
    stores: Marks<Key>,
    functions: Marks<Key>,
    roles: Marks<Key>,
    certificates: Marks<Key>,
    replicas: Marks<Key>,
    queues: Marks<Key>,
}

/// Instants until which something is under way.
#[derive(Debug)]
pub(crate) struct Marks<K> {
    until: Mutex<HashMap<K, Instant>>,
}

impl<K> Default for Marks<K> {
    fn default() -> Self {
        Self {
            until: Mutex::default(),
        }
    }
}

impl<K: Hash + Eq + Clone> Marks<K> {
    pub(crate) fn set(&self, key: K, delay: Duration) {
        self.lock().insert(key, Instant::now() + delay);
    }

    pub(crate) fn set_once(&self, key: K, delay: Duration) {
        self.lock().entry(key).or_insert_with(|| Instant::now() + delay);
    }

    pub(crate) fn is_under_way(&self, key: &K) -> bool {
        self.lock().get(key).is_some_and(|until| Instant::now() < *until)
    }

    pub(crate) fn under_way(&self) -> Vec<K> {
        let now = Instant::now();
        let held = self.lock();
        held.iter()
            .filter(|(_, until)| now < **until)
            .map(|(key, _)| key.clone())
            .collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<K, Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(account: &str, object: &str) -> Key {
    (account.to_owned(), object.to_owned())
}

impl Timing {
    pub(crate) fn delays(&self) -> Delays {
        *self.delays.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_delays(&self, delays: Delays) {
        *self.delays.lock().unwrap_or_else(PoisonError::into_inner) = delays;
    }

    /// A distribution was created or changed.
    pub(crate) fn deploy(&self, account: &str, id: &str) {
        let delay = Duration::from_millis(self.delays().distribution_ms);
        self.distributions.set(key(account, id), delay);
    }

    pub(crate) fn is_deploying(&self, account: &str, id: &str) -> bool {
        self.distributions.is_under_way(&key(account, id))
    }

    /// A store was created.
    pub(crate) fn provision(&self, account: &str, name: &str) {
        let delay = Duration::from_millis(self.delays().key_value_store_ms);
        self.stores.set(key(account, name), delay);
    }

    pub(crate) fn is_provisioning(&self, account: &str, name: &str) -> bool {
        self.stores.is_under_way(&key(account, name))
    }

    /// A Lambda function (`name`) or a version of it (`name:1`) was made or changed.
    pub(crate) fn activate(&self, account: &str, function: &str) {
        let delay = Duration::from_millis(self.delays().lambda_ms);
        self.functions.set(key(account, function), delay);
    }

    /// The same for a version that a publish may have answered with although it was there before.
    pub(crate) fn activate_once(&self, account: &str, version: &str) {
        let delay = Duration::from_millis(self.delays().lambda_ms);
        self.functions.set_once(key(account, version), delay);
    }

    pub(crate) fn is_activating(&self, account: &str, function: &str) -> bool {
        self.functions.is_under_way(&key(account, function))
    }

    /// A role was created.
    pub(crate) fn introduce_role(&self, account: &str, role: &str) {
        let delay = Duration::from_millis(self.delays().role_ms);
        self.roles.set(key(account, role), delay);
    }

    pub(crate) fn is_new_role(&self, account: &str, role: &str) -> bool {
        self.roles.is_under_way(&key(account, role))
    }

    /// A certificate was requested.
    pub(crate) fn validate(&self, account: &str, arn: &str) {
        let delay = Duration::from_millis(self.delays().certificate_ms);
        self.certificates.set(key(account, arn), delay);
    }

    pub(crate) fn is_validating(&self, account: &str, arn: &str) -> bool {
        self.certificates.is_under_way(&key(account, arn))
    }

    /// A queue was deleted.
    pub(crate) fn retire_queue(&self, account: &str, name: &str) {
        let delay = Duration::from_millis(self.delays().queue_name_ms);
        self.queues.set(key(account, name), delay);
    }

    pub(crate) fn is_retired_queue(&self, account: &str, name: &str) -> bool {
        self.queues.is_under_way(&key(account, name))
    }

    /// A version lost an association: its replicas go some time after the change is deployed.
    pub(crate) fn withdraw(&self, account: &str, version: &str) {
        let delays = self.delays();
        let delay = Duration::from_millis(delays.distribution_ms + delays.replica_ms);
        self.replicas.set(key(account, version), delay);
    }

    /// The versions of a function that still have replicas.
    pub(crate) fn replicas_of(&self, account: &str, function: &str) -> Vec<String> {
        let prefix = format!("{function}:");
        let under_way = self.replicas.under_way();
        let mine = under_way.into_iter().filter(|(owner, _)| owner == account);
        mine.filter_map(|(_, version)| version.strip_prefix(&prefix).map(str::to_owned))
            .collect()
    }
}
