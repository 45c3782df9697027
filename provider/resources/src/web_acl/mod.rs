//! `zt_web_acl`: the firewall alone, for distributions that somebody else manages.
//!
//! The same attributes and the same upkeep as of `zt_edge_app`. What was written stands inside the web ACL itself, so that an
//! import finds it. It knows no distribution.

mod mark;
mod resource;
mod schema;
#[cfg(test)]
mod tests;
mod written;

pub use resource::FirewallAlone;
