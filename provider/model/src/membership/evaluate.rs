//! Evaluation of a membership policy in three values: true, false, undecidable.
//!
//! The auth function does the same in JavaScript; `tests/vectors/membership.json` judges both.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Policy, Selector};
use crate::ids::AtomName;
use crate::session::ClaimMapping;

/// The claims of a user and where to find what in them.
#[derive(Debug, Clone, Copy)]
pub struct Claims<'a> {
    /// The claims of the verified ID token.
    pub claims: &'a Map<String, Value>,
    /// Which claim means what.
    pub mapping: &'a ClaimMapping,
}

/// `Some(true)`, `Some(false)`, or `None` for undecidable.
pub(crate) type Verdict = Option<bool>;

/// One membership member of a selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Member<'a> {
    Groups,
    Roles,
    Emails,
    EmailDomains,
    Users,
    Authenticated,
    /// The values of one claim; without a name, a map that names none.
    Claim(Option<&'a str>),
}

/// Whether a user meets a policy.
#[must_use]
pub fn met(policy: &Policy, claims: Claims<'_>) -> bool {
    if policy.require.is_empty() && policy.any.is_empty() {
        return false;
    }
    let is = |wanted: bool| move |selector: &Selector| holds(selector, claims) == Some(wanted);
    policy.require.iter().all(is(true))
        && (policy.any.is_empty() || policy.any.iter().any(is(true)))
        && policy.none.iter().all(is(false))
}

/// The names of the atoms a user meets.
pub fn satisfied<'a>(
    policies: &'a BTreeMap<AtomName, Policy>,
    claims: Claims<'a>,
) -> impl Iterator<Item = &'a AtomName> + 'a {
    policies
        .iter()
        .filter(move |(_, policy)| met(policy, claims))
        .map(|(name, _)| name)
}

fn holds(selector: &Selector, claims: Claims<'_>) -> Verdict {
    // What is decided elsewhere is undecidable here: an atom has no such member.
    let elsewhere = selector.has_context().then_some(None);
    let verdicts = members(selector, claims).into_iter().map(|(_, verdict)| verdict);
    all(verdicts.chain(elsewhere))
}

/// Whether all hold: one that is plainly false decides, whatever else is undecidable. Nothing at all is undecidable.
pub(crate) fn all(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    let verdicts: Vec<Verdict> = verdicts.into_iter().collect();
    if verdicts.contains(&Some(false)) {
        return Some(false);
    }
    (!verdicts.is_empty() && !verdicts.contains(&None)).then_some(true)
}

/// The membership members of a selector, each with its verdict.
pub(crate) fn members<'a>(selector: &'a Selector, claims: Claims<'_>) -> Vec<(Member<'a>, Verdict)> {
    let mapping = claims.mapping;
    let mut members: Vec<(Member<'a>, Verdict)> = Vec::new();
    let mut add = |member, verdict: Option<Verdict>| members.extend(verdict.map(|verdict| (member, verdict)));
    let listed = selector.groups.as_ref();
    add(
        Member::Groups,
        listed.map(|listed| claims.array(mapping.groups.as_str(), listed)),
    );
    let listed = selector.roles.as_ref();
    add(
        Member::Roles,
        listed.map(|listed| claims.array(mapping.roles.as_str(), listed)),
    );
    let emails = |listed: &Vec<String>| {
        let email = claims.email()?;
        Some(listed.iter().any(|value| value.eq_ignore_ascii_case(email)))
    };
    add(Member::Emails, selector.emails.as_ref().map(emails));
    let domains = |listed: &Vec<String>| {
        let (_, domain) = claims.email()?.split_once('@')?;
        Some(listed.iter().any(|value| value.eq_ignore_ascii_case(domain)))
    };
    add(Member::EmailDomains, selector.email_domains.as_ref().map(domains));
    let users = |listed: &Vec<String>| {
        let user = claims.text(mapping.user.as_str()).filter(|user| !user.is_empty())?;
        Some(listed.iter().any(|value| value == user))
    };
    add(Member::Users, selector.users.as_ref().map(users));
    let known = selector.authenticated.map(|wanted| wanted.then_some(true));
    add(Member::Authenticated, known);
    for (name, listed) in selector.claims.iter().flatten() {
        add(Member::Claim(Some(name.as_str())), Some(claims.any_claim(name, listed)));
    }
    // A map without a name says nothing, so it must not count as something that holds.
    if selector.claims.as_ref().is_some_and(BTreeMap::is_empty) {
        add(Member::Claim(None), Some(None));
    }
    members
}

impl<'a> Claims<'a> {
    fn text(self, name: &str) -> Option<&'a str> {
        self.claims.get(name)?.as_str()
    }

    /// An array of strings that contains a listed value.
    ///
    /// A claim the provider moved elsewhere because it grew too large (Entra's overage) is not the whole list.
    fn array(self, name: &str, listed: &[String]) -> Verdict {
        let moved = self.claims.get("_claim_names");
        if moved.is_some_and(|moved| moved.get(name).is_some()) {
            return None;
        }
        let items = self.claims.get(name)?.as_array()?;
        contains(items, listed)
    }

    /// The e-mail address, if it is verified and of the one form we compare.
    fn email(self) -> Option<&'a str> {
        (self.claims.get("email_verified")? == &Value::Bool(true)).then_some(())?;
        let email = self.text(self.mapping.email.as_str())?;
        let (local, domain) = email.split_once('@')?;
        let right = !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && email.bytes().all(|byte| byte.is_ascii_graphic());
        right.then_some(email)
    }

    fn any_claim(self, name: &str, listed: &[String]) -> Verdict {
        let text = match self.claims.get(name)? {
            Value::String(text) => text.clone(),
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => integer(number)?,
            Value::Array(items) => return contains(items, listed),
            Value::Null | Value::Object(_) => return None,
        };
        Some(listed.contains(&text))
    }
}

fn contains(items: &[Value], listed: &[String]) -> Verdict {
    let texts: Vec<&str> = items.iter().map(Value::as_str).collect::<Option<_>>()?;
    Some(texts.iter().any(|text| listed.iter().any(|value| value == text)))
}

/// The decimal digits of an integer that JavaScript holds exactly.
fn integer(number: &serde_json::Number) -> Option<String> {
    const SAFE: f64 = 9_007_199_254_740_991.0;
    let value = number.as_f64()?;
    let exact = value.fract() == 0.0 && value.abs() <= SAFE;
    // Adding zero turns the negative zero into the plain one.
    exact.then(|| format!("{:.0}", value + 0.0))
}
