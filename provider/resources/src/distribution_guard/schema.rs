//! What a user writes about a guard.

use zt_framework::timeouts::{self, Operation};
use zt_framework::{Attribute, IdentityAttribute, IdentitySchema, Schema, Type, Value};
use zt_model::route::Pattern;

use super::judge::{Asked, Route};

/// The schema of `zt_distribution_guard`.
pub(super) fn schema() -> Schema {
    Schema::new(
        "Proves that a CloudFront distribution which is managed elsewhere lets nothing past a `zt_edge_auth`. It makes nothing: it \
         reads the distribution in every apply that changes one of its arguments and in every refresh. An apply waits until the \
         distribution is deployed. It fails when a behavior lacks the session function, when the behavior of the login is not as it must be, or when cache, error pages or \
         logs would show one user's answers or session to another; so does every later plan until it is put right.",
    )
    .version(0)
    .attributes([
        Attribute::string(
            "distribution_id",
            "Id of the distribution. Changing it replaces the guard.",
        )
        .required()
        .requires_replace(),
        Attribute::single(
            "edge_auth",
            "The application in front of which the distribution stands: a whole `zt_edge_auth`, such as `zt_edge_auth.members`.",
            edge_auth(),
        )
        .required(),
        Attribute::map_of(
            "triggers",
            Type::String,
            "Any values; a change of one has the distribution read again in that apply. Give what you write about the \
             distribution (`default_cache_behavior`, `ordered_cache_behavior`, `custom_error_response`, `default_root_object`, \
             `logging_config`, `continuous_deployment_policy_id`), so that the guard looks at it after each change of it.",
        )
        .optional(),
        Attribute::list_of(
            "findings",
            Type::String,
            "What the last refresh found wrong. Empty after an apply.",
        )
        .computed(),
        timeouts::attribute(&[Operation::Create, Operation::Update]),
    ])
}

/// What identifies a guard: its distribution.
pub(super) fn identity() -> IdentitySchema {
    IdentitySchema::new([IdentityAttribute::required(
        "distribution_id",
        "Id of the distribution.",
    )])
}

fn edge_auth() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name, description).required();
    vec![
        text("session_function_arn", "ARN of the session function."),
        text("auth_function_arn", "ARN of the auth function, with its version."),
        text("auth_prefix", "Path under which the endpoints of the login live."),
        Attribute::list(
            "behaviors",
            "What the behaviors of the distribution have to be.",
            [
                text("path_pattern", "Pattern of the paths."),
                text("function", "`auth` or `session`."),
                text("access", "`login`, `public` or `protected`."),
                text("cache", "`none` or `shared`."),
                Attribute::bool("case_insensitive", "Whether the paths count in any case of letters.").required(),
            ],
        )
        .required(),
    ]
}

/// What an object asks of its distribution, when all of it is known.
pub(super) fn asked(object: &Value) -> Option<Asked> {
    let auth = object.get("edge_auth");
    let text = |value: &Value, name: &str| value.get(name).as_str().map(str::to_owned);
    let behaviors = auth.get("behaviors");
    if !behaviors.is_wholly_known() {
        return None;
    }
    let routes = behaviors
        .elements()
        .iter()
        .filter(|one| one.get("function").as_str() != Some("auth"));
    Some(Asked {
        session_function_arn: text(auth, "session_function_arn")?,
        auth_function_arn: text(auth, "auth_function_arn")?,
        auth_prefix: text(auth, "auth_prefix")?,
        routes: routes
            .map(|one| {
                // Where the case is not told, no behavior can be known to take all of them.
                let any_case = one.get("case_insensitive").as_bool() != Some(false);
                Some(Route {
                    pattern: Pattern::parse(&text(one, "path_pattern")?, any_case).ok()?,
                    public: one.get("access").as_str() == Some("public"),
                    shared: one.get("cache").as_str() == Some("shared"),
                })
            })
            .collect::<Option<_>>()?,
    })
}
