//! The language of the gateway: names, sessions, documents of the session store, policies, routes, and the compiler
//! that turns what a person wrote into the tables the edge executes.
//!
//! Everything here is a function of its arguments: no clock, no randomness, no network, no files, no environment, no
//! async. Time and random bytes are passed in. The formats are those of `docs-dev/edge-contract.md`, and the vectors in
//! `tests/vectors` hold this crate and the edge code to the same bytes. It knows neither Terraform nor the AWS SDK.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod arn;
pub mod compile;
pub mod duration;
pub mod encoding;
pub mod ids;
pub mod instant;
pub mod membership;
pub mod path;
pub mod route;
pub mod secret;
pub mod session;
pub mod source;
pub mod store;
