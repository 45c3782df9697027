//! What a distribution of somebody else's has to be for an application, told at plan time.

use zt_framework::{Plan, Value};
use zt_model::compile::{self, Access, Compiled};

use super::component::distribution::CACHING_DISABLED;
use super::config::{Sections, Settings};
use super::language;

const CACHE_POLICY: &str = "auth_cache_policy_id";
const HEADERS: &str = "viewer_headers";
const BEHAVIORS: &str = "behaviors";

/// Plans what is known of it.
pub(super) fn plan(sections: &Sections, plan: &mut Plan) {
    plan.planned.set(CACHE_POLICY, CACHING_DISABLED);
    // Of what is wrong the check has told.
    let compiled = language::application(sections, None).and_then(|one| compile::compile(&one).ok());
    match (compiled, &sections.pages) {
        (Some(compiled), Some(pages)) => tell(&mut plan.planned, &compiled, &pages.auth_prefix),
        _ => {
            plan.mark_unknown(HEADERS);
            plan.mark_unknown(BEHAVIORS);
        }
    }
}

/// Writes it into a state.
pub(super) fn write(state: &mut Value, settings: &Settings) {
    state.set(CACHE_POLICY, CACHING_DISABLED);
    if let Ok(compiled) = language::compiled(settings) {
        tell(state, &compiled, &settings.pages.auth_prefix);
    }
}

fn tell(object: &mut Value, compiled: &Compiled, auth_prefix: &str) {
    object.set(HEADERS, compiled.viewer_headers());
    object.set(BEHAVIORS, behaviors(compiled, auth_prefix));
}

fn behaviors(compiled: &Compiled, auth_prefix: &str) -> Value {
    let one = |pattern: &str, any_case: bool, words: [&str; 3]| {
        let [function, access, cache] = words;
        Value::object([
            ("path_pattern", Value::from(pattern)),
            ("function", Value::from(function)),
            ("access", Value::from(access)),
            ("cache", Value::from(cache)),
            ("case_insensitive", Value::from(any_case)),
        ])
    };
    let login = one(&format!("{auth_prefix}/*"), false, ["auth", "login", "none"]);
    let routes = compiled.routes.iter().map(|route| {
        let access = match route.access {
            Access::Public => "public",
            Access::Policies(_) => "protected",
        };
        let cache = if route.shared_cache { "shared" } else { "none" };
        let pattern = &route.matching.pattern;
        one(
            pattern.as_str(),
            pattern.is_case_insensitive(),
            ["session", access, cache],
        )
    });
    Value::list([login].into_iter().chain(routes))
}
