//! The words of an explanation. They name claims and what is wrong with them, never their values: an explanation may
//! end in a log.

use std::fmt;

use serde_json::Value;

use super::conditions::Verdict;
use super::{Decision, Explanation, Facts, Finding, Holds, PolicyExplanation, Who};
use crate::membership::{Claims, Member};

/// The name of a membership member as it is written.
pub(super) fn name(member: Member<'_>) -> String {
    match member {
        Member::Groups => "groups".into(),
        Member::Roles => "roles".into(),
        Member::Emails => "emails".into(),
        Member::EmailDomains => "email_domains".into(),
        Member::Users => "users".into(),
        Member::Authenticated => "authenticated".into(),
        Member::Claim(Some(name)) => format!("claims[{name:?}]"),
        Member::Claim(None) => "claims".into(),
    }
}

/// Why a membership member holds, does not, or cannot be decided.
pub(super) fn of_claims(member: Member<'_>, verdict: Verdict, claims: Claims<'_>) -> String {
    let mapping = claims.mapping;
    let claim = match member {
        Member::Authenticated => return "there is a session".into(),
        Member::Claim(None) => return "it names no claim".into(),
        Member::Groups => mapping.groups.as_str(),
        Member::Roles => mapping.roles.as_str(),
        Member::Emails | Member::EmailDomains => mapping.email.as_str(),
        Member::Users => mapping.user.as_str(),
        Member::Claim(Some(name)) => name,
    };
    match verdict {
        Some(true) => format!("claim {claim} has a listed value"),
        Some(false) => format!("claim {claim} has no listed value"),
        None => format!("{}: undecidable", undecidable(member, claim, claims)),
    }
}

fn undecidable(member: Member<'_>, claim: &str, claims: Claims<'_>) -> String {
    let moved = claims
        .claims
        .get("_claim_names")
        .is_some_and(|moved| moved.get(claim).is_some());
    if moved && matches!(member, Member::Groups | Member::Roles) {
        return format!("claim {claim} is too large for the token and stands elsewhere");
    }
    if claims.claims.get(claim).is_none_or(Value::is_null) {
        return format!("claim {claim} is absent");
    }
    match member {
        Member::Groups | Member::Roles => format!("claim {claim} is not an array of strings"),
        Member::Emails | Member::EmailDomains if claims.claims.get("email_verified") != Some(&Value::Bool(true)) => {
            "claim email_verified is not true".into()
        }
        Member::Emails | Member::EmailDomains => format!("claim {claim} is no plain e-mail address"),
        Member::Users => format!("claim {claim} is not a text"),
        _ => format!("claim {claim} is neither text, truth value, whole number nor an array of strings"),
    }
}

/// Why a context member holds, does not, or cannot be decided.
pub(super) fn of_request(member: &str, verdict: Verdict, facts: &Facts<'_>) -> String {
    let machine = matches!(facts.who, Who::Machine(_));
    let text = match (member, verdict) {
        ("countries", Some(true)) => "the viewer's country is listed",
        ("countries", Some(false)) => "the viewer's country is not listed",
        ("countries", None) => "the viewer's country is not known: undecidable",
        ("ips", Some(true)) => "the viewer's address lies in a listed range",
        ("ips", Some(false)) => "the viewer's address lies in no listed range",
        ("ips", None) => "the viewer's address is not known: undecidable",
        ("methods", Some(true)) => "the method is listed",
        ("methods", _) => "the method is not listed",
        ("service_tokens", Some(true)) => "the service token is listed",
        ("service_tokens", _) if machine => "the service token is not listed",
        ("service_tokens", _) => "the caller has no service token",
        (_, None) if machine => "a service token has no session: undecidable",
        ("max_age", Some(true)) => "the login is recent enough",
        ("max_age", _) => "the login was too long ago",
        (_, Some(true)) => "the login was of this kind",
        (_, _) => "the login was not of this kind",
    };
    text.into()
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.rule, self.because)
    }
}

impl fmt::Display for Holds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Undecidable => "undecidable",
        })
    }
}

impl fmt::Display for PolicyExplanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.met { "is met" } else { "is not met" };
        write!(formatter, "policy {} {verdict}", self.policy)?;
        let deciding: Vec<String> = self
            .findings
            .iter()
            .filter(|finding| finding.decides)
            .map(ToString::to_string)
            .collect();
        if deciding.is_empty() {
            return Ok(());
        }
        write!(formatter, " ({})", deciding.join("; "))
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allow(policy) => write!(formatter, "allowed by policy {policy}"),
            Self::Public => formatter.write_str("public"),
            Self::Login => formatter.write_str("a login is needed"),
            Self::StepUp(step) => {
                write!(formatter, "another login is needed for policy {}", step.policy)?;
                if let Some(requirement) = &step.requirement {
                    write!(formatter, ", of the kind {}", requirement.text())?;
                }
                if let Some(age) = step.max_age {
                    write!(formatter, ", at most {age} ago")?;
                }
                Ok(())
            }
            Self::Denied => formatter.write_str("denied: no policy of the route is met"),
            Self::NoRoute => formatter.write_str("denied: no route decides the path"),
            Self::UnknownHost => formatter.write_str("refused: the host is none of the application's"),
            Self::AmbiguousPath(reason) => write!(formatter, "refused: the path is ambiguous, {reason}"),
            Self::AuthEndpoint => formatter.write_str("answered by the auth function"),
            Self::Userinfo => formatter.write_str("answered with what the session says"),
            Self::MethodNotAllowed => formatter.write_str("refused: the route does not take the method"),
            Self::OldTls => formatter.write_str("refused: the route wants TLS 1.3"),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.decision)?;
        if let (Some(index), Some(pattern)) = (self.route, &self.pattern) {
            write!(formatter, ", by routes[{index}] {pattern}")?;
        }
        for policy in &self.policies {
            write!(formatter, "; {policy}")?;
        }
        Ok(())
    }
}
