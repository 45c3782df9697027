//! Headers that edge functions never see, must not set, or must not change (Developer Guide, "Restrictions on all edge functions").

use crate::message::{Headers, Refusal};

const DISALLOWED: &[&str] = &[
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "trailer",
    "upgrade",
    "x-accel-buffering",
    "x-accel-charset",
    "x-accel-limit-rate",
    "x-accel-redirect",
    "x-amzn-auth",
    "x-amzn-cf-billing",
    "x-amzn-cf-id",
    "x-amzn-cf-xff",
    "x-amzn-errortype",
    "x-amzn-fle-profile",
    "x-amzn-header-count",
    "x-amzn-header-order",
    "x-amzn-lambda-integration-tag",
    "x-amzn-requestid",
    "x-cache",
    "x-forwarded-proto",
    "x-real-ip",
    "client-cert",
    "client-cert-chain",
    "cloudfront-viewer-cert-pem",
];

/// Must come back from a viewer-request function as they were.
pub(crate) const READ_ONLY_REQUEST: &[&str] = &["cdn-loop", "content-length", "host", "transfer-encoding", "via"];

/// Must not be set by a function that makes a response.
pub(crate) const READ_ONLY_RESPONSE: &[&str] = &["content-length", "transfer-encoding", "via", "warning"];

/// Whether a header is hidden from functions and refused from them.
pub(crate) fn is_disallowed(name: &str) -> bool {
    DISALLOWED.contains(&name) || name.starts_with("x-amz-cf-") || name.starts_with("x-edge-")
}

/// A header's name and value as a function may write them.
pub(crate) fn check(name: &str, value: &str) -> Result<(), String> {
    let token = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(token) {
        return Err(format!("header name {name:?} is not a lower-case token"));
    }
    if value.chars().any(|c| c.is_control() && c != '\t') {
        return Err(format!("the value of header {name} holds a control character"));
    }
    if is_disallowed(name) {
        return Err(format!("header {name} is disallowed"));
    }
    Ok(())
}

/// The request headers after a viewer-request function: what it returned, plus what it never saw, if it obeyed.
pub(crate) fn merge_request(sent: &Headers, returned: Headers) -> Result<Headers, String> {
    for (name, value) in returned.iter() {
        check(name, value)?;
    }
    let mut out = returned;
    for name in READ_ONLY_REQUEST {
        if out.has(name) && !out.all(name).eq(sent.all(name)) {
            return Err(format!("read-only header {name} was changed"));
        }
        out.remove(name);
        for value in sent.all(name) {
            out.append(name, value);
        }
    }
    for (name, value) in sent.iter().filter(|(n, _)| is_disallowed(n)) {
        out.append(name, value);
    }
    if out.size() > 32_768 {
        return Err("the headers exceed 32,768 bytes".to_owned());
    }
    Ok(out)
}

/// The headers of a response that a function made.
pub(crate) fn check_response(headers: &Headers) -> Result<(), String> {
    for (name, value) in headers.iter() {
        check(name, value)?;
        if READ_ONLY_RESPONSE.contains(&name) {
            return Err(format!("read-only header {name} was set"));
        }
    }
    Ok(())
}

/// A status that a function may answer with, with or without a body.
pub(crate) fn check_status(status: Option<u64>, has_body: bool) -> Result<u16, String> {
    let status = status
        .filter(|s| (200..=599).contains(s))
        .ok_or("the status is not a number from 200 to 599")?;
    if status == 204 && has_body {
        return Err("a response of status 204 has a body".to_owned());
    }
    u16::try_from(status).map_err(|e| e.to_string())
}

/// What CloudFront answers when a CloudFront Function's result is not valid.
pub(crate) fn invalid_function_result(function: &str, why: String) -> Refusal {
    Refusal::new(502, "FunctionValidationError", format!("function {function}: {why}"))
}

/// What CloudFront answers when a Lambda function's result is not valid.
pub(crate) fn invalid_lambda_result(function: &str, why: String) -> Refusal {
    Refusal::new(502, "LambdaValidationError", format!("function {function}: {why}"))
}
