//! Rules that one value alone must meet.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use zt_framework::Value;

use super::paths;

pub(super) type Verdict = Result<(), String>;

/// WAF Developer Guide, "Quotas".
const MOST_ADDRESSES: usize = 10_000;
const LONGEST_BODY: usize = 4_096;
const LONGEST_EXPRESSION: usize = 512;
/// WAF Developer Guide, "Supported status codes for custom response", as far as they refuse.
const STATUSES: [i64; 20] = [
    400, 401, 403, 404, 405, 408, 409, 411, 412, 413, 414, 415, 416, 421, 429, 500, 501, 502, 503, 504,
];

pub(super) fn rate(value: &Value) -> Verdict {
    match value.as_i64() {
        Some(10..=2_000_000_000) => Ok(()),
        _ => Err("AWS WAF counts whole numbers from 10 to 2000000000.".to_owned()),
    }
}

pub(super) fn window(value: &Value) -> Verdict {
    match value.as_i64() {
        Some(60 | 120 | 300 | 600) => Ok(()),
        _ => Err("AWS WAF counts in windows of 60, 120, 300 or 600 seconds; write one of them.".to_owned()),
    }
}

pub(super) fn path_rate_limits(value: &Value) -> Verdict {
    let Some(entries) = value.entries() else { return Ok(()) };
    for (path, limit) in entries {
        if !path.starts_with('/') || !is_plain(path) || path.contains(['*', '?', '#', '%']) || path.len() > 200 {
            return Err(format!(
                "{path:?} is not a path prefix; write one such as /api/, without wildcards and a query, and decoded."
            ));
        }
        normal(path)?;
        if !limit.is_unknown() {
            rate(limit)?;
        }
    }
    Ok(())
}

pub(super) fn pattern(value: &Value) -> Verdict {
    let text = text(value);
    if !text.starts_with('/') || !is_plain(text) || text.len() > 200 || text.contains(['?', '#', '%']) {
        return Err(format!(
            "{text:?} is not a path; write one such as /api/*, where * stands for anything, at most 200 characters, without a \
             query and decoded."
        ));
    }
    if paths::expression(text).len() > LONGEST_EXPRESSION {
        return Err(format!(
            "{text:?} is too long for an expression of AWS WAF; write fewer asterisks."
        ));
    }
    normal(text)
}

/// Paths are compared normalised, so one that is not would hold for no request.
fn normal(path: &str) -> Verdict {
    let mut parts = path.split('/').skip(1).peekable();
    while let Some(part) = parts.next() {
        if [".", ".."].contains(&part) || (part.is_empty() && parts.peek().is_some()) {
            return Err(format!(
                "{path:?} would never hold: paths are compared without //, /./ and /../. Write it without them."
            ));
        }
    }
    Ok(())
}

pub(super) fn countries(value: &Value) -> Verdict {
    let code = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
    not_empty_list(value)?;
    match known(value).map(text).find(|country| !code(country)) {
        None => Ok(()),
        Some(country) => Err(format!(
            "{country:?} is not a country code; write two capital letters, such as DE."
        )),
    }
}

pub(super) fn methods(value: &Value) -> Verdict {
    not_empty_list(value)?;
    match known(value)
        .map(text)
        .find(|method| method.is_empty() || !method.bytes().all(|b| b.is_ascii_uppercase()))
    {
        None => Ok(()),
        Some(method) => Err(format!(
            "{method:?} is not a method; write it in capital letters, such as POST."
        )),
    }
}

pub(super) fn not_empty_list(value: &Value) -> Verdict {
    match value.is_wholly_known() && value.elements().is_empty() {
        true => Err("An empty list has no meaning here; leave the attribute out.".to_owned()),
        false => Ok(()),
    }
}

/// Ranges in CIDR notation and ARNs of IP sets, as many as AWS takes.
pub(super) fn addresses(value: &Value) -> Verdict {
    not_empty_list(value)?;
    let ranges = known(value).filter(|one| !text(one).starts_with("arn:")).count();
    match ranges > MOST_ADDRESSES {
        true => Err(format!(
            "There are {ranges} ranges, and an IP set of AWS WAF holds {MOST_ADDRESSES}. Merge neighbouring ranges, or put them \
             into IP sets of your own and write their ARNs here."
        )),
        false => Ok(()),
    }
}

/// One range or one ARN.
pub(super) fn address(value: &Value) -> Verdict {
    let text = text(value);
    if text.starts_with("arn:") {
        let is_global = text.contains(":wafv2:us-east-1:") && text.contains(":global/ipset/");
        return match is_global {
            true => Ok(()),
            false => Err(format!(
                "{text:?} is not the ARN of an IP set for CloudFront; those are in us-east-1, with scope CLOUDFRONT, and hold \
                 \":global/ipset/\"."
            )),
        };
    }
    range(text).map(drop)
}

