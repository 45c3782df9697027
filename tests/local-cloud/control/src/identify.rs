//! Names a request: account and service from its signature, operation from its target, form or path.
//!
//! Requests carry no host name of AWS here, so the credential scope decides. SigV4A scopes
//! (`AWS4-ECDSA-P256-SHA256`) hold no region.

use std::collections::BTreeMap;

use crate::call::Call;
use crate::http_message::{Incoming, query_pairs};
use crate::operations::Operations;

/// Paths that ministack serves to browsers and token clients, which sign nothing.
const PUBLIC_PATHS: &[&str] = &["/_ministack/", "/oauth2/", "/login", "/logout", "/confirmUser"];

/// The scope of a signature.
#[derive(Debug, PartialEq, Eq)]
struct Scope {
    access_key: String,
    region: String,
    service: String,
}

/// Names the call. `None`: the request is no AWS call but for ministack's own pages.
pub(crate) fn identify(operations: &Operations, request: &Incoming, default_account: &str) -> Option<Call> {
    let scope = scope(request);
    if scope.is_none() && is_public(request) {
        return None;
    }
    let signed = scope.is_some();
    let scope = scope.unwrap_or_else(|| Scope {
        access_key: String::new(),
        region: "us-east-1".to_owned(),
        service: guess_service(request).to_owned(),
    });
    let (operation, labels) = operation(operations, &scope.service, request);
    Some(Call {
        account: account(&scope.access_key, default_account),
        region: scope.region,
        service: scope.service,
        operation,
        labels,
        signed,
        agent: request
            .header("user-agent")
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_owned(),
    })
}

fn account(access_key: &str, default_account: &str) -> String {
    let named = access_key.len() == 12 && access_key.bytes().all(|byte| byte.is_ascii_digit());
    if named { access_key } else { default_account }.to_owned()
}

fn operation(operations: &Operations, service: &str, request: &Incoming) -> (String, BTreeMap<String, String>) {
    if operations.knows(service) {
        return match operations.find(service, request) {
            Some(found) => (found.operation.to_owned(), found.labels),
            None => (String::new(), BTreeMap::new()),
        };
    }
    let name = match request.header("x-amz-target").rsplit_once('.') {
        Some((_, name)) => name.to_owned(),
        None => form_value(request, "Action").unwrap_or_default(),
    };
    (name, BTreeMap::new())
}

/// A member of a query-protocol request, from its body or its query.
pub(crate) fn form_value(request: &Incoming, name: &str) -> Option<String> {
    query_pairs(request.text())
        .chain(query_pairs(&request.query))
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
}

fn scope(request: &Incoming) -> Option<Scope> {
    let authorization = request.header("authorization");
    let from_header = || {
        let (algorithm, rest) = authorization.split_once(' ')?;
        let mut parts = rest.split(',').map(str::trim);
        let credential = parts.clone().find_map(|part| part.strip_prefix("Credential="))?;
        let complete = parts.clone().any(|part| part.starts_with("SignedHeaders="))
            && parts.any(|part| part.strip_prefix("Signature=").is_some_and(|value| !value.is_empty()));
        complete.then(|| parse_scope(algorithm, credential))?
    };
    let presigned = || {
        let algorithm = request.query_value("X-Amz-Algorithm")?;
        request.query_value("X-Amz-Signature")?;
        parse_scope(&algorithm, &request.query_value("X-Amz-Credential")?)
    };
    from_header().or_else(presigned)
}

fn parse_scope(algorithm: &str, credential: &str) -> Option<Scope> {
    let fields: Vec<&str> = credential.split('/').collect();
    let (access_key, region, service) = match (algorithm, fields.as_slice()) {
        ("AWS4-HMAC-SHA256", [key, _date, region, service, "aws4_request"]) => (key, *region, service),
        ("AWS4-ECDSA-P256-SHA256", [key, _date, service, "aws4_request"]) => (key, "*", service),
        _ => return None,
    };
    Some(Scope {
        access_key: (*access_key).to_owned(),
        region: region.to_owned(),
        service: (*service).to_owned(),
    })
}

fn is_public(request: &Incoming) -> bool {
    PUBLIC_PATHS.iter().any(|prefix| request.path.starts_with(prefix))
        || request.path.contains("/.well-known/")
        || request
            .header("x-amz-target")
            .starts_with("AWSCognitoIdentityProviderService.")
        || form_value(request, "Action").is_some_and(|action| action == "AssumeRoleWithWebIdentity")
}

/// The service an unsigned request most likely means: it decides only the form of the refusal.
fn guess_service(request: &Incoming) -> &'static str {
    let target = request.header("x-amz-target");
    let path = request.path.as_str();
    if target.starts_with("AWSWAF_20190729") {
        "wafv2"
    } else if target.starts_with("secretsmanager") {
        "secretsmanager"
    } else if !target.is_empty() {
        "unknown"
    } else if path.starts_with("/2020-05-31/") {
        "cloudfront"
    } else if path.starts_with("/key-value-stores/") {
        "cloudfront-keyvaluestore"
    } else if path.len() > 11 && path[1..].starts_with("20") && path.contains("/functions") {
        "lambda"
    } else if form_value(request, "Version").is_some_and(|version| version == "2011-06-15") {
        "sts"
    } else if form_value(request, "Action").is_some() {
        "iam"
    } else {
        "s3"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&'static str, &str)], body: &str) -> Incoming {
        let mut map = http::HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Incoming {
            method: http::Method::POST,
            path: "/".to_owned(),
            query: String::new(),
            headers: map,
            body: bytes::Bytes::from(body.to_owned()),
        }
    }

    fn check(headers: &[(&'static str, &str)], body: &str, expected: (&str, &str, &str, &str, bool)) {
        let call = identify(&Operations::load(), &request(headers, body), "000000000000").unwrap();
        let got = (
            call.account.as_str(),
            call.region.as_str(),
            call.service.as_str(),
            call.operation.as_str(),
            call.signed,
        );
        assert_eq!(got, expected);
    }

    #[test]
    fn the_signature_names_account_region_and_service() {
        let rest = ", SignedHeaders=host, Signature=00";
        let v4 = format!("AWS4-HMAC-SHA256 Credential=111122223333/20260101/us-east-1/wafv2/aws4_request{rest}");
        let target = ("x-amz-target", "AWSWAF_20190729.CreateWebACL");
        check(
            &[("authorization", &v4), target],
            "{}",
            ("111122223333", "us-east-1", "wafv2", "CreateWebACL", true),
        );
        let v4a = format!(
            "AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20260101/cloudfront-keyvaluestore/aws4_request{rest}"
        );
        check(
            &[("authorization", &v4a)],
            "",
            ("000000000000", "*", "cloudfront-keyvaluestore", "", true),
        );
        let iam = format!("AWS4-HMAC-SHA256 Credential=111122223333/20260101/us-east-1/iam/aws4_request{rest}");
        check(
            &[("authorization", &iam)],
            "Action=CreateRole&Version=2010-05-08&RoleName=a",
            ("111122223333", "us-east-1", "iam", "CreateRole", true),
        );
    }

    #[test]
    fn a_signature_without_all_its_parts_is_none() {
        let half = "AWS4-HMAC-SHA256 Credential=111122223333/20260101/us-east-1/wafv2/aws4_request";
        let target = ("x-amz-target", "AWSWAF_20190729.CreateWebACL");
        check(
            &[("authorization", half), target],
            "",
            ("000000000000", "us-east-1", "wafv2", "CreateWebACL", false),
        );
    }
}
