//! Checks of rewrites: where navigations are sent within a route must be a path that the same route decides, or a
//! rewrite would be a way past the policy of another.

use super::application::Application;
use super::field::FieldPath;
use super::problem::{ProblemKind, Problems};
use super::routes::CompiledRoute;
use crate::route::{self, PathDecision, Pattern, Route};

pub(super) fn check(application: &Application, routes: &[Option<CompiledRoute>], problems: &mut Problems) {
    // With a route that has errors it is not known who decides.
    let Some(all) = routes.iter().map(Option::as_ref).collect::<Option<Vec<_>>>() else {
        return;
    };
    let matching: Vec<Route> = all.iter().map(|route| route.matching.clone()).collect();
    for (index, route) in all.iter().enumerate() {
        let Some(target) = &route.rewrite else { continue };
        let path = FieldPath::attribute("routes").index(index).then("spa");
        let navigated = |methods: &Vec<_>| {
            methods
                .iter()
                .any(|method: &crate::ids::Method| ["GET", "HEAD"].contains(&method.as_str()))
        };
        let pattern = route.matching.pattern.to_string();
        if !is_plain(target) {
            let value = target.clone();
            problems.add(path, ProblemKind::FixedRewrite { value });
        } else if !route.methods.as_ref().is_none_or(navigated) {
            problems.add(path, ProblemKind::RewriteWithoutGet { pattern });
        } else if let Some(by) = decided_elsewhere(application, &matching, index, target) {
            let target = target.clone();
            problems.add(path, ProblemKind::RewriteElsewhere { target, pattern, by });
        }
    }
}

/// Who else decides the target; `None` when the route itself does.
fn decided_elsewhere(application: &Application, routes: &[Route], index: usize, target: &str) -> Option<String> {
    let below = target.strip_prefix(application.auth_prefix.as_str());
    if below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) || target == application.userinfo {
        return Some("the gateway itself".into());
    }
    match route::decide(routes, &encoded(target)) {
        PathDecision::Route(decider) if decider == index => None,
        PathDecision::Route(decider) => {
            let pattern = routes
                .get(decider)
                .map(|route| route.pattern.to_string())
                .unwrap_or_default();
            Some(format!("{pattern} (routes[{decider}])"))
        }
        PathDecision::None | PathDecision::Ambiguous => Some("no route".into()),
    }
}

/// Whether a target is one path, decoded, that every server reads alike.
fn is_plain(target: &str) -> bool {
    Pattern::parse(target, false).is_ok() && !target.contains(['*', '?', '#'])
}

fn encoded(path: &str) -> String {
    let spell = |byte: u8| match byte.is_ascii_graphic() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    path.bytes().map(spell).collect()
}
