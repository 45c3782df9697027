//! `zt_session_revocation`: users, sessions or everyone, out while it exists or signed out once.

mod edits;
mod import_id;
mod others;
mod presence;
mod resource;
mod revocation;
mod schema;
#[cfg(test)]
mod tests;
pub(crate) mod time;

pub use resource::SessionRevocation;
