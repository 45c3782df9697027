//! Checks of single routes, and their resolved form.

use std::collections::BTreeSet;

use super::application::Application;
use super::field::FieldPath;
use super::problem::{ProblemKind, Problems};
use crate::ids::{Method, OriginName, PolicyName};
use crate::route::{Pattern, Route};
use crate::source::{CorsSource, RouteSource};

/// A route whose every part is checked.
#[derive(Debug, Clone, PartialEq)]
pub struct CompiledRoute {
    /// Pattern and what its paths may hold.
    pub matching: Route,
    /// Who may pass.
    pub access: Access,
    /// Methods; `None` for all.
    pub methods: Option<Vec<Method>>,
    /// Never a redirect.
    pub always_401: bool,
    /// Origin of its own.
    pub origin: Option<OriginName>,
    /// Whether answers may be cached.
    pub shared_cache: bool,
    /// How preflights are answered.
    pub cors: Option<Cors>,
    /// Decoded path that navigations within the route are rewritten to.
    pub rewrite: Option<String>,
    /// Only viewers with TLS 1.3 pass.
    pub tls13: bool,
}

impl CompiledRoute {
    /// A route that admits nobody, and says nothing else.
    #[must_use]
    pub fn closed(pattern: Pattern) -> Self {
        Self {
            matching: Route {
                pattern,
                encoded_slash: false,
                semicolon: false,
            },
            access: Access::Policies(Vec::new()),
            methods: None,
            always_401: false,
            origin: None,
            shared_cache: false,
            cors: None,
            rewrite: None,
            tls13: false,
        }
    }
}

/// Who may pass a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Who meets one of these.
    Policies(Vec<PolicyName>),
}

/// The CORS rule of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    /// Origins that may ask.
    pub origins: Vec<String>,
    /// Methods they may use.
    pub methods: Vec<Method>,
    /// Headers they may send, in lower case.
    pub headers: Vec<String>,
    /// Whether cookies go along.
    pub credentials: bool,
    /// For how many seconds the answer holds.
    pub max_age: u64,
}

/// One entry for each written route; `None` where it has errors.
pub(super) fn compile(
    application: &Application,
    policies: &BTreeSet<PolicyName>,
    problems: &mut Problems,
) -> Vec<Option<CompiledRoute>> {
    let all = FieldPath::attribute("routes");
    if application.source.routes.is_empty() {
        problems.add(all.clone(), ProblemKind::NoRoutes);
    }
    let routes = application.source.routes.iter().enumerate();
    routes
        .map(|(index, written)| {
            let mut check = Check {
                written,
                path: all.index(index),
                problems,
            };
            let matching = check.matching();
            let access = check.access(policies);
            let methods = check.methods();
            let always_401 = check.word("unauthenticated", written.unauthenticated.as_ref(), &["401"]);
            let shared_cache = check.word("cache", written.cache.as_ref(), &["shared"]);
            let origin = check.origin(application);
            let cors = check.cors();
            let tls13 = check.word("min_tls", written.min_tls.as_ref(), &["1.3"]);
            Some(CompiledRoute {
                matching: matching?,
                access: access?,
                methods,
                always_401,
                origin,
                shared_cache,
                cors,
                rewrite: written.spa.clone(),
                tls13,
            })
        })
        .collect()
}

struct Check<'a> {
    written: &'a RouteSource,
    path: FieldPath,
    problems: &'a mut Problems,
}

