//! The data plane of the local cloud: one CloudFront, read from the control plane's AWS API and served over TLS on loopback.
//!
//! It promises to refuse what CloudFront refuses (AWS's documentation is the measure, not our product) and to fail
//! closed: whatever it cannot read, parse or run is answered with 502 or 503, never passed to an origin.
//! It refuses to know the product under test: no crate of `provider/` and no format of ours is used here.
//!
//! Headers with which a test plays the world outside, taken off before anything looks at the request:
//! `x-local-viewer-address`, `x-local-viewer-country` (default `US`; `-`: unknown), `x-local-viewer-tls` (default what was
//! negotiated), `x-local-edge-location` (default the first), `x-local-managed-rule` (`<group>/<rule>` of AWS's managed groups that shall match).
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod access_log;
mod admin;
mod authority;
mod aws_api;
mod bucket_policy;
mod cache;
mod clock;
mod distribution;
mod header_rules;
mod lambda;
mod message;
mod mirror;
mod options;
mod origin;
mod path_pattern;
mod pipeline;
mod policies;
mod propagation;
mod s3_origin;
mod server;
mod start;
mod store_faults;
mod store_view;
mod view;
mod viewer_function;
mod web_acl;
mod xml;

pub use authority::AuthorityError;
pub use clock::{Clock, Follower};
pub use options::{Change, EdgeOptions, Location};
pub use start::{EdgeError, EdgeHandle, start};
