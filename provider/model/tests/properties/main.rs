//! Properties of the model, judged by oracles that share nothing with it: a regular expression engine, enumeration of
//! all short words, resolvers as servers have them, and the meaning of the documents themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod addresses;
mod decisions;
mod ledger;
mod pages;
mod paths;
mod patterns;
mod table;
mod tokens;
