//! CloudFront Functions on viewer events: the event as documented, and what may come back.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use local_cloud_function_runtime::{Edge, FunctionRuntime, KeyValues, Outcome, RawQuery, RunOptions};
use serde_json::{Map, Value, json};

use crate::header_rules::{check_response, check_status, invalid_function_result, is_disallowed, merge_request};
use crate::message::{Headers, Refusal, Request, Response};
use crate::view::{Distribution, FunctionCode};

/// What a run needs besides the request.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub distribution: &'a Distribution,
    pub function: &'a FunctionCode,
    pub store: Option<&'a dyn KeyValues>,
    pub now: i64,
    pub location: &'a str,
}

/// Goes on with the request, or answers it.
#[derive(Debug)]
pub(crate) enum Decision {
    Forward(Request),
    Answer(Response),
}

/// A decision, with what the function had logged for the access log.
pub(crate) type Decided = (Result<Decision, Refusal>, Option<String>);

/// Runs a viewer-request function.
pub(crate) fn on_request(around: Surroundings<'_>, request: &Request) -> Decided {
    let event = json!({
        "version": "1.0",
        "context": context(around.distribution, "viewer-request", &request.id),
        "viewer": {"ip": request.viewer.address.to_string()},
        "request": request_of(request),
    });
    let outcome = match run(around, &event, request) {
        Ok(outcome) => outcome,
        Err(refusal) => return (Err(refusal), None),
    };
    let decided = if outcome.origin.is_some() {
        Err("changing the origin is not served here".to_owned())
    } else if outcome.result.get("statusCode").is_some() {
        response(&outcome.result, None).map(Decision::Answer)
    } else {
        returned_request(request, &event["request"], &outcome.result).map(Decision::Forward)
    };
    (
        decided.map_err(|why| invalid_function_result(&around.function.name, why)),
        outcome.custom_log,
    )
}

/// Runs a viewer-response function.
pub(crate) fn on_response(around: Surroundings<'_>, request: &Request, answer: Response) -> Result<Response, Refusal> {
    let status = answer.status;
    let event = json!({
        "version": "1.0",
        "context": context(around.distribution, "viewer-response", &request.id),
        "viewer": {"ip": request.viewer.address.to_string()},
        "request": request_of(request),
        "response": response_of(&answer),
    });
    let outcome = run(around, &event, request)?;
    let result = answer.result;
    let changed =
        response(&outcome.result, Some(answer)).map_err(|why| invalid_function_result(&around.function.name, why))?;
    if !(200..=599).contains(&status) {
        return Err(invalid_function_result(&around.function.name, "bad status".to_owned()));
    }
    Ok(Response { result, ..changed })
}

fn context(distribution: &Distribution, event: &str, id: &str) -> Value {
    json!({
        "distributionDomainName": distribution.settings.domain_name,
        "endpoint": distribution.settings.domain_name,
        "distributionId": distribution.settings.id,
        "eventType": event,
        "requestId": id,
    })
}

fn run(around: Surroundings<'_>, event: &Value, request: &Request) -> Result<Outcome, Refusal> {
    let edge = Edge {
        name: around.location.chars().take(3).collect(),
        ..Edge::default()
    };
    let raw_query = request.query.clone().map_or(RawQuery::Absent, RawQuery::Given);
    let options = RunOptions {
        now: around.now,
        edge,
        raw_query,
    };
    // An association whose store is gone leaves `None`: the function's `cf.kvs()` throws.
    FunctionRuntime::new()
        .run(&around.function.code, event, around.store, &options)
        .map_err(|e| {
            Refusal::new(
                503,
                "FunctionExecutionError",
                format!("function {}: {e}", around.function.name),
            )
        })
}

/// Name to `{value, multiValue?}`, in order of first appearance.
fn multi(pairs: impl IntoIterator<Item = (String, String)>) -> Value {
    let mut out = Map::new();
    for (name, value) in pairs {
        match out.get_mut(&name) {
            None => {
                out.insert(name, json!({"value": value}));
            }
            Some(entry) => {
                if entry["multiValue"].is_null() {
                    entry["multiValue"] = json!([{"value": entry["value"]}]);
                }
                if let Some(list) = entry["multiValue"].as_array_mut() {
                    list.push(json!({"value": value}));
                }
            }
        }
    }
    Value::Object(out)
}

fn request_of(request: &Request) -> Value {
    let split = |part: &str| {
        part.split_once('=')
            .map_or((part.to_owned(), String::new()), |(k, v)| (k.to_owned(), v.to_owned()))
    };
    let query = request.query.as_deref().unwrap_or_default();
    let shown = request
        .headers
        .iter()
        .filter(|(n, _)| *n != "cookie" && !is_disallowed(n));
    let cookies = request.headers.joined("cookie").unwrap_or_default();
    json!({
        "method": request.method,
        "uri": request.uri,
        "querystring": multi(query.split('&').filter(|p| !p.is_empty()).map(split)),
        "headers": multi(shown.map(|(n, v)| (n.to_owned(), v.to_owned()))),
        "cookies": multi(cookies.split(';').map(str::trim).filter(|c| !c.is_empty()).map(split)),
    })
}

fn response_of(answer: &Response) -> Value {
    let shown = answer
        .headers
        .iter()
        .filter(|(n, _)| *n != "set-cookie" && !is_disallowed(n));
    let mut cookies = Map::new();
    for line in answer.headers.all("set-cookie") {
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        cookies.insert(
            name.trim().to_owned(),
            json!({"value": value.trim(), "attributes": attributes.trim()}),
        );
    }
    json!({
        "statusCode": answer.status,
        "headers": multi(shown.map(|(n, v)| (n.to_owned(), v.to_owned()))),
        "cookies": cookies,
    })
}

