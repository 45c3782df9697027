//! The data plane of the local cloud: one CloudFront, read from the control plane's AWS API and served over TLS on loopback.
//!
//! It promises to refuse what CloudFront refuses (AWS's documentation is the measure, not our product) and to fail
//! closed: whatever it cannot read, parse or run is answered with 502 or 503, never passed to an origin.
//! It refuses to know the product under test: no crate of `provider/` and no format of ours is used here.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod options;

pub use options::{Change, EdgeOptions, Location};
