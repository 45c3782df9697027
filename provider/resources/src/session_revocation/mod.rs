//! `zt_session_revocation`: users, sessions or everyone, named or by file, out while it exists or signed out once.

mod bulk;
mod edits;
mod holding;
mod import_id;
mod others;
mod planning;
mod presence;
mod resource;
mod revocation;
mod schema;
#[cfg(test)]
mod tests;
pub(crate) mod time;
mod writing;

pub use resource::SessionRevocation;
