//! What Terraform keeps of an object, and what it plans for it.

use crate::diagnostics::Diagnostics;
use crate::value::{Path, Value};

/// An object in the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Its state.
    pub state: Value,
    /// Its identity.
    pub identity: Option<Value>,
    /// Its private state.
    pub private: Vec<u8>,
    /// Its create failed half-way, so the next apply makes it anew.
    pub tainted: bool,
}

/// What a plan does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// Makes the object.
    Create,
    /// Changes it in place.
    Update,
    /// Removes it and makes another.
    Replace,
    /// Removes it.
    Delete,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it does.
    pub action: Action,
    /// The object before; null when there is none.
    pub before: Value,
    /// The object after; unknown where apply decides.
    pub after: Value,
    /// The attributes that make a new object.
    pub requires_replace: Vec<Path>,
    /// What is planned for its identity.
    pub identity: Option<Value>,
    /// Handed to apply.
    pub private: Vec<u8>,
    /// Warnings.
    pub diagnostics: Diagnostics,
}
