//! Rules that one value alone must meet. Each message says what is wrong, why, and what to write.

use std::fmt::Display;
use std::str::FromStr;

use zt_framework::Value;
use zt_model::duration::Duration;
use zt_model::ids::{ApplicationName, ClaimName, ClientId, HeaderName, HostName, Issuer, Method};

/// What a rule answers: nothing, or the explanation for the user.
pub(super) type Verdict = Result<(), String>;

pub(super) const REFERRER_POLICIES: &[&str] = &[
    "no-referrer",
    "no-referrer-when-downgrade",
    "origin",
    "origin-when-cross-origin",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
];

const ALGORITHMS: &[&str] = &[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
];

/// One of a few words.
pub(crate) fn one_of(words: &'static [&'static str]) -> impl Fn(&Value) -> Verdict + Send + Sync + 'static {
    move |value| {
        let text = text(value);
        match words.contains(&text) {
            true => Ok(()),
            false => Err(format!(
                "{text:?} is not known here; write one of {}.",
                words.join(", ")
            )),
        }
    }
}

/// A name or text that the model judges; its message says the rule.
fn judged<T: FromStr<Err: Display>>(text: &str) -> Verdict {
    text.parse::<T>().map(drop).map_err(|error| format!("{error}."))
}

pub(crate) fn application_name(value: &Value) -> Verdict {
    judged::<ApplicationName>(text(value))
}

pub(crate) fn duration(value: &Value) -> Verdict {
    judged::<Duration>(text(value))?;
    match text(value)
        .parse::<Duration>()
        .is_ok_and(|duration| duration.seconds() > 0)
    {
        true => Ok(()),
        false => Err(format!("{:?} lasts no time; write at least 1s.", text(value))),
    }
}

/// Whether two texts name the same length of time, such as `12h` and `720m`.
pub(super) fn same_duration(one: &Value, other: &Value) -> bool {
    let seconds = |value: &Value| text(value).parse::<Duration>().map(Duration::seconds).ok();
    seconds(one).is_some() && seconds(one) == seconds(other)
}

pub(super) fn host_name(value: &Value) -> Verdict {
    judged::<HostName>(text(value))
}

pub(super) fn client_id(value: &Value) -> Verdict {
    judged::<ClientId>(text(value))
}

pub(super) fn claim_name(value: &Value) -> Verdict {
    judged::<ClaimName>(text(value))
}

pub(crate) fn method(value: &Value) -> Verdict {
    judged::<Method>(text(value))
}

pub(super) fn identity_headers(value: &Value) -> Verdict {
    let Some(entries) = value.entries() else { return Ok(()) };
    entries.keys().try_for_each(|name| judged::<HeaderName>(name))?;
    entries
        .values()
        .filter_map(Value::as_str)
        .try_for_each(judged::<ClaimName>)
}

/// An origin server may be inside a network of its own, so a single label is a name here.
pub(super) fn server_name(value: &Value) -> Verdict {
    let name = text(value);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    match name.len() <= 253 && name.split('.').all(label) {
        true => Ok(()),
        false => Err(format!(
            "{name:?} is not a host name; write it without scheme, port or path."
        )),
    }
}

pub(super) fn certificate(value: &Value) -> Verdict {
    let arn = text(value);
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "acm", "us-east-1", _, resource] if resource.starts_with("certificate/") => Ok(()),
        ["arn", _, "acm", region, ..] => Err(format!(
            "The certificate is in {region}, but CloudFront reads certificates in us-east-1 only. Request it there, \
             with a provider alias whose region is us-east-1."
        )),
        _ => Err(format!(
            "{arn:?} is not the ARN of an ACM certificate; write arn:aws:acm:us-east-1:…:certificate/…."
        )),
    }
}

pub(super) fn port(value: &Value) -> Verdict {
    match value.as_i64() {
        Some(1..=65_535) => Ok(()),
        _ => Err("A port is a whole number from 1 to 65535.".to_owned()),
    }
}

pub(crate) fn reserved_path(value: &Value) -> Verdict {
    let path = text(value);
    let segment = |s: &str| {
        !s.is_empty() && s != "." && s != ".." && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
    };
    match path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(segment)) && path.len() <= 64 {
        true => Ok(()),
        false => Err(format!(
            "{path:?} cannot be reserved: begin with a slash, do not end with one, and use letters, digits and \
             `-._~` between slashes, such as /oauth2."
        )),
    }
}