/// The canonical form of a range, and whether it is of IPv6.
pub(super) fn range(text: &str) -> Result<(String, bool), String> {
    let wrong = || {
        format!(
            "{text:?} is neither a range in CIDR notation, such as 192.0.2.0/24 or 2001:db8::/32, nor the ARN of an IP set."
        )
    };
    let Some((address, bits)) = text.split_once('/') else {
        return Err(match text.parse::<IpAddr>() {
            Ok(IpAddr::V4(one)) => format!("{text:?} has no length; write {one}/32 for this one address."),
            Ok(IpAddr::V6(one)) => format!("{text:?} has no length; write {one}/128 for this one address."),
            Err(_) => wrong(),
        });
    };
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let bits: u32 = bits.parse().map_err(|_| wrong())?;
    if bits == 0 {
        return Err(format!(
            "{text:?} is every address, which AWS WAF does not take in an IP set; write longer ranges."
        ));
    }
    let base: IpAddr = match address {
        IpAddr::V4(one) if bits <= 32 => Ipv4Addr::from_bits(one.to_bits() & (u32::MAX << (32 - bits))).into(),
        IpAddr::V6(one) if bits <= 128 => Ipv6Addr::from_bits(one.to_bits() & (u128::MAX << (128 - bits))).into(),
        _ => return Err(wrong()),
    };
    match base == address {
        true => Ok((format!("{base}/{bits}"), base.is_ipv6())),
        false => Err(format!("{text:?} does not begin its range; write {base}/{bits}.")),
    }
}

/// Names of rules and limits: they become names in AWS WAF.
pub(super) fn names(value: &Value) -> Verdict {
    let Some(entries) = value.entries() else { return Ok(()) };
    let good = |name: &str| {
        (1..=32).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !name.starts_with('-')
            && !name.ends_with('-')
    };
    match entries.keys().find(|name| !good(name)) {
        None => Ok(()),
        Some(name) => Err(format!(
            "{name:?} cannot be a name in AWS WAF; write 1 to 32 lower-case letters, digits and hyphens, such as \"no-wordpress\"."
        )),
    }
}

/// The keys of `headers` and `query`.
pub(super) fn field_names(value: &Value) -> Verdict {
    let Some(entries) = value.entries() else { return Ok(()) };
    let good = |name: &str| (1..=64).contains(&name.len()) && is_plain(name) && name == name.to_ascii_lowercase();
    match entries.keys().find(|name| !good(name)) {
        None => Ok(()),
        Some(name) => Err(format!(
            "{name:?} is not a name that AWS WAF can look for; write it in lower case, at most 64 characters."
        )),
    }
}

pub(super) fn status(value: &Value) -> Verdict {
    match value.as_i64().filter(|status| STATUSES.contains(status)) {
        Some(_) => Ok(()),
        None => Err(
            "A refusal is answered with one of the statuses that AWS WAF can send and that refuse, such as 403, 404, 429 or 503."
                .to_owned(),
        ),
    }
}

pub(super) fn body(value: &Value) -> Verdict {
    match (1..=LONGEST_BODY).contains(&text(value).len()) {
        true => Ok(()),
        false => Err(format!(
            "The body has {} bytes; AWS WAF sends 1 to {LONGEST_BODY}.",
            text(value).len()
        )),
    }
}

/// A text to look for: AWS WAF takes 200 bytes.
pub(super) fn sought(value: &Value) -> Verdict {
    match (1..=200).contains(&text(value).len()) {
        true => Ok(()),
        false => Err("AWS WAF looks for texts of 1 to 200 bytes.".to_owned()),
    }
}

/// Where logs of a web ACL of CloudFront may go.
pub(super) fn destination(value: &Value) -> Verdict {
    let arn = text(value);
    let parts: Vec<&str> = arn.split(':').collect();
    let name = match parts.as_slice() {
        ["arn", _, "s3", "", "", bucket] => Some(*bucket),
        ["arn", _, "logs", "us-east-1", _, "log-group", group]
        | ["arn", _, "logs", "us-east-1", _, "log-group", group, "*"] => Some(*group),
        ["arn", _, "firehose", "us-east-1", _, stream] => stream.strip_prefix("deliverystream/"),
        _ => None,
    };
    match name.is_some_and(|name| name.starts_with("aws-waf-logs-")) {
        true => Ok(()),
        false => Err(format!(
            "{arn:?} cannot take these logs. Write the ARN of a log group or Firehose stream in us-east-1, where the web ACLs of \
             CloudFront are, or of an S3 bucket; AWS WAF demands a name that begins with \"aws-waf-logs-\"."
        )),
    }
}

pub(super) fn redacted(value: &Value) -> Verdict {
    let good = |name: &str| !name.is_empty() && is_plain(name) && name == name.to_ascii_lowercase();
    match known(value).map(text).find(|name| !good(name)) {
        None => Ok(()),
        Some(name) => Err(format!(
            "{name:?} is not the name of a header in lower case, such as x-api-key."
        )),
    }
}

pub(super) fn overrides(value: &Value) -> Verdict {
    const ACTIONS: [&str; 5] = ["allow", "block", "captcha", "challenge", "count"];
    let Some(entries) = value.entries() else { return Ok(()) };
    let wrong = |action: &&Value| !action.is_unknown() && !ACTIONS.contains(&text(action));
    match entries.values().find(wrong) {
        None => Ok(()),
        Some(action) => Err(format!(
            "{:?} is no action of a rule; write one of {}.",
            text(action),
            ACTIONS.join(", ")
        )),
    }
}

/// A list that names nothing twice.
pub(super) fn no_doubles(value: &Value) -> Verdict {
    let mut seen = BTreeSet::new();
    match known(value).map(text).find(|name| !seen.insert(*name)) {
        None => Ok(()),
        Some(name) => Err(format!("{name:?} stands here twice; write it once.")),
    }
}

pub(super) fn not_empty(value: &Value) -> Verdict {
    match text(value).is_empty() {
        true => Err("An empty text has no meaning here.".to_owned()),
        false => Ok(()),
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
