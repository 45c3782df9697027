//! The Terraform objects of zt, a folder each.
//!
//! A resource turns configuration into calls of `zt_aws` by way of the documents of `zt_model`. It promises that state is
//! true after every operation, that a plan writes nothing, and that nothing of another instance is touched. It refuses to
//! know how Terraform is spoken to (`zt_wire`) and the AWS SDK.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod access_decision;
pub mod connection;
mod discovery;
pub mod distribution_guard;
pub mod edge_app;
mod failure;
mod firewall;
mod function_role;
pub mod functions;
pub mod iam_policy;
mod marks;
pub mod oidc_discovery;
#[cfg(test)]
mod only;
mod random;
pub mod registry;
pub mod service_token;
pub mod session_revocation;
pub mod session_store;
pub mod session_store_usage;
pub mod store_deny_statement;
mod store_facts;
mod store_writer;
mod tagging;
pub mod user_handle;
pub mod web_acl;
