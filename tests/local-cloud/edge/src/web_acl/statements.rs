//! Statements of rules, interpreted.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regex_lite::Regex;
use serde_json::Value;

use super::fields::{Content, field, transform};
use super::{Inspection, managed};

/// Whether a statement holds for the request.
pub(super) fn holds(inspection: &mut Inspection<'_>, statement: &Value, rule: &str) -> Result<bool, String> {
    let (kind, details) = statement
        .as_object()
        .and_then(|s| s.iter().next())
        .ok_or("no statement")?;
    match kind.as_str() {
        "AndStatement" => all(inspection, details, rule),
        "OrStatement" => any(inspection, details, rule),
        "NotStatement" => Ok(!holds(inspection, &details["Statement"], rule)?),
        "ByteMatchStatement" => bytes(inspection, details),
        "RegexMatchStatement" => matches(
            inspection,
            details,
            &[details["RegexString"].as_str().unwrap_or_default()],
        ),
        "RegexPatternSetReferenceStatement" => pattern_set(inspection, details),
        "SizeConstraintStatement" => size(inspection, details),
        "SqliMatchStatement" => texts(inspection, details, managed::looks_like_sql),
        "XssMatchStatement" => texts(inspection, details, managed::looks_like_script),
        "GeoMatchStatement" => {
            let country = inspection.request.viewer.country.as_str();
            Ok(details["CountryCodes"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|c| c.as_str() == Some(country)))
        }
        "IPSetReferenceStatement" => ip_set(inspection, details),
        "LabelMatchStatement" => label(inspection, details),
        "RateBasedStatement" => rate(inspection, details, rule),
        other => Err(format!("{other} is not known here")),
    }
}

fn list(details: &Value) -> Result<Vec<Value>, String> {
    details["Statements"]
        .as_array()
        .cloned()
        .ok_or_else(|| "no statements".to_owned())
}

