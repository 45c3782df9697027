//! Plans of whole applications, in process: core's rules over the resource, with an identity provider that is a string
//! and no AWS at all.

mod attached;
mod features;
pub(super) mod fixture;
mod mistakes;
mod plans;
mod viewer_headers;
