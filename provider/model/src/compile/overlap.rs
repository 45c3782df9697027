//! Checks of routes against each other and against the reserved paths: what never decides, and what opens too much.

use super::application::Application;
use super::field::FieldPath;
use super::problem::{ProblemKind, Problems};
use super::routes::{Access, CompiledRoute};
use crate::route::Pattern;

pub(super) fn check(application: &Application, routes: &[Option<CompiledRoute>], problems: &mut Problems) {
    let known: Vec<(usize, &CompiledRoute)> = routes
        .iter()
        .enumerate()
        .filter_map(|(index, route)| Some((index, route.as_ref()?)))
        .collect();
    for (position, (index, route)) in known.iter().enumerate() {
        let path = FieldPath::attribute("routes").index(*index).then("path");
        let earlier = &known[..position];
        let kind = reserved(application, route)
            .or_else(|| never_decides(route, earlier))
            .or_else(|| opens_later(route, &known[position + 1..]));
        if let Some(kind) = kind {
            problems.add(path, kind);
        }
    }
}

fn reserved(application: &Application, route: &CompiledRoute) -> Option<ProblemKind> {
    let below = format!("{}/*", application.auth_prefix);
    [below, application.userinfo.clone()]
        .into_iter()
        .find(|reserved| Pattern::parse(reserved, false).is_ok_and(|reserved| reserved.covers(&route.matching.pattern)))
        .map(|reserved| ProblemKind::Reserved {
            pattern: route.matching.pattern.to_string(),
            reserved,
        })
}

fn never_decides(route: &CompiledRoute, earlier: &[(usize, &CompiledRoute)]) -> Option<ProblemKind> {
    let pattern = &route.matching.pattern;
    let twin = earlier.iter().find(|(_, other)| other.matching.pattern == *pattern);
    if let Some((first, _)) = twin {
        return Some(ProblemKind::DuplicateRoute {
            pattern: pattern.to_string(),
            first: *first,
        });
    }
    let patterns: Vec<&Pattern> = earlier.iter().map(|(_, other)| &other.matching.pattern).collect();
    if !pattern.is_covered_by(patterns.iter().copied()) {
        return None;
    }
    let whole = patterns.iter().position(|wide| wide.covers(pattern));
    let by = earlier
        .iter()
        .enumerate()
        .filter(|(position, (_, other))| match whole {
            Some(whole) => *position == whole,
            None => other.matching.pattern.overlaps(pattern),
        })
        .map(|(_, (index, other))| format!("{} (routes[{index}])", other.matching.pattern))
        .collect();
    Some(ProblemKind::Unreachable {
        pattern: pattern.to_string(),
        by,
    })
}

/// A public route may be carved out of a later protected one, wholly; what only cuts across it opens more than its
/// author sees, as `/*.css` does before `/admin/*`.
fn opens_later(route: &CompiledRoute, later: &[(usize, &CompiledRoute)]) -> Option<ProblemKind> {
    if route.access != Access::Public {
        return None;
    }
    let pattern = &route.matching.pattern;
    later
        .iter()
        .filter(|(_, other)| other.access != Access::Public)
        .find(|(_, other)| {
            let protected = &other.matching.pattern;
            protected.overlaps(pattern) && !protected.covers(pattern) && !pattern.covers(protected)
        })
        .map(|(index, other)| ProblemKind::PublicOverlap {
            pattern: pattern.to_string(),
            later: other.matching.pattern.to_string(),
            later_index: *index,
        })
}
