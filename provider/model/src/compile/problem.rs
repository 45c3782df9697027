//! Problems: what a plan tells the person, each with its path, what is wrong, why, and what to write instead.

use std::fmt;

use super::field::FieldPath;
use crate::ids::IdError;
use crate::membership::CONTEXT_LIMIT;
use crate::route::PatternError;

/// Whether a plan may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It may not.
    Error,
    /// It may, but the person should look.
    Warning,
}

/// One problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Where.
    pub path: FieldPath,
    /// What.
    pub kind: ProblemKind,
}

/// What can be wrong with an application. Display is the summary, `detail` says why and what to write.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant's message says what it is")]
pub enum ProblemKind {
    #[error("invalid name")]
    Name(#[source] IdError),
    #[error("invalid path {value:?}")]
    FixedPath { value: String },
    #[error("domain {host} is listed twice")]
    HostTwice { host: String },
    #[error("the reserved paths overlap")]
    ReservedPathsOverlap,
    #[error("identity header {header} carries claim {claim:?}, which the session does not")]
    ClaimNotInSession { header: String, claim: String },
    #[error("identity header {header} is one of machines")]
    HeaderOfMachines { header: String },
    #[error("session lifetime {asked} is longer than {limit}")]
    LifetimeTooLong {
        asked: String,
        limit: String,
        limited_by: &'static str,
    },
    #[error("no routes")]
    NoRoutes,
    #[error("path pattern {pattern:?} is not usable")]
    Pattern {
        pattern: String,
        #[source]
        reason: PatternError,
    },
    #[error("case-insensitive pattern {pattern:?} holds letters beyond ASCII")]
    CaseBeyondAscii { pattern: String },
    #[error("route {pattern} has no policy and is not public")]
    RouteWithoutPolicy { pattern: String },
    #[error("route {pattern} is public and has policies")]
    PublicWithPolicies { pattern: String },
    #[error("unknown value {value:?}")]
    UnknownValue {
        value: String,
        known: &'static [&'static str],
    },
    #[error("unknown policy {name:?}")]
    UnknownPolicy { name: String, known: Vec<String> },
    #[error("policy {name:?} is listed twice")]
    PolicyTwice { name: String },
    #[error("unknown origin {name:?}")]
    UnknownOrigin { name: String, known: Vec<String> },
    #[error("route {pattern} allows no method")]
    NoMethods { pattern: String },
    #[error("route {pattern} repeats route {first}")]
    DuplicateRoute { pattern: String, first: usize },
    #[error("route {pattern} can never decide a request")]
    Unreachable { pattern: String, by: Vec<String> },
    #[error("route {pattern} lies within a reserved path")]
    Reserved { pattern: String, reserved: String },
    #[error("public route {pattern} opens a part of the protected route {later}")]
    PublicOverlap {
        pattern: String,
        later: String,
        later_index: usize,
    },
    #[error("CloudFront cannot select the behaviour of route {pattern}")]
    BehaviourPattern {
        pattern: String,
        reason: BehaviourPatternReason,
    },
    #[error("the routes need {needed} cache behaviours, CloudFront allows {allowed}")]
    TooManyBehaviours { needed: usize, allowed: usize },
    #[error("invalid CORS rule")]
    Cors { reason: &'static str },
    #[error("policy {name} requires nothing")]
    EmptyPolicy { name: String },
    #[error("a selector without members")]
    EmptySelector,
    #[error("an empty list of values")]
    EmptyValues,
    #[error("{value:?} cannot match")]
    Value { value: String, rule: String },
    #[error("policy {name} can be met by nobody")]
    Unmeetable { name: String, reason: String },
    #[error("policy {name} is used by no route")]
    UnusedPolicy { name: String },
    #[error("policy {name} is met by everybody who can log in")]
    AdmitsEveryone { name: String },
    #[error("no service token can meet this alternative")]
    DeadToken { reason: String },
    #[error("no country has the code {country:?}")]
    UnassignedCountry { country: String },
    #[error("the policies tell {} kinds of login apart, a session at most {CONTEXT_LIMIT}", found.len())]
    TooManyContexts { found: Vec<String> },
    #[error("no request to route {pattern} can meet policy {name}")]
    NoCommonMethod { name: String, pattern: String },
    #[error("{value:?} is not a path to rewrite to")]
    FixedRewrite { value: String },
    #[error("route {pattern} takes no navigation that could be rewritten")]
    RewriteWithoutGet { pattern: String },
    #[error("route {pattern} rewrites to {target:?}, which it does not decide")]
    RewriteElsewhere {
        target: String,
        pattern: String,
        by: String,
    },
    #[error("the provider does not list the claim {claim:?}")]
    ClaimNotSent { claim: String },
    #[error("the provider does not list the authentication context class {class:?}")]
    ContextNotKnown { class: String, known: Vec<String> },
    #[error("domain {host} lies outside the cookie domain {domain}")]
    CookieDomain { domain: String, host: String },
    #[error("the cookie domain {domain} has no domain of the application to cover")]
    CookieDomainWithoutHosts { domain: String },
}

/// Why a pattern cannot select a behaviour of CloudFront reliably.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BehaviourPatternReason {
    /// Behaviours compare case.
    CaseInsensitive,
    /// A character that a client may write encoded or not, or that CloudFront has no pattern for.
    Character(char),
    /// A hexadecimal digit after a star, which could be half of an encoded character.
    DigitAfterStar(char),
}

