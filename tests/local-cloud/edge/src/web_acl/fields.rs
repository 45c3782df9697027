//! The parts of a request that a statement inspects, and the transformations before it does.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Inspection;

/// AWS WAF looks at so much of a body in front of CloudFront by default.
const BODY_LIMIT: usize = 16 * 1024;

/// What is there to inspect.
pub(super) enum Content {
    Values(Vec<String>),
    /// The part is too large, and the statement says what then.
    Decided(bool),
}

/// The values of a `FieldToMatch`.
pub(super) fn field(inspection: &Inspection<'_>, field: &Value) -> Result<Content, String> {
    let request = inspection.request;
    let (kind, details) = field
        .as_object()
        .and_then(|f| f.iter().next())
        .ok_or("no field to match")?;
    let name = || details["Name"].as_str().unwrap_or_default().to_ascii_lowercase();
    let query = request.query.clone().unwrap_or_default();
    Ok(Content::Values(match kind.as_str() {
        "UriPath" => vec![request.uri.clone()],
        "QueryString" => vec![query],
        "Method" => vec![request.method.clone()],
        "SingleHeader" => request.headers.joined(&name()).into_iter().collect(),
        "SingleQueryArgument" => arguments(&query)
            .into_iter()
            .filter(|(k, _)| k.eq_ignore_ascii_case(&name()))
            .map(|(_, v)| v)
            .collect(),
        "AllQueryArguments" => arguments(&query).into_iter().flat_map(|(k, v)| [k, v]).collect(),
        "Headers" => pairs(
            details,
            request
                .headers
                .iter()
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .collect(),
        )?,
        "Cookies" => pairs(details, cookies(request.headers.joined("cookie").unwrap_or_default()))?,
        "Body" => {
            if request.body.len() > BODY_LIMIT {
                match details["OversizeHandling"].as_str() {
                    Some("MATCH") => return Ok(Content::Decided(true)),
                    Some("NO_MATCH") => return Ok(Content::Decided(false)),
                    _ => {}
                }
            }
            vec![String::from_utf8_lossy(&request.body[..request.body.len().min(BODY_LIMIT)]).into_owned()]
        }
        other => return Err(format!("field {other} is not known here")),
    }))
}

fn arguments(query: &str) -> Vec<(String, String)> {
    let pair = |p: &str| match p.split_once('=') {
        Some((k, v)) => (k.to_owned(), v.to_owned()),
        None => (p.to_owned(), String::new()),
    };
    query.split('&').filter(|p| !p.is_empty()).map(pair).collect()
}

fn cookies(text: String) -> Vec<(String, String)> {
    text.split(';')
        .filter_map(|c| c.trim().split_once('='))
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .collect()
}

fn pairs(details: &Value, all: Vec<(String, String)>) -> Result<Vec<String>, String> {
    let pattern = &details["MatchPattern"];
    let listed = |member: &str| {
        pattern[member].as_array().map(|l| {
            l.iter()
                .filter_map(|n| n.as_str())
                .map(str::to_ascii_lowercase)
                .collect::<Vec<_>>()
        })
    };
    let (included, excluded) = match pattern.as_object().and_then(|p| p.keys().next()).map(String::as_str) {
        Some("All") => (None, None),
        Some("IncludedHeaders" | "IncludedCookies") => {
            (listed("IncludedHeaders").or_else(|| listed("IncludedCookies")), None)
        }
        Some("ExcludedHeaders" | "ExcludedCookies") => {
            (None, listed("ExcludedHeaders").or_else(|| listed("ExcludedCookies")))
        }
        _ => return Err("no match pattern".to_owned()),
    };
    let scope = details["MatchScope"].as_str().unwrap_or("ALL");
    let wanted = |name: &str| {
        let name = name.to_ascii_lowercase();
        included.as_ref().is_none_or(|l| l.contains(&name)) && excluded.as_ref().is_none_or(|l| !l.contains(&name))
    };
    let mut out = Vec::new();
    for (name, value) in all.into_iter().filter(|(n, _)| wanted(n)) {
        if scope != "VALUE" {
            out.push(name);
        }
        if scope != "KEY" {
            out.push(value);
        }
    }
    Ok(out)
}

/// Applies the transformations of a statement in their order.
pub(super) fn transform(text: String, transformations: &Value) -> Result<String, String> {
    let mut list = transformations.as_array().cloned().unwrap_or_default();
    list.sort_by_key(|t| t["Priority"].as_i64().unwrap_or(0));
    list.iter().try_fold(text, |text, t| {
        Ok(match t["Type"].as_str().unwrap_or_default() {
            "NONE" => text,
            "LOWERCASE" => text.to_lowercase(),
            "URL_DECODE" | "URL_DECODE_UNI" => url_decode(&text),
            "NORMALIZE_PATH" => crate::path_pattern::normalise(&text),
            "NORMALIZE_PATH_WIN" => crate::path_pattern::normalise(&text.replace('\\', "/")),
            "COMPRESS_WHITE_SPACE" => text.split_whitespace().collect::<Vec<_>>().join(" "),
            "REMOVE_NULLS" => text.replace('\0', ""),
            "REPLACE_NULLS" => text.replace('\0', " "),
            "BASE64_DECODE" => STANDARD
                .decode(&text)
                .map(|b| String::from_utf8_lossy(&b).into_owned())
                .unwrap_or(text),
            "HTML_ENTITY_DECODE" => text
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&"),
            other => return Err(format!("transformation {other} is not known here")),
        })
    })
}

fn url_decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        let code = (bytes[i] == b'%')
            .then(|| text.get(i + 1..i + 3))
            .flatten()
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        match code {
            Some(byte) => {
                out.push(byte);
                i += 3;
            }
            None => {
                out.push(if bytes[i] == b'+' { b' ' } else { bytes[i] });
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
