//! Lengths and characters of names and descriptions, which is where marks of ownership live.
//!
//! Facts: the constraints and member documentation of AWS's service models.

use crate::call::Call;
use crate::http_message::Incoming;
use crate::identify::form_value;
use crate::objects::element;
use crate::refusal::Refusal;

/// The limit of one member of some operations.
struct Limit {
    service: &'static str,
    /// The operations end in this, whatever verb they start with.
    noun: &'static str,
    member: &'static str,
    longest: usize,
    /// What is allowed beside letters and digits; `None`: anything.
    extra: Option<&'static str>,
    status_and_code: (u16, &'static str),
}

const fn limit(service: &'static str, noun: &'static str, member: &'static str, longest: usize) -> Limit {
    Limit {
        service,
        noun,
        member,
        longest,
        extra: None,
        status_and_code: (400, "InvalidArgument"),
    }
}

const fn of(base: Limit, extra: &'static str, code: &'static str) -> Limit {
    Limit {
        extra: if extra.is_empty() { None } else { Some(extra) },
        status_and_code: (400, code),
        ..base
    }
}

const WAF_TEXT: &str = "_+=:#@/-,. ";
const LIMITS: [Limit; 17] = [
    limit("cloudfront", "Distribution", "Comment", 128),
    limit("cloudfront", "DistributionWithTags", "Comment", 128),
    limit("cloudfront", "Function", "Comment", 128),
    limit("cloudfront", "KeyValueStore", "Comment", 128),
    limit("cloudfront", "ResponseHeadersPolicy", "Comment", 128),
    limit("cloudfront", "CachePolicy", "Comment", 128),
    limit("cloudfront", "OriginRequestPolicy", "Comment", 128),
    limit("cloudfront", "OriginAccessControl", "Name", 64),
    limit("cloudfront", "OriginAccessControl", "Description", 256),
    of(limit("wafv2", "WebACL", "Name", 128), "_-", "ValidationException"),
    of(
        limit("wafv2", "WebACL", "Description", 256),
        WAF_TEXT,
        "ValidationException",
    ),
    of(
        limit("wafv2", "IPSet", "Description", 256),
        WAF_TEXT,
        "ValidationException",
    ),
    of(
        limit("lambda", "Function", "FunctionName", 140),
        "_-:",
        "ValidationException",
    ),
    of(
        limit("lambda", "Function", "Description", 256),
        "",
        "ValidationException",
    ),
    of(limit("iam", "Role", "RoleName", 64), "_+=,.@-", "ValidationError"),
    of(
        limit("iam", "RolePolicy", "PolicyName", 128),
        "_+=,.@-",
        "ValidationError",
    ),
    of(
        limit("secretsmanager", "Secret", "Name", 512),
        "/_+=.@-",
        "ValidationException",
    ),
];

pub(crate) fn check(call: &Call, request: &Incoming) -> Result<(), Refusal> {
    let made = ["Create", "Update", "Put"]
        .iter()
        .find_map(|verb| call.operation.strip_prefix(verb));
    let Some(noun) = made else {
        return Ok(());
    };
    LIMITS
        .iter()
        .filter(|limit| limit.service == call.service && limit.noun == noun)
        .try_for_each(|limit| limit.judge(&value(call, request, limit.member)))
}

fn value(call: &Call, request: &Incoming, member: &str) -> String {
    match call.service.as_str() {
        "cloudfront" => element(request.text(), member).unwrap_or_default().to_owned(),
        "iam" => form_value(request, member).unwrap_or_default(),
        _ => request.json()[member].as_str().unwrap_or_default().to_owned(),
    }
}

impl Limit {
    fn judge(&self, value: &str) -> Result<(), Refusal> {
        let fits = value.chars().count() <= self.longest;
        let allowed = self.extra.is_none_or(|extra| {
            let known = |character: char| character.is_ascii_alphanumeric() || extra.contains(character);
            value.chars().all(known)
        });
        if fits && allowed {
            return Ok(());
        }
        let (status, code) = self.status_and_code;
        let message = format!(
            "1 validation error detected: the value at '{}' is longer than {} characters or has characters that are not allowed",
            self.member, self.longest
        );
        Err(Refusal::new(status, code, message))
    }
}