pub(super) fn title(value: &Value) -> Verdict {
    let title = text(value);
    match !title.trim().is_empty() && title.chars().count() <= 80 && !title.chars().any(char::is_control) {
        true => Ok(()),
        false => Err("A title has 1 to 80 characters and no control characters.".to_owned()),
    }
}

pub(super) fn support_url(value: &Value) -> Verdict {
    let url = text(value);
    match (url.starts_with("https://") || url.starts_with("mailto:")) && is_plain(url) {
        true => Ok(()),
        false => Err(format!(
            "{url:?} is not an address of support; write an https:// or mailto: address."
        )),
    }
}

pub(crate) fn issuer(value: &Value) -> Verdict {
    let issuer = text(value);
    match issuer.starts_with("https://") {
        true => judged::<Issuer>(issuer),
        false => Err(format!(
            "{issuer:?} is not https. Its keys could be replaced on the way, so only https:// issuers are accepted. \
             Copy `issuer` from the provider's discovery document."
        )),
    }
}

pub(super) fn endpoint(value: &Value) -> Verdict {
    let url = text(value);
    let host = url
        .strip_prefix("https://")
        .and_then(|rest| rest.split(['/', '?', '#']).next());
    match host {
        Some(host) if !host.is_empty() && !host.contains('@') && is_plain(url) => Ok(()),
        Some(_) => Err(format!(
            "{url:?} is not a usable address; write https:// with a host name and no user name."
        )),
        None => Err(format!(
            "{url:?} is not https. Codes and tokens would travel in clear, so only https:// addresses are accepted."
        )),
    }
}

pub(super) fn scopes(value: &Value) -> Verdict {
    match value.is_wholly_known() && !known(value).any(|scope| text(scope) == "openid") {
        true => Err("Without the scope `openid` the provider issues no ID token; add it.".to_owned()),
        false => Ok(()),
    }
}

pub(crate) fn algorithms(value: &Value) -> Verdict {
    if value.is_wholly_known() && value.elements().is_empty() {
        return Err("No algorithm would refuse every ID token; write at least one, such as RS256.".to_owned());
    }
    match known(value).map(text).find(|name| !ALGORITHMS.contains(name)) {
        None => Ok(()),
        Some(name) => Err(format!(
            "{name:?} is not accepted: ID tokens must be signed with an asymmetric algorithm. Write one of {}.",
            ALGORITHMS.join(", ")
        )),
    }
}

pub(super) fn cors_origins(value: &Value) -> Verdict {
    let plain = |origin: &str| {
        let rest = origin
            .strip_prefix("https://")
            .or_else(|| origin.strip_prefix("http://"));
        rest.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', '?', '#', '@'])) && is_plain(origin)
    };
    match known(value).map(text).find(|origin| !plain(origin)) {
        None => Ok(()),
        Some(origin) => Err(format!(
            "{origin:?} is not an origin; write scheme, host and port only, such as https://app.example.com. A \
             wildcard would open the route to every site."
        )),
    }
}

pub(super) fn origin_path(value: &Value) -> Verdict {
    let path = text(value);
    match path.starts_with('/') && !path.ends_with('/') && path.len() <= 255 && is_plain(path) {
        true => Ok(()),
        false => Err(format!(
            "{path:?} is not an origin path: begin with a slash and do not end with one."
        )),
    }
}

pub(crate) fn bucket(value: &Value) -> Verdict {
    let name = text(value);
    let shape = (3..=63).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b));
    match shape {
        true => Ok(()),
        false => Err(format!(
            "{name:?} is not the name of a bucket; write the name, not its ARN or domain name."
        )),
    }
}

pub(super) fn max_age(value: &Value) -> Verdict {
    match value.as_i64() {
        Some(0..=63_072_000) => Ok(()),
        _ => Err("Write whole seconds from 0 to 63072000 (two years).".to_owned()),
    }
}

/// Days for which CloudWatch Logs keeps lines.
pub(super) fn retention(value: &Value) -> Verdict {
    crate::session_store::log_retention(value)
}

pub(super) fn recovery_days(value: &Value) -> Verdict {
    match value.as_i64() {
        Some(0 | 7..=30) => Ok(()),
        _ => Err("Secrets Manager accepts 7 to 30 days; write that, or 0 to delete at once.".to_owned()),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The known elements of a collection; unknown ones are judged once they are known.
fn known(value: &Value) -> impl Iterator<Item = &Value> {
    value.elements().iter().filter(|element| !element.is_unknown())
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| (0x21..=0x7e).contains(&b))
}
