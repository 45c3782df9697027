//! Why a request would be let in or not: the decision of the edge on a hypothetical request, and the rule that made it.
//!
//! It follows the policies as they are written, not as they are compiled, so that what it says can be found in the
//! configuration; tests hold it to the table of the session function. It assumes a store in which nobody is revoked and
//! grants that are up to date, and knows neither keys nor cookies.

mod conditions;
mod place;
mod policy;
mod witness;
mod words;

use serde_json::{Map, Value};

use crate::address::Address;
use crate::compile::{Access, Compiled, CompiledRoute};
use crate::duration::Duration;
use crate::ids::{Country, PolicyName};
use crate::instant::Instant;
use crate::membership::{Claims, ContextRequirement};
use crate::session::ClaimMapping;
use place::Place;
pub use witness::Witness;

/// A hypothetical request. What is absent is not in the request.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Host, with or without a port; any host will do for an application without domains of its own.
    pub host: &'a str,
    /// Path as it stands in the request line, without query.
    pub path: &'a str,
    /// Method.
    pub method: &'a str,
    /// Country of the viewer, as CloudFront tells it.
    pub country: Option<&'a str>,
    /// Address of the viewer.
    pub address: Option<&'a str>,
    /// TLS of the viewer: its version, such as `TLSv1.3`, alone or as CloudFront tells it, with a colon and more.
    pub tls: Option<&'a str>,
    /// The time of the request.
    pub now: Instant,
}

/// Who makes the request.
#[derive(Debug, Clone, Copy)]
pub enum Caller<'a> {
    /// Somebody without a session.
    Nobody,
    /// Somebody who has logged in.
    Person {
        /// The claims of the verified ID token.
        claims: &'a Map<String, Value>,
        /// When; without it what `auth_time` says, without that just now.
        login: Option<Instant>,
    },
    /// A machine with a service token of this name that counts.
    Machine {
        /// The token's name.
        token: &'a str,
    },
}

/// What the edge does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The request passes because this policy is met.
    Allow(PolicyName),
    /// The request passes, whoever makes it.
    Public,
    /// A login, or 401 for what is no navigation.
    Login,
    /// A login of another kind, or 401 for what is no navigation.
    StepUp(StepUp),
    /// No policy of the route is met: 403.
    Denied,
    /// No route decides the path: 403.
    NoRoute,
    /// The host is none of the application: 421.
    UnknownHost,
    /// The path can be read in several ways, 400; the reason.
    AmbiguousPath(String),
    /// The path belongs to the login.
    AuthEndpoint,
    /// The gateway answers with what the session says.
    Userinfo,
    /// The route does not take the method: 405.
    MethodNotAllowed,
    /// The route wants TLS 1.3: 403.
    OldTls,
}

/// What a login has to be for a policy to be met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepUp {
    /// The policy that would be met.
    pub policy: PolicyName,
    /// The class or method of the login.
    pub requirement: Option<ContextRequirement>,
    /// How long ago it may be.
    pub max_age: Option<Duration>,
}

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// It does.
    Yes,
    /// It plainly does not.
    No,
    /// It cannot be decided, which never helps anybody.
    Undecidable,
}

/// One member of one selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which: `require[0].groups`.
    pub rule: String,
    /// Whether it holds.
    pub holds: Holds,
    /// Why.
    pub because: String,
    /// Whether the policy is met, or not met, for this reason.
    pub decides: bool,
}

/// One policy of the route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyExplanation {
    /// Its name.
    pub policy: PolicyName,
    /// Whether it is met.
    pub met: bool,
    /// Its selectors, member by member, in the order in which they are written.
    pub findings: Vec<Finding>,
}

/// The decision and what led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What the edge does.
    pub decision: Decision,
    /// Index of the route that decides.
    pub route: Option<usize>,
    /// Its pattern.
    pub pattern: Option<String>,
    /// Its policies in the order in which the route names them; empty when none was asked.
    pub policies: Vec<PolicyExplanation>,
    /// The path the request goes to the origin with, where it is not its own.
    pub rewrite: Option<String>,
    /// Whether a navigation without a session would be sent to the login.
    redirects: bool,
}

impl Compiled {
    /// Decides a hypothetical request and says why.
    #[must_use]
    pub fn explain(&self, mapping: &ClaimMapping, question: &Question<'_>, caller: &Caller<'_>) -> Explanation {
        let (decision, route) = match place::of(self, question) {
            Place::Refused(decision) => (decision, None),
            Place::Route(index) => (Decision::Denied, Some(index)),
        };
        let mut explanation = Explanation {
            decision,
            route,
            pattern: None,
            policies: Vec::new(),
            rewrite: None,
            redirects: false,
        };
        let route = route.and_then(|index| self.routes.get(index));
        if let Some(route) = route {
            explanation.pattern = Some(route.matching.pattern.to_string());
            explanation.redirects = !route.always_401 && is_get(question.method);
            explanation.decide(self, (route, mapping), (question, caller));
        }
        explanation
    }
}

/// What of the request and its caller policies look at.
pub(super) struct Facts<'a> {
    pub(super) method: &'a str,
    pub(super) country: Option<Country>,
    pub(super) address: Option<Address>,
    pub(super) now: Instant,
    pub(super) who: Who<'a>,
}

