//! Every object the provider offers; what is not here does not exist.

use std::sync::Arc;

use zt_framework::{DataSource, EphemeralResource, Function, Resource};

use crate::access_decision::AccessDecision;
use crate::connection::Connection;
use crate::distribution_guard::DistributionGuard;
use crate::edge_app::EdgeApp;
use crate::functions::{CognitoIssuer, EntraIssuer, PolicyDecision};
use crate::iam_policy::IamPolicy;
use crate::oidc_discovery::OidcDiscovery;
use crate::service_token::{ServiceToken, ServiceTokenValue};
use crate::session_revocation::SessionRevocation;
use crate::session_store::SessionStore;
use crate::session_store_usage::SessionStoreUsage;
use crate::store_deny_statement::StoreDenyStatement;
use crate::user_handle::UserHandle;
use crate::web_acl::FirewallAlone;

/// The managed resources over one connection.
pub fn resources(connection: &Connection) -> Vec<Arc<dyn Resource>> {
    vec![
        Arc::new(DistributionGuard::new(connection.clone())),
        Arc::new(EdgeApp::new(connection.clone())),
        Arc::new(EdgeApp::attached(connection.clone())),
        Arc::new(ServiceToken::new(connection.clone())),
        Arc::new(SessionRevocation::new(connection.clone())),
        Arc::new(SessionStore::new(connection.clone())),
        Arc::new(FirewallAlone::new(connection.clone())),
    ]
}

/// The ephemeral resources over one connection.
pub fn ephemeral_resources(connection: &Connection) -> Vec<Arc<dyn EphemeralResource>> {
    vec![Arc::new(ServiceTokenValue::new(connection.clone()))]
}

/// The data sources over one connection.
pub fn data_sources(connection: &Connection) -> Vec<Arc<dyn DataSource>> {
    vec![
        Arc::new(AccessDecision::new(connection.clone())),
        Arc::new(IamPolicy::new(connection.clone())),
        Arc::new(OidcDiscovery::default()),
        Arc::new(SessionStoreUsage::new(connection.clone())),
        Arc::new(StoreDenyStatement::new(connection.clone())),
        Arc::new(UserHandle::new(connection.clone())),
    ]
}

/// The functions.
#[must_use]
pub fn functions() -> Vec<Arc<dyn Function>> {
    vec![Arc::new(CognitoIssuer), Arc::new(EntraIssuer), Arc::new(PolicyDecision)]
}
