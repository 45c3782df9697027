//! `zt_distribution_guard`: proves that a distribution which is managed elsewhere lets nothing past a `zt_edge_auth`.
//!
//! It makes nothing. It reads the distribution in an apply and in every refresh and judges it (`judge`, pure); what it finds
//! fails the apply, and every plan until it is put right. What it cannot read or does not know counts as a weakness.

#[cfg(test)]
mod attacks;
mod judge;
mod pattern;
mod resource;
mod schema;
mod seen;
#[cfg(test)]
mod tests;

pub use resource::DistributionGuard;
