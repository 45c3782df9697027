//! A provider that uses every feature of the framework, and a client of the plugin protocol that is not Terraform.
//!
//! The provider is stateless: what is remote is what is in the state, unless a test says otherwise, so each test
//! stands alone. The client pins nothing that the server could decide.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod client;
pub mod example;
pub mod golden;
pub mod terraform;
