//! What a validation and a plan can tell without AWS: every mistake with its attribute.

use zt_framework::{Diagnostics, Path, Value};
use zt_model::compile;
use zt_model::ids::KeyId;
use zt_model::membership::MembershipDocument;

use super::config::{Sections, longest_lifetime};
use super::documents::{self, SECRET_LIMIT};
use super::{bundle, language};

/// Checks an object, written or planned, as far as it is known; yields its sections.
pub(super) fn check(object: &Value, diagnostics: &mut Diagnostics) -> Sections {
    let sections = Sections::read(object, diagnostics);
    let store_longest = longest_lifetime(object.get("session_store"));
    let Some(application) = language::application(&sections, store_longest) else {
        return sections;
    };
    match compile::compile(&application) {
        Err(problems) => diagnostics.extend(language::diagnostics(problems.as_slice())),
        Ok(compiled) => {
            diagnostics.extend(language::diagnostics(&compiled.warnings));
            check_size(&compiled, diagnostics);
        }
    }
    check_caching(&sections, diagnostics);
    sections
}

/// Renders the session function as the first apply would, to know its size.
fn check_size(compiled: &compile::Compiled, diagnostics: &mut Diagnostics) {
    let Ok(kid) = KeyId::parse("00000000") else { return };
    let source = compiled.application.source.clone();
    let Ok(membership) = MembershipDocument::first(kid, &compiled.policies, source) else {
        diagnostics.error_at(
            "policies",
            "Too many policies",
            "A session can tell 256 policies apart. Remove policies that no route uses, or merge some.",
        );
        return;
    };
    let Ok(table) = compiled.table(&membership) else { return };
    if let Err(error) = bundle::session_code(&table) {
        diagnostics.error_at("routes", "The session function is too large", error.to_string());
    }
    if membership.text().len() > SECRET_LIMIT {
        diagnostics.error_at(
            "policies",
            "The policies are too large",
            format!("Together with the routes they have to fit into a secret of {SECRET_LIMIT} bytes. Shorten lists of values."),
        );
    }
}

/// The whole of what is written has to fit beside the policies.
pub(super) fn fits(text: &str) -> bool {
    text.len() <= documents::SECRET_LIMIT
}

/// What is made for one user must not be served to another.
fn check_caching(sections: &Sections, diagnostics: &mut Diagnostics) {
    let (Some(source), Some(headers)) = (&sections.routing, &sections.identity_headers) else {
        return;
    };
    if headers.is_empty() {
        return;
    }
    for (index, route) in source.routes.iter().enumerate() {
        if route.cache.as_deref() == Some("shared") && route.access.is_none() {
            diagnostics.error_at(
                Path::from("routes").index(index).attribute("cache"),
                "Personal answers would be cached for everybody",
                "identity_headers tell the origin who asks, so its answers may differ from user to user, but a shared \
                 cache serves one answer to all. Write cache = \"none\" here, or do without identity_headers.",
            );
        }
    }
}
