//! What is known about a value that is not known yet.

use super::Number;

/// One end of a numeric range.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound {
    /// The end itself.
    pub value: Number,
    /// Whether the end belongs to the range.
    pub inclusive: bool,
}

/// Promises about an unknown value. Terraform holds a provider to them at apply.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refinements {
    /// `Some(false)`: surely not null; `Some(true)`: surely null.
    pub null: Option<bool>,
    /// The text begins with this.
    pub prefix: Option<String>,
    /// The number is not below this.
    pub minimum: Option<Bound>,
    /// The number is not above this.
    pub maximum: Option<Bound>,
    /// The collection has at least so many elements.
    pub min_length: Option<u64>,
    /// The collection has at most so many elements.
    pub max_length: Option<u64>,
}

impl Refinements {
    /// Surely not null.
    pub fn not_null() -> Self {
        Self {
            null: Some(false),
            ..Self::default()
        }
    }

    /// Surely text that begins so.
    pub fn prefix(text: impl Into<String>) -> Self {
        Self {
            null: Some(false),
            prefix: Some(text.into()),
            ..Self::default()
        }
    }

    /// Whether nothing is promised.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
