//! The event of a viewer request for Lambda@Edge, and what may come back.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::header_rules::{check_response, check_status, is_disallowed, merge_request};
use crate::message::{Headers, Request, Response};
use crate::view::Distribution;
use crate::viewer_function::Decision;

/// A viewer event sees and makes so much of a body, and a generated response has so much at most.
const VIEWER_LIMIT: usize = 40 * 1024;

/// `Records[0].cf` as documented.
pub(super) fn viewer_request(distribution: &Distribution, request: &Request, include_body: bool) -> Value {
    let mut shown = json!({
        "clientIp": request.viewer.address.to_string(),
        "method": request.method,
        "uri": request.uri,
        "querystring": request.query.clone().unwrap_or_default(),
        "headers": headers_of(&request.headers),
    });
    if include_body {
        let cut = request.body.len().min(VIEWER_LIMIT);
        shown["body"] = json!({
            "inputTruncated": request.body.len() > VIEWER_LIMIT,
            "action": "read-only",
            "encoding": "base64",
            "data": STANDARD.encode(&request.body[..cut]),
        });
    }
    json!({"Records": [{"cf": {
        "config": {
            "distributionDomainName": distribution.settings.domain_name,
            "distributionId": distribution.settings.id,
            "eventType": "viewer-request",
            "requestId": request.id,
        },
        "request": shown,
    }}]})
}

fn headers_of(headers: &Headers) -> Value {
    let mut out = Map::new();
    for name in headers
        .names()
        .into_iter()
        .filter(|n| !is_disallowed(n) && !n.starts_with("cloudfront-"))
    {
        let entries: Vec<Value> = headers
            .all(name)
            .map(|v| json!({"key": written(name), "value": v}))
            .collect();
        out.insert(name.to_owned(), Value::Array(entries));
    }
    Value::Object(out)
}

/// A header name as HTTP/1.1 clients mostly write it: what the viewer wrote is not kept.
fn written(name: &str) -> String {
    let word = |w: &str| {
        w.chars()
            .enumerate()
            .map(|(i, c)| if i == 0 { c.to_ascii_uppercase() } else { c })
            .collect::<String>()
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

/// Reads what the handler returned.
pub(super) fn decide(request: &Request, result: &Value, include_body: bool) -> Result<Decision, String> {
    if !result.is_object() {
        return Err("the handler returned no object".to_owned());
    }
    match result.get("status") {
        Some(status) => response(status, result).map(Decision::Answer),
        None => returned(request, result, include_body).map(Decision::Forward),
    }
}

fn headers(object: &Value) -> Result<Headers, String> {
    let mut out = Headers::default();
    let map = match object {
        Value::Null => return Ok(out),
        Value::Object(map) => map,
        _ => return Err("headers is not an object".to_owned()),
    };
    for (name, list) in map {
        if name.chars().any(|c| c.is_ascii_uppercase()) {
            return Err(format!("header name {name} is not lower case"));
        }
        for entry in list.as_array().ok_or_else(|| format!("header {name} is not a list"))? {
            let value = entry["value"]
                .as_str()
                .ok_or_else(|| format!("header {name} has no text value"))?;
            if entry
                .get("key")
                .is_some_and(|k| k.as_str().is_none_or(|k| !k.eq_ignore_ascii_case(name)))
            {
                return Err(format!("the key of header {name} is another name"));
            }
            out.append(name, value);
        }
    }
    Ok(out)
}

fn body(text: &Value, encoding: &Value) -> Result<Bytes, String> {
    let text = match text {
        Value::Null => "",
        Value::String(text) => text,
        _ => return Err("the body is not a text".to_owned()),
    };
    match encoding.as_str() {
        None if encoding.is_null() => Ok(Bytes::from(text.to_owned())),
        Some("text") => Ok(Bytes::from(text.to_owned())),
        Some("base64") => STANDARD
            .decode(text)
            .map(Bytes::from)
            .map_err(|_| "the body is not base64".to_owned()),
        _ => Err("the body's encoding is neither text nor base64".to_owned()),
    }
}

fn response(status: &Value, result: &Value) -> Result<Response, String> {
    let body = body(&result["body"], &result["bodyEncoding"])?;
    let status = check_status(
        status.as_str().and_then(|s| s.parse().ok()).or(status.as_u64()),
        !body.is_empty(),
    )?;
    let headers = headers(&result["headers"])?;
    check_response(&headers)?;
    if headers.size() + body.len() > VIEWER_LIMIT {
        return Err("the generated response exceeds 40 KB".to_owned());
    }
    Ok(Response {
        status,
        headers,
        body,
        result: "LambdaGeneratedResponse",
    })
}

fn returned(sent: &Request, result: &Value, include_body: bool) -> Result<Request, String> {
    if result["method"].as_str() != Some(&sent.method) {
        return Err("the method is read-only".to_owned());
    }
    if result
        .get("clientIp")
        .is_some_and(|ip| ip.as_str() != Some(&sent.viewer.address.to_string()))
    {
        return Err("the client address is read-only".to_owned());
    }
    let uri = result["uri"]
        .as_str()
        .filter(|u| u.starts_with('/'))
        .ok_or("the uri does not start with a slash")?;
    let query = result["querystring"].as_str().ok_or("the query string is not a text")?;
    let mut out = Request {
        uri: uri.to_owned(),
        query: (!query.is_empty()).then(|| query.to_owned()),
        headers: merge_request(&sent.headers, headers(&result["headers"])?)?,
        ..sent.clone()
    };
    if out.path_and_query().len() >= 8192 {
        return Err("the uri exceeds 8,192 characters".to_owned());
    }
    let new = &result["body"];
    if new["action"].as_str() == Some("replace") {
        if !include_body {
            return Err("the body may only be replaced where it is included".to_owned());
        }
        out.body = body(&new["data"], &new["encoding"])?;
        if out.body.len() > VIEWER_LIMIT {
            return Err("the replaced body exceeds 40 KB".to_owned());
        }
    }
    Ok(out)
}
