//! Between the framework's words and the protocol's messages.

mod diagnostics;
mod schema;

pub(crate) use diagnostics::{attribute_path, diagnostics};
pub(crate) use schema::{function, identity_schema, schema};
