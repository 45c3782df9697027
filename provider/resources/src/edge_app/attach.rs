//! What a distribution of somebody else's has to be for an application, told at plan time.

use zt_framework::{Diagnostics, Plan, Value};
use zt_model::compile::{self, Access, Compiled};

use super::component::distribution::CACHING_DISABLED;
use super::config::{Sections, Settings};
use super::language;

const CACHE_POLICY: &str = "auth_cache_policy_id";
const HEADERS: &str = "viewer_headers";
const BEHAVIORS: &str = "behaviors";
const PREFIX: &str = "auth_prefix";

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

/// Tells what a change does before the distribution follows it.
pub(super) fn warn(prior: Option<&Value>, planned: &Value, diagnostics: &mut Diagnostics) {
    let prefix = |object: &Value| object.get(PREFIX).as_str().map(str::to_owned);
    let (Some(former), Some(next)) = (prior.and_then(prefix), prefix(planned)) else {
        return;
    };
    if former == next {
        return;
    }
    diagnostics.warning_at(
        PREFIX,
        "Nobody can log in until the distribution follows",
        format!(
            "The session function sends logins to {next} as soon as this is applied, while the distribution runs the auth function \
             under {former} until its behavior of the login has the pattern {next}/* and the new auth_function_arn everywhere. \
             Sessions that exist go on. First register the new redirect_uris at the identity provider. Then let the distribution \
             take path_pattern and lambda_arn from this object, so that one apply changes both, at an hour at which some minutes \
             without logins do no harm."
        ),
    );
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Former and next prefix, and whether to warn.
    #[test]
    fn a_new_prefix_is_told_to_stop_logins_until_the_distribution_follows() {
        let with = |prefix: Value| Value::object([(PREFIX, prefix)]);
        for (former, next, warns) in [
            (Some(Value::from("/oauth2")), Value::from("/login"), true),
            (Some(Value::from("/oauth2")), Value::from("/oauth2"), false),
            (Some(Value::from("/oauth2")), Value::unknown(), false),
            (None, Value::from("/login"), false),
        ] {
            let mut told = Diagnostics::new();
            warn(former.clone().map(with).as_ref(), &with(next.clone()), &mut told);
            let said = told.iter().any(|one| one.detail.contains("logins to /login"));
            assert_eq!((said, told.is_empty()), (warns, !warns), "{former:?} to {next:?}");
            assert!(!told.has_errors());
        }
    }
}
