//! What a validation and a plan can tell without AWS: every mistake with its attribute.

use zt_framework::{Diagnostics, Path, Value};
use zt_model::compile;
use zt_model::ids::KeyId;
use zt_model::membership::MembershipDocument;

use super::config::{Sections, longest_lifetime};
use super::documents::{self, SECRET_LIMIT};
use super::form::Form;
use super::{bundle, language};

/// Checks an object, written or planned, as far as it is known; yields its sections.
pub(super) fn check(form: Form, object: &Value, diagnostics: &mut Diagnostics) -> Sections {
    let sections = Sections::read(form, object, diagnostics);
    let store_longest = longest_lifetime(object.get("session_store"));
    let Some(application) = language::application(&sections, store_longest) else {
        return sections;
    };
    match compile::compile(&application) {
        Err(problems) => diagnostics.extend(language::diagnostics(problems.as_slice())),
        Ok(compiled) => {
            diagnostics.extend(language::diagnostics(&compiled.warnings));
            check_size(&compiled, diagnostics);
            check_age(&sections, diagnostics);
            // Known even while the server's name is not.
            let origins = object.get("origins").entries();
            if origins.is_some_and(|all| all.values().any(|one| one.get("custom").is_set())) {
                warn_of_host(&compiled, diagnostics);
            }
        }
    }
    check_caching(&sections, diagnostics);
    check_cookie_names(&sections, diagnostics);
    sections
}

/// An age that nobody proves is none: without `auth_time` every silent login would look fresh.
fn check_age(sections: &Sections, diagnostics: &mut Diagnostics) {
    let (Some(source), Some(identity)) = (&sections.routing, &sections.identity) else {
        return;
    };
    let by_token = sections.features.as_ref().is_some_and(|features| {
        let filled = identity
            .tenants
            .iter()
            .map(|tenant| identity.issuer.replace("{tenantid}", tenant));
        let own: Vec<String> = filled.chain([identity.issuer.clone()]).collect();
        features
            .bearer
            .values()
            .any(|bearer| own.contains(&bearer.trusted.issuer))
    });
    let why = match (identity.auth_time_optional, by_token) {
        (true, _) => {
            "auth_time_optional says that the provider does not tell when somebody logged in, so every login would look fresh"
        }
        (_, true) => {
            "bearer_issuers takes tokens of the login provider, which are renewed without a login and would look fresh"
        }
        _ => return,
    };
    for (name, policy) in &source.policies {
        let aged = |(list, selectors): (&'static str, &[zt_model::membership::Selector])| {
            let index = selectors.iter().position(|one| one.max_age.is_some())?;
            Some(
                Path::from("policies")
                    .key(name)
                    .attribute(list)
                    .index(index)
                    .attribute("max_age"),
            )
        };
        for path in policy.lists().into_iter().filter_map(aged) {
            diagnostics.error_at(
                path,
                "The age of a login cannot be proved",
                format!("{why}. Do without max_age here, or have the provider tell auth_time."),
            );
        }
    }
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
        let advice = "Merge routes whose policies are the same, shorten paths and names, or do without what asks for a large \
                      part of the code.";
        diagnostics.error_at(
            "routes",
            "The session function is too large",
            format!("{error}{advice}"),
        );
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
    let (Some(source), Some(headers), Some(features)) =
        (&sections.routing, &sections.identity_headers, &sections.features)
    else {
        return;
    };
    let named = |selectors: &[zt_model::membership::Selector]| selectors.iter().any(|one| one.service_tokens.is_some());
    let tokens = source
        .policies
        .values()
        .any(|policy| policy.lists().iter().any(|(_, list)| named(list)));
    if headers.is_empty() && features.assertion.is_none() && features.bearer.is_empty() && !tokens {
        return;
    }
    for (index, route) in source.routes.iter().enumerate() {
        if route.cache.as_deref() == Some("shared") && route.access.is_none() {
            diagnostics.error_at(
                Path::from("routes").index(index).attribute("cache"),
                "Personal answers would be cached for everybody",
                "identity_headers, the assertion and service tokens tell the origin who asks, so its answers may differ from user to user, but a shared \
                 cache serves one answer to all. Write cache = \"none\" here, or do without them.",
            );
        }
    }
}

/// Ends of the names of cookies that stand beside the session cookie (edge contract, sections 5 and 7).
const COMPANIONS: [&str; 3] = ["-assertion", "-refresh", "-hint"];

/// With a domain the session cookie carries the application's name to every host there, where the cookies of another
/// application are called after that one.
fn check_cookie_names(sections: &Sections, diagnostics: &mut Diagnostics) {
    let domain = sections
        .features
        .as_ref()
        .and_then(|features| features.cookie_domain.as_ref());
    let (Some(name), Some(domain)) = (&sections.name, domain) else {
        return;
    };
    let other = COMPANIONS.iter().find_map(|end| Some((end, name.strip_suffix(end)?)));
    if let Some((end, other)) = other.filter(|(_, other)| !other.is_empty()) {
        diagnostics.error_at(
            "name",
            "The session cookie would be taken for another one",
            format!(
                "With cookie_domain the session cookie is called __Secure-zt-{name}, on every host of {domain}. An application \
                 {other:?} there has a cookie of that name already, and each would overwrite the other's. Choose a name that \
                 does not end in {end}, or do without cookie_domain."
            ),
        );
    }
}

/// CloudFront tells a function of country and TLS only where it forwards them, and to servers not without the Host.
fn warn_of_host(compiled: &compile::Compiled, diagnostics: &mut Diagnostics) {
    let mut warn = |path: Path, what: &str| {
        diagnostics.warning_at(
            path,
            "Custom origins will get the viewer's Host",
            format!(
                "CloudFront tells the session function of {what} only where it forwards that to the origin, and has no way \
                 to do so for custom origins without the viewer's Host header. So all custom origins of this application \
                 are asked by the domain name in the browser instead of their own, in Host and in the TLS handshake; they \
                 must answer to it. Some, such as API Gateway without a custom domain, refuse such requests."
            ),
        );
    };
    for (name, policy) in &compiled.application.source.policies {
        let used = compiled.routes.iter().any(|route| match &route.access {
            compile::Access::Public => false,
            compile::Access::Policies(names) => names.iter().any(|one| one.as_str() == name),
        });
        for (list, selectors) in [
            ("require", &policy.require),
            ("any", &policy.any),
            ("none", &policy.none),
        ] {
            let with_countries = selectors.iter().enumerate().filter(|(_, one)| one.countries.is_some());
            for (index, _) in with_countries.filter(|_| used) {
                let path = Path::from("policies").key(name).attribute(list).index(index);
                warn(path.attribute("countries"), "the viewer's country");
            }
        }
    }
    for (index, _) in compiled.routes.iter().enumerate().filter(|(_, route)| route.tls13) {
        let path = Path::from("routes").index(index).attribute("min_tls");
        warn(path, "the viewer's version of TLS");
    }
}
