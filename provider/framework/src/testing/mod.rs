//! Terraform core's own rules, played in process.
//!
//! [`Core`] does with a provider what Terraform does, and holds it to the rules Terraform asserts: what was planned
//! and written stays, unknown values become known, write-only values are never stored, the same question has the same
//! answer, and the plan after an apply is empty. A broken rule is a [`Failure`] that names rule and attribute.

mod core;
mod failure;
mod instance;
mod proposed;
mod rules;

pub use core::Core;
pub use failure::Failure;
pub use instance::{Action, Change, Instance};
pub use proposed::proposed;
pub use rules::{applied_as_planned, nothing_unknown, plan_is_valid, write_only_is_null};
