//! Which route decides a hypothetical request, or what is answered before any does.

use super::{Decision, Question};
use crate::compile::Compiled;
use crate::path::{self, PathCheck};
use crate::route::{self, PathDecision, Route};

/// Where a request ends up.
pub(super) enum Place {
    /// Before any route.
    Refused(Decision),
    /// At the route of this index.
    Route(usize),
}

pub(super) fn of(compiled: &Compiled, question: &Question<'_>) -> Place {
    let hosts = &compiled.application.hosts;
    let host = question.host.to_ascii_lowercase();
    let host = host.split(':').next().unwrap_or_default();
    if !hosts.is_empty() && hosts.iter().all(|known| known.as_str() != host) {
        return Place::Refused(Decision::UnknownHost);
    }
    let readings = match path::check(question.path) {
        PathCheck::Refused(ambiguity) => return Place::Refused(Decision::AmbiguousPath(ambiguity.to_string())),
        PathCheck::Readings(readings) => readings.paths,
    };
    let prefix = &compiled.application.auth_prefix;
    let below = |path: &String| {
        let rest = path.strip_prefix(prefix.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if readings.iter().any(below) {
        return Place::Refused(Decision::AuthEndpoint);
    }
    let userinfo = |path: &String| *path == compiled.application.userinfo;
    if readings.iter().all(userinfo) {
        return Place::Refused(Decision::Userinfo);
    }
    let odd = "its readings are decided differently, or the route does not allow what makes them differ";
    if readings.iter().any(userinfo) {
        return Place::Refused(Decision::AmbiguousPath(odd.into()));
    }
    let routes: Vec<Route> = compiled.routes.iter().map(|route| route.matching.clone()).collect();
    match route::decide(&routes, question.path) {
        PathDecision::Route(index) => Place::Route(index),
        PathDecision::None => Place::Refused(Decision::NoRoute),
        PathDecision::Ambiguous => Place::Refused(Decision::AmbiguousPath(odd.into())),
    }
}
