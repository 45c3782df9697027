//! The plan rules: from configuration, prior state and schema to what will be.
//!
//! Pure: no clock, no network, no async. The order is defaults, semantic equality, write-only, computed marks, kept
//! values, replacement; a resource may refine the result afterwards through [`Plan`].

mod engine;
mod merge;

pub use engine::{draft, replacements};
pub(crate) use merge::{Nested, counterpart, members, rebuild};
pub use merge::{keep_spelling, strip_write_only};

use crate::value::{Path, Refinements, Value};

/// What will be, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The object after apply; unknown where apply decides.
    pub planned: Value,
    /// The attributes that make a new object.
    pub requires_replace: Vec<Path>,
    /// What identifies the object, when that is known.
    pub identity: Option<Value>,
    /// Handed to apply.
    pub private: Vec<u8>,
}

impl Plan {
    /// Says that apply decides a value.
    pub fn mark_unknown(&mut self, path: impl Into<Path>) {
        self.planned.set_at(&path.into(), Value::unknown());
    }

    /// Says that apply decides a value of which something is known already.
    pub fn mark_refined(&mut self, path: impl Into<Path>, refinements: Refinements) {
        self.planned.set_at(&path.into(), Value::Unknown(refinements));
    }

    /// Says that a change of this attribute makes a new object.
    pub fn replace_for(&mut self, path: impl Into<Path>) {
        let path = path.into();
        if !self.requires_replace.contains(&path) {
            self.requires_replace.push(path);
        }
    }
}
