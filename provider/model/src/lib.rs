//! The language of the gateway: names, sessions, documents of the session store, policies, routes, and the compiler
//! that turns what a person wrote into the tables the edge executes.
//!
//! Everything here is a function of its arguments: no clock, no randomness, no network, no files, no environment, no
//! async. Time and random bytes are passed in. The formats are those of `docs-dev/edge-contract.md`, and the vectors in
//! `tests/vectors` hold this crate and the edge code to the same bytes. It knows neither Terraform nor the AWS SDK.
//!
//! Where to begin:
//!
//! * [`source::Source`] is what a person wrote, [`compile::compile`] checks it and answers with [`compile::Compiled`] or
//!   with every [`compile::Problem`] and its path.
//! * [`membership::MembershipDocument`] numbers the policies; [`compile::Compiled::table`] makes the table of the session
//!   function for it.
//! * [`session::KeysDocument`], [`store::ApplicationDocument`], [`store::StoreDocument`] and [`store::Page`] are the other
//!   documents; each parses strictly, prints canonically, and offers the edits that keep everybody out who should be.
//! * [`compile::Compiled::explain`] says what becomes of a hypothetical request, and why.
//! * [`store::RevocationMessage`] and [`store::ServiceTokenDocument`] are what others than the provider write or send.
//! * [`session::verify`] and [`session::admit`] say what the session function says of a cookie.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod address;
pub mod arn;
pub mod compile;
pub mod duration;
pub mod encoding;
pub mod explain;
pub mod ids;
pub mod instant;
pub mod membership;
pub mod path;
pub mod route;
pub mod secret;
pub mod session;
pub mod source;
pub mod store;
