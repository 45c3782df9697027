//! From settings to the model's words, and from its problems to diagnostics.

use std::collections::BTreeSet;

use zt_framework::{Diagnostic, Diagnostics, Path};
use zt_model::compile::{self, Application, Compiled, CookieScope, FieldPath, Problem, Severity, Step};
use zt_model::duration::Duration;
use zt_model::ids::{ApplicationName, ClaimName, ClientId, HostName, Issuer};
use zt_model::session::{ClaimMapping, Derivation};

use super::config::identity::{Claims, IdentityProvider};
use super::config::{Lifetimes, Sections, Settings};

/// The application for the compiler, as far as it is known. `None` without its name or its routes.
pub(super) fn application(sections: &Sections, store_longest: Option<u64>) -> Option<Application> {
    let name = ApplicationName::parse(sections.name.as_deref()?).ok()?;
    let mut application = Application::new(name, sections.routing.clone()?);
    if let Some(viewers) = &sections.viewers {
        application.hosts = hosts(&viewers.aliases);
        application.port = viewers.port;
    }
    if let Some(pages) = &sections.pages {
        application.auth_prefix.clone_from(&pages.auth_prefix);
        application.userinfo.clone_from(&pages.userinfo_path);
    }
    if let Some(headers) = &sections.identity_headers {
        application.identity_headers.clone_from(headers);
        application.session_claims = session_claims(headers.values());
    }
    if let Some(features) = &sections.features {
        application.machines = !features.bearer.is_empty();
        application.assertion = features.assertion.is_some();
        // Against unknown aliases no domain can be judged.
        application.cookie = cookie(features.cookie_domain.as_deref().filter(|_| sections.viewers.is_some()));
    }
    if let Some(identity) = &sections.identity {
        application.mapping = mapping(&identity.claims).ok();
    }
    application.origins.clone_from(&sections.origin_names);
    if let Some(Lifetimes { session, absolute, .. }) = sections.lifetimes {
        application.lifetime = Some(Duration::from_seconds(session));
        application.absolute_lifetime = Some(Duration::from_seconds(absolute));
    }
    application.store_longest = store_longest.map(Duration::from_seconds);
    Some(application)
}

fn hosts(aliases: &[String]) -> Vec<HostName> {
    aliases.iter().filter_map(|alias| HostName::parse(alias).ok()).collect()
}

/// A domain that is none has been told by the schema's rule.
fn cookie(domain: Option<&str>) -> CookieScope {
    domain
        .and_then(|domain| HostName::parse(domain).ok())
        .map_or(CookieScope::Host, CookieScope::Domain)
}

/// The claims that travel in the session: those that become headers, each once.
pub(super) fn session_claims<'a>(claims: impl Iterator<Item = &'a String>) -> Vec<String> {
    claims.cloned().collect::<BTreeSet<_>>().into_iter().collect()
}

/// Compiles settings that a plan has checked before.
pub(super) fn compiled(settings: &Settings) -> Result<Compiled, Diagnostics> {
    let sections = Sections::of(settings);
    let application = application(&sections, Some(settings.store.max_session_lifetime));
    let application = application.ok_or_else(|| internal("its name or routes are not known"))?;
    compile::compile(&application).map_err(|problems| diagnostics(problems.as_slice()))
}

/// What session keys are bound to.
pub(super) fn derivation(name: &str, identity: &IdentityProvider) -> Result<Derivation, Diagnostics> {
    let wrong = |error: zt_model::ids::IdError| internal(&error.to_string());
    Ok(Derivation {
        application: ApplicationName::parse(name).map_err(wrong)?,
        issuer: Issuer::parse(&identity.issuer).map_err(wrong)?,
        client_id: ClientId::parse(&identity.client_id).map_err(wrong)?,
        mapping: mapping(&identity.claims).map_err(wrong)?,
    })
}

pub(super) fn mapping(claims: &Claims) -> Result<ClaimMapping, zt_model::ids::IdError> {
    Ok(ClaimMapping {
        user: ClaimName::parse(&claims.user)?,
        email: ClaimName::parse(&claims.email)?,
        groups: ClaimName::parse(&claims.groups)?,
        roles: ClaimName::parse(&claims.roles)?,
        session: ClaimName::parse(&claims.session)?,
    })
}

fn internal(what: &str) -> Diagnostics {
    Diagnostic::error(
        "The application cannot be compiled",
        format!("A value that was planned is not usable in the apply: {what}. This is a bug; please report it."),
    )
    .into()
}

/// Problems of the compiler as diagnostics with the attributes' own paths.
pub(super) fn diagnostics(problems: &[Problem]) -> Diagnostics {
    let diagnostic = |problem: &Problem| {
        let (summary, detail) = (sentence(&problem.kind.to_string()), problem.kind.detail());
        match problem.kind.severity() {
            Severity::Error => Diagnostic::error(summary, detail),
            Severity::Warning => Diagnostic::warning(summary, detail),
        }
        .at(path(&problem.path))
    };
    problems.iter().map(diagnostic).collect()
}

/// The model names attributes its own way in three places.
fn path(field: &FieldPath) -> Path {
    let steps = field.steps();
    let first = match steps.first() {
        // Elements of a set have no position.
        Some(Step::Attribute(name)) if name == "domains" => return Path::from("aliases"),
        Some(Step::Attribute(name)) if name == "lifetime" || name == "absolute_lifetime" => {
            return Path::from("session").attribute(name);
        }
        Some(Step::Attribute(name)) => Path::from(name.as_str()),
        _ => Path::root(),
    };
    steps.iter().skip(1).fold(first, |path, step| match step {
        Step::Attribute(name) => path.attribute(name),
        Step::Index(index) => path.index(*index),
        Step::Key(key) => path.key(key),
    })
}

/// Messages of errors begin in lower case, summaries do not; an address is no word.
pub(super) fn sentence(text: &str) -> String {
    if text.starts_with("https:") {
        return text.to_owned();
    }
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
