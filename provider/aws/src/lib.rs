//! The gateway to AWS: one module per service, our own types on the face.
//!
//! Promises: no type of the AWS SDK appears in a public signature, every failure is an [`AwsError`] with a kind that
//! callers can act on, calls stop when their token is cancelled, and no conflict is ever retried blindly.
//! It refuses to know Terraform and the gateway's documents: it moves bytes, names and settings.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod call;
pub mod cloudfront;
pub mod cloudwatch_logs;
pub mod config;
mod connect;
pub mod error;
pub mod events;
pub mod iam;
pub mod keyvalue;
pub mod lambda;
pub mod retry;
pub mod s3;
mod secret;
pub mod secretsmanager;
pub mod sqs;
pub mod sts;
pub mod tags;
#[cfg(test)]
mod testing;
pub mod wafv2;
pub mod wait;

pub use config::Settings;
pub use connect::{Aws, ConnectError, Identity, Partition};
pub use error::{AwsError, ErrorKind};
pub use secret::Secret;
pub use tags::Tags;
