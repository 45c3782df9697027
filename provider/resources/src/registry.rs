//! Every object the provider offers; what is not here does not exist.

use std::sync::Arc;

use zt_framework::{EphemeralResource, Resource};

use crate::connection::Connection;
use crate::edge_app::EdgeApp;
use crate::service_token::{ServiceToken, ServiceTokenValue};
use crate::session_revocation::SessionRevocation;
use crate::session_store::SessionStore;

/// The managed resources over one connection.
pub fn resources(connection: &Connection) -> Vec<Arc<dyn Resource>> {
    vec![
        Arc::new(EdgeApp::new(connection.clone())),
        Arc::new(ServiceToken::new(connection.clone())),
        Arc::new(SessionRevocation::new(connection.clone())),
        Arc::new(SessionStore::new(connection.clone())),
    ]
}

/// The ephemeral resources over one connection.
pub fn ephemeral_resources(connection: &Connection) -> Vec<Arc<dyn EphemeralResource>> {
    vec![Arc::new(ServiceTokenValue::new(connection.clone()))]
}
