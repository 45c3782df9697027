//! A bucket as an origin: objects through the S3 API, but only where the bucket's policy, read through the same API, lets CloudFront in.

use bytes::Bytes;
use serde_json::Value;

use crate::aws_api::{ApiError, Ask, AwsApi};
use crate::bucket_policy::{Caller, allows};
use crate::distribution::OriginSettings;
use crate::message::{Headers, Refusal, Request, Response};
use crate::view::Distribution;

/// Headers of a request that S3 takes notice of.
const TO_S3: &[&str] = &[
    "range",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "content-type",
];
/// Headers of an answer that belong to one connection.
const NOT_FROM_S3: &[&str] = &["connection", "keep-alive", "transfer-encoding", "date", "server"];

/// The bucket of an S3 domain name.
fn bucket(domain: &str) -> Option<&str> {
    let (bucket, rest) = domain.split_once(".s3")?;
    let regional = rest.starts_with('.') || rest.starts_with('-');
    (regional && rest.ends_with(".amazonaws.com") && !rest.contains("website")).then_some(bucket)
}

/// Asks the bucket.
pub(crate) async fn send(
    api: &AwsApi,
    distribution: &Distribution,
    origin: &OriginSettings,
    request: &Request,
) -> Result<Response, Refusal> {
    let bucket = bucket(&origin.domain_name)
        .ok_or_else(|| Refusal::error(502, format!("{} is no bucket", origin.domain_name)))?;
    let action = match request.method.as_str() {
        "GET" | "HEAD" => "s3:GetObject",
        "PUT" => "s3:PutObject",
        "DELETE" => "s3:DeleteObject",
        _ => return Ok(denied()),
    };
    let account = &distribution.account;
    let caller = Caller {
        signed: origin
            .access_control
            .as_ref()
            .is_some_and(|id| distribution.signing.contains(id)),
        source_arn: &distribution.settings.arn,
        source_account: account,
    };
    let policy = match api.text(account, "s3", &format!("/{bucket}?policy")).await {
        Ok(text) => {
            serde_json::from_str::<Value>(&text).map_err(|e| Refusal::error(502, format!("bucket policy: {e}")))?
        }
        Err(ApiError::Missing(_)) => return Ok(denied()),
        Err(e) => return Err(Refusal::error(502, e.to_string())),
    };
    let key = request.uri.trim_start_matches('/');
    if !allows(&policy, caller, action, &format!("arn:aws:s3:::{bucket}/{key}")) {
        return Ok(denied());
    }
    let mut headers = Headers::default();
    for (name, value) in request.headers.iter().filter(|(n, _)| TO_S3.contains(n)) {
        headers.append(name, value);
    }
    let path = format!("/{bucket}{}", request.uri);
    let ask = Ask {
        account,
        service: "s3",
        method: &request.method,
        path: &path,
        headers,
        body: request.body.clone(),
    };
    let answer = api.ask(ask).await.map_err(|e| Refusal::error(502, e.to_string()))?;
    let lists = || allows(&policy, caller, "s3:ListBucket", &format!("arn:aws:s3:::{bucket}"));
    if answer.status == 404 && !lists() {
        // Who may not list does not learn what is not there.
        return Ok(denied());
    }
    let mut response = Response {
        status: answer.status,
        headers: answer.headers,
        body: answer.body,
        result: "Miss",
    };
    // An emulator's own CORS headers would hide what a response headers policy does.
    response
        .headers
        .retain(|n| !NOT_FROM_S3.contains(&n) && !n.starts_with("access-control-") && n != "x-amzn-requestid");
    Ok(response)
}

fn denied() -> Response {
    let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    Response::new(403, "Miss").with_body("application/xml", Bytes::from_static(body.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_named_by_their_domain() {
        assert_eq!(bucket("b.s3.us-east-1.amazonaws.com"), Some("b"));
        assert_eq!(bucket("a.b.s3.amazonaws.com"), Some("a.b"));
        assert_eq!(bucket("b.s3-website-us-east-1.amazonaws.com"), None);
        assert_eq!(bucket("example.com"), None);
    }
}
