//! zt-wire: how a provider of zt-framework is spoken to.
//!
//! go-plugin's handshake on a Unix socket with mutual TLS, Terraform's plugin protocol 6, MessagePack and JSON, and
//! log lines that Terraform understands. It promises that one broken call never harms another, that only the launcher
//! can call, and that stdout carries the handshake alone. It refuses to know what any resource does.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod codec;
mod connection;
mod convert;
mod handshake;
mod launch;
pub mod log;
mod plugin;
mod serve;
mod service;
mod socket;
mod tls;

pub use launch::{Launch, LaunchEnvironment, Refusal};
pub use serve::serve;
