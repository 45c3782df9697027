//! `zt_session_store`: the KeyValueStore with all its pages, the pepper, and the writer behind its queue.

mod mark;
mod pages;
mod pepper;
mod reading;
mod resource;
mod schema;
mod settings;
#[cfg(test)]
mod tests;
mod writer;

pub use resource::SessionStore;
pub(crate) use schema::log_retention;

use zt_framework::Diagnostic;
use zt_model::ids::StoreName;

/// Name of the KeyValueStore.
fn key_value_store_name(store: &StoreName) -> String {
    format!("zt-{store}")
}

/// The answer when something of this name is there and was not left behind by an unfinished create.
fn exists(store: &StoreName, what: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Session store {store} exists already"),
        format!(
            "{what} is there, complete or not ours, so this apply does not take it over. If it is yours and should be managed \
             here, import it:\n\n  import {{\n    to = zt_session_store.<name>\n    id = \"{store}\"\n  }}\n\nOtherwise choose another \
             name, or destroy it where it is managed."
        ),
    )
}
