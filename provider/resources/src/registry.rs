//! Every object the provider offers; what is not here does not exist.

use std::sync::Arc;

use zt_framework::Resource;

use crate::connection::Connection;
use crate::edge_app::EdgeApp;
use crate::session_revocation::SessionRevocation;
use crate::session_store::SessionStore;

/// The managed resources over one connection.
pub fn resources(connection: &Connection) -> Vec<Arc<dyn Resource>> {
    vec![
        Arc::new(EdgeApp::new(connection.clone())),
        Arc::new(SessionRevocation::new(connection.clone())),
        Arc::new(SessionStore::new(connection.clone())),
    ]
}
