//! The edge code as the provider ships it: the built bundles, and what is rendered from them for one application.
//!
//! The bundles are committed under `edge-src/dist` and embedded here byte for byte, with their hashes checked. The same
//! application gives the same bytes. Nothing here knows AWS's API, a clock or the network; time and randomness come from
//! the caller.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod archive;
mod bundle;
mod config;
mod events;
mod session_function;
mod store_writer;

pub use archive::{ArchiveError, AuthArchive, AuthArchiveError};
pub use bundle::{
    AUTH_BUNDLE, SESSION_RUNTIME, STORE_WRITER_BUNDLE, auth_version, session_version, store_writer_version,
};
pub use config::{
    Assertion, AuthConfig, Bearer, ClaimNames, ClientAuthentication, Features, Federation, Hook, Overage, Queue,
    SecretReferences, Trusted,
};
pub use events::{EventsError, Expectation, TestEvent, TestSession, test_events};
pub use session_function::{FUNCTION_LIMIT, FunctionTooLarge, RenderError, SessionFunction};
pub use store_writer::{StoreWriterArchive, StoreWriterConfig};
