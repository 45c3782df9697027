//! What the compiler is given, and the checks that concern no single policy or route.

use std::collections::{BTreeMap, BTreeSet};

use super::field::FieldPath;
use super::problem::{ProblemKind, Problems};
use crate::duration::Duration;
use crate::ids::{ApplicationName, ClaimName, HeaderName, HostName};
use crate::membership::Policy;
use crate::session::ClaimMapping;
use crate::source::Source;

/// Where the session cookie is sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CookieScope {
    /// To its own host only.
    #[default]
    Host,
    /// To a domain and everything below it.
    Domain(HostName),
}

/// One application as configured.
///
/// Lifetimes and origins are optional because a plan may not know them yet; what is unknown is not checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Application {
    /// Its name.
    pub name: ApplicationName,
    /// Where its session cookie is sent.
    pub cookie: CookieScope,
    /// Its domains; empty for the distribution's own.
    pub hosts: Vec<HostName>,
    /// The port viewers use; 443 except on a local cloud.
    pub port: u16,
    /// Path below which the auth function answers.
    pub auth_prefix: String,
    /// Path that tells a browser who it is.
    pub userinfo: String,
    /// Header to claim.
    pub identity_headers: BTreeMap<String, String>,
    /// Claims that travel in the session.
    pub session_claims: Vec<String>,
    /// Names a route's origin may have.
    pub origins: Option<BTreeSet<String>>,
    /// Lifetime of a session between refreshes.
    pub lifetime: Option<Duration>,
    /// Lifetime of a session in all.
    pub absolute_lifetime: Option<Duration>,
    /// The longest session lifetime of the store.
    pub store_longest: Option<Duration>,
    /// Machines are let in: service tokens, and sessions in a header. So they are where a policy names a service token.
    pub machines: bool,
    /// The signed assertion goes to the origin.
    pub assertion: bool,
    /// Which claim means what, where the provider's claims shall be checked.
    pub mapping: Option<ClaimMapping>,
    /// Claims that the provider says it sends.
    pub supported_claims: Option<BTreeSet<String>>,
    /// Authentication context classes that the provider says it knows.
    pub supported_contexts: Option<BTreeSet<String>>,
    /// Policies and routes.
    pub source: Source,
}

impl Application {
    /// An application with every default, for a name and a source.
    #[must_use]
    pub fn new(name: ApplicationName, source: Source) -> Self {
        Self {
            name,
            cookie: CookieScope::Host,
            hosts: Vec::new(),
            port: 443,
            auth_prefix: "/oauth2".into(),
            userinfo: "/.zt/userinfo".into(),
            identity_headers: BTreeMap::new(),
            session_claims: Vec::new(),
            origins: None,
            lifetime: None,
            absolute_lifetime: None,
            store_longest: None,
            machines: false,
            assertion: false,
            mapping: None,
            supported_claims: None,
            supported_contexts: None,
            source,
        }
    }

    /// Name of the session cookie.
    #[must_use]
    pub fn cookie_name(&self) -> String {
        match self.cookie {
            CookieScope::Host => "__Host-zt-session".into(),
            CookieScope::Domain(_) => format!("__Secure-zt-{}", self.name),
        }
    }
}

pub(super) fn check(application: &Application, problems: &mut Problems) {
    check_reserved_paths(application, problems);
    let mut seen = BTreeSet::new();
    for (index, host) in application.hosts.iter().enumerate() {
        if !seen.insert(host) {
            let host = host.to_string();
            problems.add(
                FieldPath::attribute("domains").index(index),
                ProblemKind::HostTwice { host },
            );
        }
    }
    check_cookie(application, problems);
    check_headers(application, problems);
    check_lifetimes(application, problems);
}

/// A browser keeps a cookie only when the host that sets it lies in the cookie's domain.
fn check_cookie(application: &Application, problems: &mut Problems) {
    let CookieScope::Domain(domain) = &application.cookie else {
        return;
    };
    let path = FieldPath::attribute("cookie_domain");
    let within = |host: &&HostName| {
        let rest = host.as_str().strip_suffix(domain.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let domain = domain.to_string();
    if application.hosts.is_empty() {
        problems.add(path, ProblemKind::CookieDomainWithoutHosts { domain });
    } else if let Some(host) = application.hosts.iter().find(|host| !within(host)) {
        let host = host.to_string();
        problems.add(path, ProblemKind::CookieDomain { domain, host });
    }
}

fn check_reserved_paths(application: &Application, problems: &mut Problems) {
    for (name, path) in [
        ("auth_prefix", &application.auth_prefix),
        ("userinfo_path", &application.userinfo),
    ] {
        if !is_fixed_path(path) {
            problems.add(
                FieldPath::attribute(name),
                ProblemKind::FixedPath { value: path.clone() },
            );
        }
    }
    let inside = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if inside(&application.userinfo, &application.auth_prefix) {
        problems.add(FieldPath::attribute("userinfo_path"), ProblemKind::ReservedPathsOverlap);
    }
}

/// Whether a path is a literal one that reads the same in every encoding.
fn is_fixed_path(path: &str) -> bool {
    let segment = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    path.len() <= 64 && path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(segment))
}

/// Headers that machines send or are known by: a user's claim in one of them could be taken for a machine's name.
const OF_MACHINES: [&str; 3] = ["x-zt-service", "x-zt-service-token", "x-zt-session"];

fn lets_machines_in(application: &Application) -> bool {
    let named = |policy: &Policy| {
        let mut selectors = policy.lists().into_iter().flat_map(|(_, selectors)| selectors);
        selectors.any(|selector| selector.service_tokens.is_some())
    };
    application.machines || application.source.policies.values().any(named)
}

fn check_headers(application: &Application, problems: &mut Problems) {
    let headers = FieldPath::attribute("identity_headers");
    let machines = lets_machines_in(application);
    for (header, claim) in &application.identity_headers {
        let path = headers.key(header);
        if machines && OF_MACHINES.contains(&header.as_str()) {
            let header = header.clone();
            problems.add(path.clone(), ProblemKind::HeaderOfMachines { header });
        }
        if let Err(error) = HeaderName::parse(header) {
            problems.add(path.clone(), ProblemKind::Name(error));
        }
        if let Err(error) = ClaimName::parse(claim) {
            problems.add(path, ProblemKind::Name(error));
        } else if !application.session_claims.contains(claim) {
            let (header, claim) = (header.clone(), claim.clone());
            problems.add(path, ProblemKind::ClaimNotInSession { header, claim });
        }
    }
}

fn check_lifetimes(application: &Application, problems: &mut Problems) {
    let mut check = |name: &str, asked: Option<Duration>, limit: Option<Duration>, limited_by| {
        if let (Some(asked), Some(limit)) = (asked, limit)
            && asked > limit
        {
            let (asked, limit) = (asked.to_string(), limit.to_string());
            problems.add(
                FieldPath::attribute(name),
                ProblemKind::LifetimeTooLong {
                    asked,
                    limit,
                    limited_by,
                },
            );
        }
    };
    let (lifetime, absolute) = (application.lifetime, application.absolute_lifetime);
    check("lifetime", lifetime, absolute, "the absolute lifetime");
    let store = application.store_longest;
    check(
        "absolute_lifetime",
        absolute,
        store,
        "the longest session lifetime of the store",
    );
    if absolute.is_none() {
        check("lifetime", lifetime, store, "the longest session lifetime of the store");
    }
}
