//! What a user may write about an application for a distribution that is managed elsewhere, and what that one needs.
//!
//! Everything that an application without a distribution has stands in `zt_edge_app` too; here is which of it.

use zt_framework::{Attribute, AttributeKind, Schema, Type};

use super::{features, identity, lifecycle, naming, pages, routing, viewers};
use crate::tagging;

/// The schema of `zt_edge_auth`.
pub(in crate::edge_app) fn schema() -> Schema {
    let mut attributes = Vec::new();
    attributes.extend(naming());
    attributes.push(hosts());
    attributes.extend(named(viewers(), &["viewer_port"]));
    attributes.push(identity::identity_provider());
    attributes.push(identity::session());
    attributes.extend(features::attributes());
    attributes.extend(pages());
    attributes.push(routing::policies());
    attributes.push(routes());
    attributes.extend(named(routing::attributes(), &["identity_headers"]));
    attributes.extend(lifecycle());
    attributes.extend(named(super::computed(), &["redirect_uris", "deployed_revision"]));
    attributes.extend(named(super::computed(), &["auth_function_arn", "session_function_arn"]));
    attributes.extend(named(
        super::computed(),
        &["role_arn", "instance_id", "provider_endpoints"],
    ));
    attributes.extend(hints());
    attributes.extend(tagging::attributes());
    Schema::new(
        "A zero-trust application for a CloudFront distribution that is managed elsewhere, such as an `aws_cloudfront_distribution`: \
         the session function that decides every request, the auth function that logs users in with an OpenID Connect provider, \
         and its keys. The distribution associates both functions; `zt_distribution_guard` proves that it does. What stands around \
         the functions (origins, cache, web ACL, headers of answers) is the distribution's own affair.",
    )
    .version(0)
    .attributes(attributes)
}

fn named(all: Vec<Attribute>, names: &'static [&'static str]) -> impl Iterator<Item = Attribute> {
    all.into_iter().filter(|one| names.contains(&one.name.as_str()))
}

fn hosts() -> Attribute {
    Attribute::set_of(
        "aliases",
        Type::String,
        "Host names under which viewers reach the distribution, in lower case; at least one. The session function answers only \
         requests for these, with 421 to all others, the host name that CloudFront assigned included.",
    )
    .required()
    .validate(|value| match value.elements().is_empty() {
        true => Err(
            "no host name is given, and the session function has to know for which ones it answers: write the aliases of the \
             distribution"
                .to_owned(),
        ),
        false => Ok(()),
    })
    .validate_each(super::rules::host_name)
}

/// Without origins a route cannot name one.
fn routes() -> Attribute {
    let mut routes = routing::routes();
    if let AttributeKind::Nested { attributes, .. } = &mut routes.kind {
        attributes.retain(|one| one.name != "origin");
        for one in attributes.iter_mut().filter(|one| one.name == "cache") {
            "`none` (the default), or `shared`: a behaviour of the distribution may cache answers and serve them to everybody \
             whom the route allows. The distribution decides what it caches; `zt_distribution_guard` refuses one that caches \
             more than this."
                .clone_into(&mut one.description);
        }
    }
    routes
}

/// What the distribution needs.
fn hints() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name, description).computed();
    vec![
        text(
            "auth_cache_policy_id",
            "Id of the cache policy that the behaviour of the login needs: CloudFront's managed policy CachingDisabled.",
        ),
        Attribute::list_of(
            "viewer_headers",
            Type::String,
            "Headers of CloudFront's that policies and routes ask for. The origin request policy of every behaviour that runs the \
             session function has to forward them; where one does not, what asks for them refuses everybody.",
        )
        .computed(),
        Attribute::list(
            "behaviors",
            "What the behaviours of the distribution have to be: the one of the login first, before all that match paths under \
             `auth_prefix`, then one entry for each route in order. Every behaviour but the first runs the session function, \
             also those that no entry is about. For `zt_distribution_guard`.",
            [
                text("path_pattern", "Pattern of the paths."),
                text(
                    "function",
                    "What runs on viewer-request: `auth` (the auth function, with the body) or `session` (the session function).",
                ),
                text("access", "`login`, `public` or `protected`."),
                text("cache", "`none`: answers must not be cached. `shared`: they may be."),
                Attribute::bool(
                    "case_insensitive",
                    "Whether the paths count in any case of letters. A behaviour takes them in one only.",
                )
                .computed(),
            ],
        )
        .computed(),
    ]
}
