//! Attributes of what an application may do without: machines, signals, the signed assertion, rotation of keys.

use super::rules::{self, Verdict};
use zt_framework::{Attribute, Type, Value};
use zt_model::duration::Duration;

pub(super) fn attributes() -> Vec<Attribute> {
    vec![
        cookie_domain(),
        assertion(),
        shared_signals(),
        bearer_issuers(),
        key_rotation(),
    ]
}

/// The queue of the session store, as the store hands it over.
pub(super) fn queue() -> Attribute {
    Attribute::single(
        "queue",
        "The queue through which the application ends sessions in the store. A store of an older version has none; then \
         a logout ends only the browser's own session.",
        [
            Attribute::string("url", "URL of the queue.").optional(),
            Attribute::string("arn", "ARN of the queue.").optional(),
            Attribute::string("region", "Region of the queue.").optional(),
        ],
    )
    .optional()
}

fn cookie_domain() -> Attribute {
    Attribute::string(
        "cookie_domain",
        "Domain of the session cookie, so that one login serves several hosts of the application: each alias must be it or \
         lie in it. Every host of that domain then receives the cookie, also those that are not yours to trust; leave it \
         out (a host-only cookie) unless you need it. Adding or removing it asks everybody to log in once; for the minutes \
         in which the distribution changes, sessions of before go on and who has none is answered with 401. Two applications \
         of one name, from different stores, cannot share a domain: their cookies would be the same.",
    )
    .optional()
    .validate(rules::host_name)
}

fn assertion() -> Attribute {
    Attribute::single(
        "assertion",
        "Sends the origin a signed assertion of who asks, in the header `x-zt-assertion`: a JWT (ES256) that an origin \
         verifies with the keys at `<auth_prefix>/jwks.json`, so that it need not trust the network. Adding it asks everybody \
         to log in once, when every edge location sends it; until then requests pass without.",
        [Attribute::string(
            "audience",
            "Audience of the assertion. Default: the application's name.",
        )
        .optional()
        .validate(printable)],
    )
    .optional()
}

fn shared_signals() -> Attribute {
    let mut attributes = trusted("security events");
    attributes.extend([algorithms()]);
    Attribute::single(
        "shared_signals",
        "The transmitter whose security events (Shared Signals: CAEP, RISC) `<auth_prefix>/events` takes, by push. Needs a \
         session store with a queue.",
        attributes,
    )
    .optional()
}

fn bearer_issuers() -> Attribute {
    let mut attributes = trusted("bearer tokens");
    attributes.extend([
        algorithms(),
        Attribute::string(
            "token_type",
            "The `typ` that the tokens must have, such as `at+jwt`. Without it any is taken.",
        )
        .optional()
        .validate(printable),
        Attribute::string("lifetime", "Longest lifetime of such a session. Default `15m`.")
            .default("15m")
            .validate(rules::duration),
    ]);
    Attribute::map(
        "bearer_issuers",
        "Issuers whose bearer tokens `<auth_prefix>/token` exchanges for a session in a header, by a name of yours: for \
         machines and command lines.",
        attributes,
    )
    .optional()
}

fn trusted(what: &str) -> Vec<Attribute> {
    vec![
        Attribute::string(
            "issuer",
            format!("Issuer of the {what}, exactly as they name it; https."),
        )
        .required()
        .validate(rules::issuer),
        Attribute::string("jwks_uri", "Address of the issuer's keys, https.")
            .required()
            .validate(rules::endpoint),
        Attribute::string("audience", format!("Audience that the {what} must name."))
            .required()
            .validate(printable),
    ]
}

fn algorithms() -> Attribute {
    Attribute::list_of(
        "signing_algorithms",
        Type::String,
        "Signature algorithms to accept. Default `RS256`.",
    )
    .default(vec!["RS256"])
    .validate(rules::algorithms)
}

fn key_rotation() -> Attribute {
    Attribute::single(
        "key_rotation",
        "When the application gets a new signing key. Edge locations learn of it before it signs, and the old key verifies \
         as long as its sessions live, so nobody is logged out.",
        [
            Attribute::map_of(
                "triggers",
                Type::String,
                "Any values; a change rotates the keys, for example `{ month = \"2026-11\" }`.",
            )
            .optional(),
            Attribute::map_of(
                "emergency",
                Type::String,
                "Any values; a change replaces the keys at once, because one may be known to somebody else. Every session \
                 ends.",
            )
            .optional(),
            Attribute::string(
                "propagation",
                "How long edge locations may take to learn of a key before it signs. Default `10m`.",
            )
            .default("10m")
            .validate(propagation),
        ],
    )
    .optional()
}

/// Instances of the auth function keep a key for a minute.
fn propagation(value: &Value) -> Verdict {
    rules::duration(value)?;
    let text = value.as_str().unwrap_or_default();
    match text.parse::<Duration>().is_ok_and(|wait| wait.seconds() >= 120) {
        true => Ok(()),
        false => Err(format!(
            "{text:?} is too short: instances of the auth function keep a key for a minute, and edge locations take their \
             time. Write at least 2m."
        )),
    }
}

pub(super) fn printable(value: &Value) -> Verdict {
    let text = value.as_str().unwrap_or_default();
    match !text.is_empty() && text.len() <= 1000 && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(()),
        false => Err(format!(
            "{text:?} is not usable here; write 1 to 1000 printable ASCII characters without spaces."
        )),
    }
}

pub(crate) fn region(value: &Value) -> Verdict {
    let text = value.as_str().unwrap_or_default();
    let parts: Vec<&str> = text.split('-').collect();
    let letters = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    match parts.split_last() {
        Some((number, words))
            if words.len() >= 2
                && words.iter().all(letters)
                && number.len() == 1
                && number.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            Ok(())
        }
        _ => Err(format!(
            "{text:?} is not a region of AWS; write one such as \"us-east-1\"."
        )),
    }
}

pub(crate) fn tenant(value: &Value) -> Verdict {
    let text = value.as_str().unwrap_or_default();
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    let hexadecimal = |byte: u8| byte == b'-' || byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    match parts == [8, 4, 4, 4, 12] && text.bytes().all(hexadecimal) {
        true => Ok(()),
        false => Err(format!(
            "{text:?} is not the id of a tenant. Names of tenants can change hands; write the directory (tenant) id in \
             lower case, such as \"11111111-2222-3333-4444-555555555555\"."
        )),
    }
}

pub(super) fn secret_arn(value: &Value) -> Verdict {
    let arn = value.as_str().unwrap_or_default();
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "secretsmanager", "us-east-1", _, resource] if resource.starts_with("secret:") => Ok(()),
        ["arn", _, "secretsmanager", region, ..] => Err(format!(
            "The secret is in {region}, but the auth function reads secrets in us-east-1 only. Create or replicate it there."
        )),
        _ => Err(format!(
            "{arn:?} is not the ARN of a secret; write arn:aws:secretsmanager:us-east-1:…:secret:…."
        )),
    }
}

pub(super) fn hook_timeout(value: &Value) -> Verdict {
    match value.as_i64() {
        Some(100..=5000) => Ok(()),
        _ => Err("A login waits for the hook, and a viewer for the login; write 100 to 5000 milliseconds.".to_owned()),
    }
}