impl ProblemKind {
    /// Error or warning.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::UnusedPolicy { .. }
            | Self::AdmitsEveryone { .. }
            | Self::UnassignedCountry { .. }
            | Self::ClaimNotSent { .. }
            | Self::ContextNotKnown { .. } => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// Why, and what to write instead.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Name(error) => format!("{error}."),
            Self::FixedPath { .. } => "Write an absolute path of letters, digits, `-`, `_`, `.` and single slashes, without a slash at its end, for example \"/oauth2\".".into(),
            Self::HostTwice { .. } => "A distribution serves each domain once. Remove one of the two.".into(),
            Self::ReservedPathsOverlap => "The userinfo path must lie outside the auth prefix: everything under the prefix belongs to the auth function.".into(),
            Self::ClaimNotInSession { claim, .. } => format!("Only claims that travel in the session can become headers. Add {claim:?} to the session's claims."),
            Self::LifetimeTooLong { limited_by, limit, .. } => format!("A session must not outlive {limited_by}, otherwise a revocation could be forgotten while the session still lives. Write at most \"{limit}\", or raise {limited_by}."),
            Self::NoRoutes => "Without a route every request is refused. Add a route, for example { path = \"/*\", allow = [\"staff\"] }.".into(),
            Self::Pattern { reason, .. } => format!("A pattern is an absolute, decoded path in which `*` stands for any characters: {reason}."),
            Self::CaseBeyondAscii { .. } => "Only ASCII letters are compared without regard to case. Write one route for each spelling.".into(),
            Self::RouteWithoutPolicy { .. } => "Access is denied by default. Name the policies of which one must be met (allow = [\"staff\"]), or write access = \"public\" to let everybody in.".into(),
            Self::PublicWithPolicies { .. } => "A public route lets everybody in, so its policies would never be asked. Remove either `access` or `allow`.".into(),
            Self::UnknownValue { known, .. } => format!("Write one of {}, or leave it out.", quoted(known)),
            Self::UnknownPolicy { known, .. } => format!("Policies of this application: {}.", quoted(known)),
            Self::PolicyTwice { .. } => "One of the two is enough.".into(),
            Self::UnknownOrigin { known, .. } => format!("Origins of this application: {}.", quoted(known)),
            Self::NoMethods { .. } => "Leave `methods` out to allow every method, or list at least one.".into(),
            Self::DuplicateRoute { first, .. } => format!("The first route that matches decides, so this one never does. Merge it into routes[{first}]."),
            Self::Unreachable { by, .. } => format!("The first route that matches decides, and every path of this one already matches {}. Move this route up, or remove it.", by.join(" or ")),
            Self::Reserved { reserved, .. } => format!("{reserved} is answered by the gateway itself. Choose another path for the route, or move the reserved one."),
            Self::PublicOverlap { later, later_index, .. } => format!("Paths that match both are public, because the first route that matches decides. Move {later} (routes[{later_index}]) above the public route; where a part of it shall be public, write a public route that lies wholly within it."),
            Self::BehaviourPattern { reason, .. } => reason.detail(),
            Self::TooManyBehaviours { .. } => "Each route with an origin or a cache of its own needs a behaviour, `/x/*` needs two, and so do earlier routes that overlap it; the default behaviour and the auth prefix take one each. Group such routes under common prefixes.".into(),
            Self::Cors { reason } => format!("{reason}."),
            Self::EmptyPolicy { .. } => "A policy needs `require` or `any`; `none` alone would admit everyone else. To admit everyone who logs in, write require = [{ authenticated = true }].".into(),
            Self::EmptySelector => "A selector says what must hold, for example { groups = [\"staff\"] } or { authenticated = true }.".into(),
            Self::EmptyValues => "No value is in an empty list, so the selector never holds. List the values, or remove the member.".into(),
            Self::Value { rule, .. } => format!("{rule}."),
            Self::Unmeetable { reason, .. } => format!("{reason}. Every route that relies on it would refuse everybody."),
            Self::UnusedPolicy { .. } => "Remove it, or name it in a route's `allow`.".into(),
            _ => self.detail_of_context(),
        }
    }
}