impl Check<'_> {
    fn problem(&mut self, member: &str, kind: ProblemKind) {
        self.problems.add(self.path.then(member), kind);
    }

    fn pattern_text(&self) -> String {
        self.written.path.clone()
    }

    fn matching(&mut self) -> Option<Route> {
        let pattern = self.pattern_text();
        if self.written.case_insensitive && !pattern.is_ascii() {
            self.problem("path", ProblemKind::CaseBeyondAscii { pattern });
            return None;
        }
        match Pattern::parse(&pattern, self.written.case_insensitive) {
            Ok(pattern) => Some(Route {
                pattern,
                encoded_slash: self.written.encoded_slash,
                semicolon: self.written.semicolon,
            }),
            Err(reason) => {
                self.problem("path", ProblemKind::Pattern { pattern, reason });
                None
            }
        }
    }

    fn access(&mut self, policies: &BTreeSet<PolicyName>) -> Option<Access> {
        let public = self.word("access", self.written.access.as_ref(), &["public"]);
        let pattern = self.pattern_text();
        match (public, self.written.allow.is_empty()) {
            (true, true) => return Some(Access::Public),
            (true, false) => {
                self.problem("access", ProblemKind::PublicWithPolicies { pattern });
                return None;
            }
            // A misspelled `access` is reported once, as what it is.
            (false, true) if self.written.access.is_some() => return None,
            (false, true) => {
                self.problems
                    .add(self.path.clone(), ProblemKind::RouteWithoutPolicy { pattern });
                return None;
            }
            (false, false) => {}
        }
        let mut names = Vec::new();
        for (index, name) in self.written.allow.iter().enumerate() {
            let path = self.path.then("allow").index(index);
            let known = PolicyName::parse(name).ok().filter(|name| policies.contains(name));
            match known {
                Some(known) if names.contains(&known) => {
                    self.problems.add(path, ProblemKind::PolicyTwice { name: name.clone() });
                }
                Some(known) => names.push(known),
                None => {
                    let known = policies.iter().map(ToString::to_string).collect();
                    self.problems.add(
                        path,
                        ProblemKind::UnknownPolicy {
                            name: name.clone(),
                            known,
                        },
                    );
                }
            }
        }
        Some(Access::Policies(names))
    }

    fn methods(&mut self) -> Option<Vec<Method>> {
        let written = self.written.methods.as_ref()?;
        if written.is_empty() {
            let pattern = self.pattern_text();
            self.problem("methods", ProblemKind::NoMethods { pattern });
        }
        Some(self.parse_methods(written, &self.path.then("methods")))
    }

    fn parse_methods(&mut self, written: &[String], path: &FieldPath) -> Vec<Method> {
        let mut methods = Vec::new();
        for (index, text) in written.iter().enumerate() {
            match Method::parse(text) {
                Ok(method) => methods.push(method),
                Err(error) => self.problems.add(path.index(index), ProblemKind::Name(error)),
            }
        }
        methods.sort();
        methods.dedup();
        methods
    }

    /// Whether a member that has one meaningful value has it; any other value is a problem.
    fn word(&mut self, member: &str, value: Option<&String>, known: &'static [&'static str]) -> bool {
        let Some(value) = value else {
            return false;
        };
        if known.contains(&value.as_str()) {
            return true;
        }
        self.problem(
            member,
            ProblemKind::UnknownValue {
                value: value.clone(),
                known,
            },
        );
        false
    }

    fn origin(&mut self, application: &Application) -> Option<OriginName> {
        let written = self.written.origin.as_ref()?;
        if let Some(known) = application.origins.as_ref().filter(|known| !known.contains(written)) {
            let known = known.iter().cloned().collect();
            self.problem(
                "origin",
                ProblemKind::UnknownOrigin {
                    name: written.clone(),
                    known,
                },
            );
            return None;
        }
        match OriginName::parse(written) {
            Ok(name) => Some(name),
            Err(error) => {
                self.problem("origin", ProblemKind::Name(error));
                None
            }
        }
    }

    fn cors(&mut self) -> Option<Cors> {
        let written = self.written.cors.as_ref()?;
        let path = self.path.then("cors");
        if let Some(reason) = cors_fault(written) {
            self.problems.add(path.clone(), ProblemKind::Cors { reason });
        }
        Some(Cors {
            origins: written.origins.clone(),
            methods: self.parse_methods(&written.methods, &path.then("methods")),
            headers: written
                .headers
                .iter()
                .map(|header| header.to_ascii_lowercase())
                .collect(),
            credentials: written.credentials,
            max_age: written.max_age.unwrap_or(0),
        })
    }
}

fn cors_fault(cors: &CorsSource) -> Option<&'static str> {
    let origin = |origin: &String| {
        let rest = origin
            .strip_prefix("https://")
            .or_else(|| origin.strip_prefix("http://"));
        rest.is_some_and(|host| {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:".contains(&byte))
        })
    };
    let header = |header: &String| {
        !header.is_empty()
            && header
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    if cors.origins.is_empty() || !cors.origins.iter().all(origin) {
        return Some(
            "List the origins that may ask, each as scheme, host and port in lower case, for example \"https://a.example\"; `*` would let any site use the session of a visitor",
        );
    }
    if cors.methods.is_empty() {
        return Some("List the methods that the origins may use");
    }
    if !cors.headers.iter().all(header) {
        return Some("A header is a name of letters, digits, `-` and `_`");
    }
    cors.max_age
        .is_some_and(|age| age > 86_400)
        .then_some("Browsers keep an answer for a day at most: write a max_age of 86400 seconds or less")
}
