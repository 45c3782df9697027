//! The web firewall, shared by `zt_edge_app` and `zt_web_acl`: its attributes, what they mean to AWS WAF, and its upkeep.
//!
//! A web ACL, the IP sets it names and its logging are one object here, compared and changed as one. What refuses servers leaves
//! the machine endpoints of the login alone; limits hold for everybody. It does not know whose firewall it is: that is told by
//! [`upkeep::Owner`].

mod checks;
mod compile;
mod config;
mod paths;
mod rules;
mod schema;
#[cfg(test)]
mod tests;
pub(crate) mod upkeep;

pub(crate) use checks::{LONGEST_BODIES, check};
pub(crate) use compile::{Named, Wanted, wanted};
pub(crate) use config::{Firewall, read};
pub(crate) use schema::attributes;