impl ProblemKind {
    /// The same for what concerns requests, logins and the provider.
    fn detail_of_context(&self) -> String {
        match self {
            Self::AdmitsEveryone { .. } => "Where somebody is and how they logged in says nothing of who they are, so the provider alone decides who comes in. If that is meant, say so with require = [{ authenticated = true }]; otherwise add groups, roles, e-mail domains or another selector.".into(),
            Self::HeaderOfMachines { .. } => "The application lets machines in, and an origin could take the claim of a user in this header for the name of a service token. Choose another name.".into(),
            Self::DeadToken { reason } => format!("{reason}. Put what service tokens may do into a policy of its own, and name it in the route's `allow`."),
            Self::UnassignedCountry { country } => {
                let hint = if country == "UK" { " The United Kingdom is \"GB\"." } else { "" };
                format!("CloudFront will never name a viewer's country so, and an exclusion of it excludes nobody.{hint} Write a code of ISO 3166-1 alpha-2.")
            }
            Self::TooManyContexts { found } => format!("Each different combination of `acr` and `amr` in a selector is one kind, and the session's cookie has room for {CONTEXT_LIMIT}: {}. Use the same combination in several policies.", found.join(", ")),
            Self::NoCommonMethod { .. } => "The route's `methods` and those of the policy's selectors have none in common. Add a method to one of them, or remove the policy from the route.".into(),
            Self::FixedRewrite { .. } => "Write one absolute, decoded path without wildcards, query and path parameters, for example \"/app/index.html\".".into(),
            Self::RewriteWithoutGet { .. } => "Only GET and HEAD are rewritten. Add GET to `methods`, or remove `spa`.".into(),
            Self::RewriteElsewhere { by, .. } => format!("It is decided by {by}, so that the rewrite would lead past its policies. Choose a path that no earlier route matches and this one does."),
            Self::ClaimNotSent { .. } => "Without the claim a selector is undecidable and its policy not met, and a header is not set. Configure the provider to send it in the ID token, or name another claim. Providers need not list every claim: if yours sends it all the same, all is well.".into(),
            Self::ContextNotKnown { known, .. } => format!("Who needs it would be sent to the provider in vain. The provider lists {}. Providers need not list every class: if yours knows it all the same, all is well.", quoted(known)),
            Self::CookieDomain { domain, .. } => format!("A browser refuses a cookie for {domain} from a host outside of it, so that a login there would never end. Choose a cookie domain that is a parent of every domain, or remove the domain."),
            Self::CookieDomainWithoutHosts { .. } => "The distribution's own name lies outside of every domain of yours. List the application's domains, or leave the cookie domain out.".into(),
            _ => String::new(),
        }
    }
}

impl BehaviourPatternReason {
    fn detail(self) -> String {
        let why = "A route with an origin or a cache of its own, and any earlier route that overlaps it, needs a cache behaviour with the same pattern";
        match self {
            Self::CaseInsensitive => format!(
                "{why}, and CloudFront's behaviours compare case. Write one route for each spelling, or use one origin and no shared cache."
            ),
            Self::Character(character) => format!(
                "{why}. CloudFront compares the path as the client encoded it, and {character:?} can be written in two ways, so such a pattern may use letters, digits, `-`, `.`, `_`, `~`, `/` and `*` only."
            ),
            Self::DigitAfterStar(character) => format!(
                "{why}. CloudFront compares the path as the client encoded it, so {character:?} right after `*` could be half of an encoded character. Put a character other than 0-9 and a-f after the star, for example a slash."
            ),
        }
    }
}

fn quoted(values: &[impl AsRef<str>]) -> String {
    if values.is_empty() {
        return "none".into();
    }
    let quoted: Vec<String> = values.iter().map(|value| format!("{:?}", value.as_ref())).collect();
    quoted.join(", ")
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path, self.kind)
    }
}

/// All problems of one application.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn add(&mut self, path: FieldPath, kind: ProblemKind) {
        self.0.push(Problem { path, kind });
    }

    /// Whether any of them stops the plan.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|problem| problem.kind.severity() == Severity::Error)
    }

    /// The problems in the order they were found.
    #[must_use]
    pub fn as_slice(&self) -> &[Problem] {
        &self.0
    }

    pub(super) fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        formatter.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Problems {}
