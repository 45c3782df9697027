//! `zt_service_token`: machine access to an application, and the ephemeral resource that reads the token.
//!
//! Two objects: a secret with the token and the words it was asked for by, and a document in the session store with hashes. The
//! secret is the truth and is written first; the document follows from it, so a killed apply is taken up where it
//! ended. Nothing here shows the token, and no state holds it.

mod anchor;
mod content;
mod ephemeral;
mod job;
mod names;
mod plan;
mod reading;
mod resource;
mod schema;
mod source;
#[cfg(test)]
mod tests;

pub use ephemeral::ServiceTokenValue;
pub use resource::ServiceToken;

/// The header in which a caller sends the token (edge contract, section 2).
const HEADER: &str = "x-zt-service-token";