/// The entries of `{name: {value, multiValue?}}`. A changed multiValue counts, then `value` is ignored.
fn entries(object: &Value, what: &str) -> Result<Vec<(String, Value)>, String> {
    let mut out = Vec::new();
    let map = match object {
        Value::Null => return Ok(out),
        Value::Object(map) => map,
        _ => return Err(format!("{what} is not an object")),
    };
    for (name, entry) in map {
        match entry["multiValue"].as_array() {
            Some(list) => out.extend(list.iter().map(|e| (name.clone(), e.clone()))),
            None => out.push((name.clone(), entry.clone())),
        }
    }
    match out.iter().find(|(_, e)| !e["value"].is_string()) {
        Some((name, _)) => Err(format!("{what} {name} has no text value")),
        None => Ok(out),
    }
}

fn value(entry: &Value) -> String {
    entry["value"].as_str().unwrap_or_default().to_owned()
}

fn headers(object: &Value) -> Result<Headers, String> {
    let mut out = Headers::default();
    for (name, entry) in entries(object, "header")? {
        if name.chars().any(|c| c.is_ascii_uppercase()) {
            return Err(format!("header name {name} is not lower case"));
        }
        out.append(&name, value(&entry));
    }
    Ok(out)
}

fn returned_request(sent: &Request, event: &Value, returned: &Value) -> Result<Request, String> {
    if returned["method"] != event["method"] {
        return Err("the method is read-only".to_owned());
    }
    let uri = returned["uri"]
        .as_str()
        .filter(|u| u.starts_with('/'))
        .ok_or("the uri does not start with a slash")?;
    if !uri.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("the uri holds a character that must be encoded".to_owned());
    }
    let mut back = headers(&returned["headers"])?;
    if back.has("cookie") {
        return Err("cookies are not set as a header".to_owned());
    }
    let cookies = if returned["cookies"] == event["cookies"] {
        sent.headers.joined("cookie")
    } else {
        let pairs = entries(&returned["cookies"], "cookie")?;
        let text = pairs
            .iter()
            .map(|(n, e)| format!("{n}={}", value(e)))
            .collect::<Vec<_>>()
            .join("; ");
        (!pairs.is_empty()).then_some(text)
    };
    if let Some(cookies) = cookies {
        back.append("cookie", cookies);
    }
    let out = Request {
        uri: uri.to_owned(),
        query: query(sent, event, &returned["querystring"])?,
        headers: merge_request(&sent.headers, back)?,
        ..sent.clone()
    };
    if out.path_and_query().len() >= 8192 {
        return Err("the uri exceeds 8,192 characters".to_owned());
    }
    Ok(out)
}

fn query(sent: &Request, event: &Value, returned: &Value) -> Result<Option<String>, String> {
    if *returned == event["querystring"] {
        return Ok(sent.query.clone());
    }
    if let Some(text) = returned.as_str() {
        return Ok((!text.is_empty()).then(|| text.to_owned()));
    }
    let pairs = entries(returned, "query string parameter")?;
    let text = |(n, e): &(String, Value)| {
        if value(e).is_empty() {
            n.clone()
        } else {
            format!("{n}={}", value(e))
        }
    };
    Ok((!pairs.is_empty()).then(|| pairs.iter().map(text).collect::<Vec<_>>().join("&")))
}

/// A response that a function made, or changed.
fn response(returned: &Value, original: Option<Response>) -> Result<Response, String> {
    let body = match &returned["body"] {
        Value::Null => None,
        Value::String(text) => Some(Bytes::from(text.clone())),
        Value::Object(body) => {
            let data = body.get("data").and_then(Value::as_str).ok_or("the body has no data")?;
            match body.get("encoding").and_then(Value::as_str) {
                Some("text") => Some(Bytes::from(data.to_owned())),
                Some("base64") => Some(Bytes::from(
                    STANDARD.decode(data).map_err(|_| "the body is not base64")?,
                )),
                _ => return Err("the body's encoding is neither text nor base64".to_owned()),
            }
        }
        _ => return Err("the body is neither text nor an object".to_owned()),
    };
    let has_body = body.as_ref().is_some_and(|b| !b.is_empty());
    let status = check_status(returned["statusCode"].as_u64(), has_body)?;
    if !returned["statusDescription"].is_null() && !returned["statusDescription"].is_string() {
        return Err("the status description is not a text".to_owned());
    }
    let mut made = headers(&returned["headers"])?;
    if made.has("set-cookie") {
        return Err("cookies are not set as a header".to_owned());
    }
    let kept = original.as_ref().map(|o| o.headers.clone()).unwrap_or_default();
    // A changed response still carries what the function may not touch.
    let mut own = made.clone();
    for name in crate::header_rules::READ_ONLY_RESPONSE {
        if made.has(name) && made.all(name).eq(kept.all(name)) {
            own.remove(name);
        }
    }
    check_response(&own)?;
    for (name, entry) in entries(&returned["cookies"], "cookie")? {
        let attributes = entry["attributes"]
            .as_str()
            .map(|a| format!("; {a}"))
            .unwrap_or_default();
        made.append("set-cookie", format!("{name}={}{attributes}", value(&entry)));
    }
    if made.all("set-cookie").any(|c| c.chars().any(char::is_control)) {
        return Err("a cookie holds a control character".to_owned());
    }
    for (name, value) in kept.iter().filter(|(n, _)| is_disallowed(n)) {
        made.append(name, value);
    }
    let body = body.or(original.map(|o| o.body)).unwrap_or_default();
    Ok(Response {
        status,
        headers: made,
        body,
        result: "FunctionGeneratedResponse",
    })
}
