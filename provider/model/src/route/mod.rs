//! Routes: path patterns, which route decides a path, and how patterns relate to each other.

mod decide;
mod glob;
mod pattern;

pub use decide::{PathDecision, Route, decide};
pub use pattern::{PATTERN_LIMIT, Pattern, PatternError};
