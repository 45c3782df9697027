//! `zt_edge_app`: a whole zero-trust application on CloudFront as one resource; `zt_edge_auth`: the same for a distribution
//! that is managed elsewhere.
//!
//! Many AWS objects behind one resource, on purpose: the order in which they change is what keeps every route guarded, and
//! no user should have to know it. Each remote object is a component with a lifecycle of its own (`component`); what
//! can be decided without AWS is decided in a plan (`check`, `plan`), in pure functions over resolved settings (`config`).

mod apply;
mod attach;
mod bundle;
mod check;
mod component;
mod config;
mod converge;
mod documents;
mod endpoints;
mod federation;
mod form;
mod grants;
mod hand_over;
mod import;
mod language;
mod names;
mod plan;
mod read;
mod remove;
mod resource;
mod revision;
mod schema;
mod state;
#[cfg(test)]
mod tests;
mod transition;
pub(crate) mod written;

use std::collections::HashMap;
use std::sync::Mutex;

use form::Form;

use crate::connection::Connection;
use crate::discovery::{Discovery, Fetch, HttpsFetch};

/// The resource. One for each provider instance; it keeps what that instance has discovered.
pub struct EdgeApp {
    form: Form,
    connection: Connection,
    discovery: Discovery,
    /// Which application planned which alias, so that two of one configuration do not want the same.
    claimed: Mutex<HashMap<String, String>>,
    /// What the account says about federation, asked once.
    federation: tokio::sync::OnceCell<federation::Account>,
}

impl EdgeApp {
    /// `zt_edge_app` over a connection.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self::fetching(Form::Whole, connection, HttpsFetch::default())
    }

    /// `zt_edge_auth` over a connection.
    #[must_use]
    pub fn attached(connection: Connection) -> Self {
        Self::fetching(Form::Attached, connection, HttpsFetch::default())
    }

    fn fetching(form: Form, connection: Connection, fetch: impl Fetch) -> Self {
        Self {
            form,
            connection,
            discovery: Discovery::new(fetch),
            claimed: Mutex::default(),
            federation: tokio::sync::OnceCell::new(),
        }
    }
}