pub(super) enum Who<'a> {
    Person { claims: Claims<'a>, login: Instant },
    Machine(&'a str),
}

impl Decision {
    /// The decision as one word, for configurations to compare with.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Allow(_) => "allow",
            Self::Public => "public",
            Self::Login => "login",
            Self::StepUp(_) => "step_up",
            Self::Denied => "denied",
            Self::NoRoute => "no_route",
            Self::UnknownHost => "unknown_host",
            Self::AmbiguousPath(_) => "ambiguous_path",
            Self::AuthEndpoint => "auth_endpoint",
            Self::Userinfo => "userinfo",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::OldTls => "old_tls",
        }
    }
}

impl Explanation {
    fn decide(
        &mut self,
        compiled: &Compiled,
        (route, mapping): (&CompiledRoute, &ClaimMapping),
        (question, caller): (&Question<'_>, &Caller<'_>),
    ) {
        let version = question.tls.and_then(|tls| tls.split(':').next());
        if route.tls13 && version != Some("TLSv1.3") {
            self.decision = Decision::OldTls;
            return;
        }
        let taken = route.methods.as_ref();
        if taken.is_some_and(|taken| taken.iter().all(|method| method.as_str() != question.method)) {
            self.decision = Decision::MethodNotAllowed;
            return;
        }
        let Access::Policies(names) = &route.access else {
            self.decision = Decision::Public;
            self.rewrite = rewritten(route, question);
            return;
        };
        let Some(facts) = facts(compiled, mapping, question, caller) else {
            self.decision = Decision::Login;
            return;
        };
        let policies = &compiled.application.source.policies;
        let written = names
            .iter()
            .filter_map(|name| Some((name, policies.get(name.as_str())?)));
        self.policies = written
            .clone()
            .map(|(name, policy)| policy::explain(name, policy, &facts))
            .collect();
        let met = self.policies.iter().find(|policy| policy.met);
        self.decision = match met.map(|policy| policy.policy.clone()) {
            Some(policy) => Decision::Allow(policy),
            None => written
                .filter(|(_, policy)| policy::lacks_only_context(policy, &facts))
                .find_map(|(name, _)| conditions::step_up(name, compiled.policies.get(name)?, &facts))
                .map_or(Decision::Denied, Decision::StepUp),
        };
        if matches!(self.decision, Decision::Allow(_)) {
            self.rewrite = rewritten(route, question);
        }
    }

    /// The reason code of the audit line, `-` when there is none.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.decision {
            Decision::Allow(_) | Decision::Public | Decision::AuthEndpoint | Decision::Userinfo => "-",
            Decision::Login => "none",
            Decision::StepUp(_) => "context",
            Decision::Denied | Decision::NoRoute => "policy",
            Decision::UnknownHost => "host",
            Decision::AmbiguousPath(_) => "path",
            Decision::MethodNotAllowed => "method",
            Decision::OldTls => "tls",
        }
    }

    /// The status of the edge's own answer to a browser's navigation, or to anything else; `None` when the request goes
    /// to the origin or to the gateway's own pages.
    #[must_use]
    pub fn status(&self, navigation: bool) -> Option<u16> {
        match self.decision {
            Decision::Allow(_) | Decision::Public | Decision::AuthEndpoint | Decision::Userinfo => None,
            Decision::Login | Decision::StepUp(_) if navigation && self.redirects => Some(302),
            Decision::Login | Decision::StepUp(_) => Some(401),
            Decision::Denied | Decision::NoRoute | Decision::OldTls => Some(403),
            Decision::UnknownHost => Some(421),
            Decision::AmbiguousPath(_) => Some(400),
            Decision::MethodNotAllowed => Some(405),
        }
    }
}

fn is_get(method: &str) -> bool {
    matches!(method, "GET" | "HEAD")
}

/// Where a navigation goes instead: a name with a dot after its last slash is a file and stays.
fn rewritten(route: &CompiledRoute, question: &Question<'_>) -> Option<String> {
    let target = route.rewrite.as_ref().filter(|_| is_get(question.method))?;
    let readings = match crate::path::check(question.path) {
        crate::path::PathCheck::Readings(readings) => readings.paths,
        crate::path::PathCheck::Refused(_) => return None,
    };
    let is_file = |path: &String| path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    (!readings.iter().any(is_file)).then(|| target.clone())
}

fn facts<'a>(
    compiled: &Compiled,
    mapping: &'a ClaimMapping,
    question: &Question<'a>,
    caller: &Caller<'a>,
) -> Option<Facts<'a>> {
    let who = match *caller {
        Caller::Nobody => return None,
        // Where machines are not let in, nobody looks at what they send.
        Caller::Machine { .. } if !compiled.machines() => return None,
        Caller::Machine { token } => Who::Machine(token),
        Caller::Person { claims, login } => {
            let told = claims
                .get("auth_time")
                .and_then(Value::as_u64)
                .map(Instant::from_seconds);
            Who::Person {
                claims: Claims { claims, mapping },
                login: login.or(told).unwrap_or(question.now),
            }
        }
    };
    Some(Facts {
        method: question.method,
        country: question.country.and_then(|country| Country::parse(country).ok()),
        address: question.address.and_then(Address::parse),
        now: question.now,
        who,
    })
}