fn all(inspection: &mut Inspection<'_>, details: &Value, rule: &str) -> Result<bool, String> {
    for statement in list(details)? {
        if !holds(inspection, &statement, rule)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn any(inspection: &mut Inspection<'_>, details: &Value, rule: &str) -> Result<bool, String> {
    for statement in list(details)? {
        if holds(inspection, &statement, rule)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn texts(inspection: &Inspection<'_>, details: &Value, test: impl Fn(&str) -> bool) -> Result<bool, String> {
    match field(inspection, &details["FieldToMatch"])? {
        Content::Decided(answer) => Ok(answer),
        Content::Values(values) => {
            for value in values {
                if test(&transform(value, &details["TextTransformations"])?) {
                    return Ok(true);
                }
            }
            Ok(false)
        }
    }
}

fn bytes(inspection: &Inspection<'_>, details: &Value) -> Result<bool, String> {
    let sent = details["SearchString"].as_str().unwrap_or_default();
    // A blob in the JSON protocol is base64; emulators have been seen to hand out the text itself.
    let search = STANDARD
        .decode(sent)
        .ok()
        .and_then(|b| String::from_utf8(b).ok())
        .unwrap_or_else(|| sent.to_owned());
    let constraint = details["PositionalConstraint"].as_str().unwrap_or_default().to_owned();
    let word = |text: &str, at: usize| {
        let part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        !part(text[..at].chars().next_back()) && !part(text[at + search.len()..].chars().next())
    };
    if !["EXACTLY", "STARTS_WITH", "ENDS_WITH", "CONTAINS", "CONTAINS_WORD"].contains(&constraint.as_str()) {
        return Err(format!("positional constraint {constraint} is not known here"));
    }
    texts(inspection, details, |text| match constraint.as_str() {
        "EXACTLY" => text == search,
        "STARTS_WITH" => text.starts_with(&search),
        "ENDS_WITH" => text.ends_with(&search),
        "CONTAINS" => text.contains(&search),
        _ => text.match_indices(&search).any(|(at, _)| word(text, at)),
    })
}

fn matches(inspection: &Inspection<'_>, details: &Value, patterns: &[&str]) -> Result<bool, String> {
    let compiled = patterns
        .iter()
        .map(|p| Regex::new(p).map_err(|e| e.to_string()))
        .collect::<Result<Vec<_>, _>>()?;
    texts(inspection, details, |text| compiled.iter().any(|r| r.is_match(text)))
}

fn pattern_set(inspection: &Inspection<'_>, details: &Value) -> Result<bool, String> {
    let arn = details["ARN"].as_str().unwrap_or_default();
    let set = inspection
        .acl
        .referred
        .get(arn)
        .ok_or_else(|| format!("{arn} was not read"))?;
    let patterns: Vec<&str> = set["RegularExpressionList"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|p| p["RegexString"].as_str())
        .collect();
    matches(inspection, details, &patterns)
}

fn size(inspection: &Inspection<'_>, details: &Value) -> Result<bool, String> {
    let limit = details["Size"].as_u64().ok_or("no size")?;
    let operator = details["ComparisonOperator"].as_str().unwrap_or_default().to_owned();
    if !["EQ", "NE", "LE", "LT", "GE", "GT"].contains(&operator.as_str()) {
        return Err(format!("comparison {operator} is not known here"));
    }
    texts(inspection, details, |text| {
        let size = text.len() as u64;
        match operator.as_str() {
            "EQ" => size == limit,
            "NE" => size != limit,
            "LE" => size <= limit,
            "LT" => size < limit,
            "GE" => size >= limit,
            _ => size > limit,
        }
    })
}

/// The viewer's address, or the one a header names.
fn address(inspection: &Inspection<'_>, forwarded: &Value) -> Result<IpAddr, bool> {
    let Some(name) = forwarded["HeaderName"].as_str() else {
        return Ok(inspection.request.viewer.address);
    };
    let fallback = forwarded["FallbackBehavior"].as_str() == Some("MATCH");
    let value = inspection
        .request
        .headers
        .joined(&name.to_ascii_lowercase())
        .ok_or(fallback)?;
    let mut list = value.split(',').map(str::trim);
    let chosen = if forwarded["Position"].as_str() == Some("LAST") {
        list.next_back()
    } else {
        list.next()
    };
    chosen.and_then(|a| a.parse().ok()).ok_or(fallback)
}

fn ip_set(inspection: &Inspection<'_>, details: &Value) -> Result<bool, String> {
    let arn = details["ARN"].as_str().unwrap_or_default();
    let set = inspection
        .acl
        .referred
        .get(arn)
        .ok_or_else(|| format!("{arn} was not read"))?;
    let address = match address(inspection, &details["IPSetForwardedIPConfig"]) {
        Ok(address) => address,
        Err(answer) => return Ok(answer),
    };
    Ok(set["Addresses"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|a| a.as_str())
        .any(|range| in_range(address, range)))
}

/// Whether an address lies in a range in CIDR notation.
pub(super) fn in_range(address: IpAddr, range: &str) -> bool {
    let Some((base, bits)) = range.split_once('/') else {
        return false;
    };
    let (Ok(base), Ok(bits)) = (base.parse::<IpAddr>(), bits.parse::<u32>()) else {
        return false;
    };
    let same =
        |a: u128, b: u128, width: u32| bits <= width && (bits == 0 || a >> (width - bits) == b >> (width - bits));
    match (address, base) {
        (IpAddr::V4(a), IpAddr::V4(b)) => same(a.to_bits().into(), b.to_bits().into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits(), 128),
        _ => false,
    }
}

fn label(inspection: &Inspection<'_>, details: &Value) -> Result<bool, String> {
    let key = details["Key"].as_str().ok_or("no label")?;
    match details["Scope"].as_str() {
        Some("LABEL") => Ok(inspection
            .labels
            .iter()
            .any(|l| l == key || l.ends_with(&format!(":{key}")))),
        Some("NAMESPACE") => Ok(inspection
            .labels
            .iter()
            .any(|l| format!(":{l}").contains(&format!(":{key}")))),
        _ => Err("no label scope".to_owned()),
    }
}

fn rate(inspection: &mut Inspection<'_>, details: &Value, rule: &str) -> Result<bool, String> {
    if details["ScopeDownStatement"].is_object() && !holds(inspection, &details["ScopeDownStatement"], rule)? {
        return Ok(false);
    }
    let limit = details["Limit"].as_u64().ok_or("no limit")?;
    let window = details["EvaluationWindowSec"].as_i64().unwrap_or(300);
    let instance = match details["AggregateKeyType"].as_str() {
        Some("IP") | None => inspection.request.viewer.address.to_string(),
        Some("CONSTANT") => String::new(),
        Some("FORWARDED_IP") => match address(inspection, &details["ForwardedIPConfig"]) {
            Ok(address) => address.to_string(),
            Err(answer) => return Ok(answer),
        },
        Some("CUSTOM_KEYS") => custom_keys(inspection, &details["CustomKeys"])?,
        Some(other) => return Err(format!("aggregation by {other} is not known here")),
    };
    let key = format!("{}|{rule}|{instance}", inspection.acl.arn);
    Ok(inspection.counters.count(key, inspection.now, window) > limit)
}

fn custom_keys(inspection: &Inspection<'_>, keys: &Value) -> Result<String, String> {
    let mut parts = Vec::new();
    for key in keys.as_array().into_iter().flatten() {
        let (kind, details) = key.as_object().and_then(|k| k.iter().next()).ok_or("no custom key")?;
        parts.push(match kind.as_str() {
            "IP" => inspection.request.viewer.address.to_string(),
            "HTTPMethod" => inspection.request.method.clone(),
            "UriPath" => transform(inspection.request.uri.clone(), &details["TextTransformations"])?,
            "QueryString" => transform(
                inspection.request.query.clone().unwrap_or_default(),
                &details["TextTransformations"],
            )?,
            "Header" => {
                let name = details["Name"].as_str().unwrap_or_default().to_ascii_lowercase();
                transform(
                    inspection.request.headers.joined(&name).unwrap_or_default(),
                    &details["TextTransformations"],
                )?
            }
            other => return Err(format!("custom key {other} is not known here")),
        });
    }
    Ok(parts.join("|"))
}
