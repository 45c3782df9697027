//! Which cache behaviours the distribution needs so that a path goes to the origin of the route that decides it.
//!
//! CloudFront picks a behaviour by the path as the client encoded it, the session function a route by the decoded one.
//! Both agree only for patterns that read the same either way, so only such patterns may select an origin or a cache.

use super::field::FieldPath;
use super::problem::{BehaviourPatternReason, ProblemKind, Problems};
use super::routes::CompiledRoute;
use crate::ids::OriginName;
use crate::route::Pattern;

/// Cache behaviours of a distribution, the default one included.
pub const BEHAVIOUR_LIMIT: usize = 75;
/// The default behaviour and that of the auth prefix.
const OURS: usize = 2;

/// One cache behaviour. Every one of them carries the session function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behaviour {
    /// CloudFront's path pattern.
    pub pattern: String,
    /// Origin; `None` for the application's default origin.
    pub origin: Option<OriginName>,
    /// Whether answers may be cached.
    pub shared_cache: bool,
    /// The route it stands for.
    pub route: usize,
}

pub(super) fn compile(routes: &[Option<CompiledRoute>], problems: &mut Problems) -> Vec<Behaviour> {
    let mut behaviours: Vec<Behaviour> = Vec::new();
    for (index, route) in routes.iter().enumerate() {
        let Some(route) = route else { continue };
        if !needs_behaviour(route, &routes[index + 1..]) {
            continue;
        }
        if let Some(reason) = inexpressible(&route.matching.pattern) {
            let pattern = route.matching.pattern.to_string();
            let path = FieldPath::attribute("routes").index(index).then("path");
            problems.add(path, ProblemKind::BehaviourPattern { pattern, reason });
            continue;
        }
        for pattern in spellings(route.matching.pattern.as_str()) {
            // The first behaviour that matches wins, as the first route does, so a repeated pattern adds nothing.
            if behaviours.iter().all(|known| known.pattern != pattern) {
                behaviours.push(Behaviour {
                    pattern: pattern.to_owned(),
                    origin: route.origin.clone(),
                    shared_cache: route.shared_cache,
                    route: index,
                });
            }
        }
    }
    let needed = behaviours.len() + OURS;
    if needed > BEHAVIOUR_LIMIT {
        let kind = ProblemKind::TooManyBehaviours {
            needed,
            allowed: BEHAVIOUR_LIMIT,
        };
        problems.add(FieldPath::attribute("routes"), kind);
    }
    behaviours
}

/// Whether a route differs from the default behaviour, or stands before one that differs from it and shares paths.
fn needs_behaviour(route: &CompiledRoute, later: &[Option<CompiledRoute>]) -> bool {
    let target = |route: &CompiledRoute| (route.origin.clone(), route.shared_cache);
    target(route) != (None, false)
        || later
            .iter()
            .flatten()
            .any(|other| target(other) != target(route) && other.matching.pattern.overlaps(&route.matching.pattern))
}

/// Why no behaviour can take exactly the paths of a pattern; nothing when one or two can (see [`spellings`]).
#[must_use]
pub fn inexpressible(pattern: &Pattern) -> Option<BehaviourPatternReason> {
    match pattern.is_case_insensitive() {
        true => Some(BehaviourPatternReason::CaseInsensitive),
        false => misread(pattern.as_str()),
    }
}

/// Why a pattern matches other paths as the client encoded them than decoded.
#[must_use]
pub fn misread(pattern: &str) -> Option<BehaviourPatternReason> {
    if let Some(character) = pattern.chars().find(|c| *c != '*' && !is_plain(*c)) {
        return Some(BehaviourPatternReason::Character(character));
    }
    let after_stars = pattern.split('*').skip(1).filter_map(|rest| rest.chars().next());
    after_stars
        .into_iter()
        .find(char::is_ascii_hexdigit)
        .map(BehaviourPatternReason::DigitAfterStar)
}

/// Whether a character of an accepted path is always written as itself.
#[must_use]
pub fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~/".contains(character)
}

/// The patterns of CloudFront that together match what one of ours does: there `/x/*` does not match `/x`.
#[must_use]
pub fn spellings(pattern: &str) -> Vec<&str> {
    match pattern.strip_suffix("/*") {
        Some(stem) if !stem.is_empty() => vec![pattern, stem],
        _ => vec![pattern],
    }
}
