//! Checks of policies against the routes that name them: whether a request that the route takes can meet the policy.

use std::collections::BTreeSet;

use super::application::Application;
use super::field::FieldPath;
use super::members;
use super::problem::{ProblemKind, Problems};
use super::routes::CompiledRoute;
use crate::membership::Policy;

pub(super) fn check(application: &Application, routes: &[Option<CompiledRoute>], problems: &mut Problems) {
    for (index, route) in routes.iter().enumerate() {
        let Some(methods) = route.as_ref().and_then(|route| route.methods.as_ref()) else {
            continue;
        };
        let taken: BTreeSet<&str> = methods.iter().map(|method| method.as_str()).collect();
        let Some(written) = application.source.routes.get(index) else {
            continue;
        };
        for (position, name) in written.allow.iter().enumerate() {
            let Some(policy) = application.source.policies.get(name) else {
                continue;
            };
            if !takes_one(policy, &taken) {
                let (name, pattern) = (name.clone(), written.path.clone());
                let path = FieldPath::attribute("routes")
                    .index(index)
                    .then("allow")
                    .index(position);
                problems.add(path, ProblemKind::NoCommonMethod { name, pattern });
            }
        }
    }
}

/// Whether some way to meet the policy takes one of these methods. What takes no method at all is another problem.
fn takes_one(policy: &Policy, taken: &BTreeSet<&str>) -> bool {
    members::ways(policy).iter().any(|all| {
        members::common(all.iter().filter_map(|selector| selector.methods.as_ref()))
            .is_none_or(|common| common.is_empty() || common.iter().any(|method| taken.contains(method)))
    })
}
