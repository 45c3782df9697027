//! The objects of a provider with Terraform's rules around them.
//!
//! Both the wire and the test driver call a provider through here, so a rule is kept once. Whatever an implementation
//! answers, write-only values are null, spellings of equal meaning are the user's, nothing is silently orphaned and
//! no unknown value is stored.

mod entry;
mod managed;
mod registry;

pub use entry::{EphemeralEntry, FunctionEntry, LookupEntry};
pub use managed::{Applied, ApplyInput, Managed, PlanInput, Planned};
pub use registry::{Registry, RegistryError};
