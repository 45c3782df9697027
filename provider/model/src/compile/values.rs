//! Checks of the values in selectors: what can never match is a mistake, and in `none` a dangerous one.

use super::countries;
use super::field::FieldPath;
use super::problem::{ProblemKind, Problems};
use crate::address::Cidr;
use crate::ids::{ClaimName, Country, HostName, Method, ServiceTokenName};
use crate::membership::Selector;

/// The shortest age a login may be asked to have: with less, a login would be too old when it comes back.
const SHORTEST_AGE: u64 = 60;

/// Checks every value of one selector.
pub(super) fn check(selector: &Selector, path: &FieldPath, problems: &mut Problems) {
    for (member, values) in selector.value_lists().into_iter().chain(selector.context_lists()) {
        if let Some(values) = values {
            check_values(values, &path.then(member), rule_of(member), problems);
        }
    }
    for (claim, values) in selector.claims.iter().flatten() {
        let path = path.then("claims").key(claim);
        if let Err(error) = ClaimName::parse(claim) {
            problems.add(path.clone(), ProblemKind::Name(error));
        }
        check_values(values, &path, rule_of("claims"), problems);
    }
    if selector.authenticated == Some(false) {
        let rule = "`authenticated` is true or left out; to exclude somebody use `none`";
        add(path.then("authenticated"), "false", rule, problems);
    }
    if let Some(class) = selector.acr.as_ref().filter(|class| !is_context_word(class)) {
        add(path.then("acr"), class, CONTEXT_RULE, problems);
    }
    if let Some(age) = selector.max_age.filter(|age| *age < SHORTEST_AGE) {
        let rule = "A login takes a while, so with less than a minute it would be asked for again and again. Write at least \"1m\"";
        add(path.then("max_age"), &format!("{age}s"), rule, problems);
    }
    for (index, country) in selector.countries.iter().flatten().enumerate() {
        if Country::parse(country).is_ok() && !countries::is_assigned(country) {
            let country = country.clone();
            problems.add(
                path.then("countries").index(index),
                ProblemKind::UnassignedCountry { country },
            );
        }
    }
}

type Rule = fn(&str) -> Result<(), String>;

const CONTEXT_RULE: &str = "It travels in requests and headers, where it is one word of printable ASCII characters without quotes and backslashes";

fn rule_of(member: &str) -> Rule {
    match member {
        "emails" => |value| {
            says(
                is_email(value),
                "An e-mail address has exactly one @ and consists of printable ASCII characters; for a whole domain use email_domains",
            )
        },
        "email_domains" => |value| {
            says(
                HostName::parse(&value.to_ascii_lowercase()).is_ok(),
                "An e-mail domain is what follows the @, for example \"example.com\"; subdomains are listed one by one",
            )
        },
        "countries" => |value| {
            says(
                Country::parse(value).is_ok(),
                "A country is written as two capital letters of ISO 3166-1, for example \"DE\"",
            )
        },
        "ips" => |value| {
            value
                .parse::<Cidr>()
                .map(drop)
                .map_err(|error| capital(&error.to_string()))
        },
        "methods" => |value| {
            says(
                Method::parse(value).is_ok(),
                "A method is one of GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS, in upper case",
            )
        },
        "amr" => |value| says(is_context_word(value), CONTEXT_RULE),
        "service_tokens" => |value| {
            says(
                ServiceTokenName::parse(value).is_ok(),
                "The name of a service token has one to 32 lower-case letters, digits and hyphens",
            )
        },
        _ => |value| says(!value.is_empty(), "An empty value never matches"),
    }
}

fn says(right: bool, rule: &str) -> Result<(), String> {
    if right { Ok(()) } else { Err(rule.to_owned()) }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn is_email(value: &str) -> bool {
    let parts: Vec<&str> = value.split('@').collect();
    parts.len() == 2 && parts.iter().all(|part| !part.is_empty()) && value.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_context_word(value: &str) -> bool {
    (1..=128).contains(&value.len())
        && value
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte))
}

fn add(path: FieldPath, value: &str, rule: &str, problems: &mut Problems) {
    let (value, rule) = (value.to_owned(), rule.to_owned());
    problems.add(path, ProblemKind::Value { value, rule });
}

fn check_values(values: &[String], path: &FieldPath, rule: Rule, problems: &mut Problems) {
    if values.is_empty() {
        problems.add(path.clone(), ProblemKind::EmptyValues);
    }
    for (index, value) in values.iter().enumerate() {
        if let Err(rule) = rule(value) {
            add(path.index(index), value, &rule, problems);
        }
    }
}
