//! Which route decides a raw path: the first whose pattern matches, and the same for every reading of the path.

use super::Pattern;
use crate::path::{self, PathCheck};

/// What matching needs to know of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its pattern.
    pub pattern: Pattern,
    /// Whether an encoded slash may occur.
    pub encoded_slash: bool,
    /// Whether a semicolon may occur.
    pub semicolon: bool,
}

/// Who decides a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathDecision {
    /// Nobody: the path is ambiguous, 400.
    Ambiguous,
    /// No route: 403.
    None,
    /// The route of this index.
    Route(usize),
}

/// Finds the route that decides a raw path.
#[must_use]
pub fn decide(routes: &[Route], raw: &str) -> PathDecision {
    let PathCheck::Readings(readings) = path::check(raw) else {
        return PathDecision::Ambiguous;
    };
    let first = |path: &String| routes.iter().position(|route| route.pattern.matches(path));
    let mut decisions = readings.paths.iter().map(first);
    let decision = decisions.next().flatten();
    if decisions.any(|other| other != decision) {
        return PathDecision::Ambiguous;
    }
    let needs_permission = readings.encoded_slash || readings.semicolon;
    match decision.and_then(|index| Some((index, routes.get(index)?))) {
        Some((_, route))
            if (readings.encoded_slash && !route.encoded_slash) || (readings.semicolon && !route.semicolon) =>
        {
            PathDecision::Ambiguous
        }
        Some((index, _)) => PathDecision::Route(index),
        None if needs_permission => PathDecision::Ambiguous,
        None => PathDecision::None,
    }
}
