//! Whether a bucket's policy lets CloudFront read for a distribution, evaluated as IAM does: a Deny wins, and nothing else is an Allow.
//!
//! A condition that is not understood fails an Allow and keeps a Deny.

use serde_json::Value;

/// Who asks, and from where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller<'a> {
    /// Whether CloudFront signs for an origin access control. Without a signature the caller is anonymous.
    pub signed: bool,
    pub source_arn: &'a str,
    pub source_account: &'a str,
}

/// Whether a policy document allows an action on a resource.
pub(crate) fn allows(policy: &Value, caller: Caller<'_>, action: &str, resource: &str) -> bool {
    let statements = match &policy["Statement"] {
        Value::Array(list) => list.as_slice(),
        single => std::slice::from_ref(single),
    };
    let mut allowed = false;
    for statement in statements {
        let denies = statement["Effect"].as_str() != Some("Allow");
        let concerned = principal(&statement["Principal"], caller, denies)
            && listed(&statement["Action"], action, true)
            && listed(&statement["Resource"], resource, false)
            && conditions(&statement["Condition"], caller, denies);
        let exotic = ["NotPrincipal", "NotAction", "NotResource"]
            .iter()
            .any(|m| statement.get(m).is_some());
        if denies && (concerned || exotic) {
            return false;
        }
        allowed |= concerned && !exotic;
    }
    allowed
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn principal(value: &Value, caller: Caller<'_>, denies: bool) -> bool {
    if value.as_str() == Some("*") || texts(&value["AWS"]).contains(&"*") {
        return true;
    }
    let service = texts(&value["Service"]).contains(&"cloudfront.amazonaws.com");
    // A Deny for a principal of another kind does not concern CloudFront.
    service && (caller.signed || denies)
}

fn listed(value: &Value, wanted: &str, any_case: bool) -> bool {
    texts(value).iter().any(|pattern| {
        if any_case {
            like(&pattern.to_ascii_lowercase(), &wanted.to_ascii_lowercase())
        } else {
            like(pattern, wanted)
        }
    })
}

fn conditions(value: &Value, caller: Caller<'_>, denies: bool) -> bool {
    let Some(operators) = value.as_object() else {
        return true;
    };
    operators.iter().all(|(operator, keys)| {
        keys.as_object().is_none_or(|keys| {
            keys.iter()
                .all(|(key, values)| condition(operator, key, &texts_or_flags(values), caller).unwrap_or(denies))
        })
    })
}

fn texts_or_flags(value: &Value) -> Vec<String> {
    match value {
        Value::Bool(flag) => vec![flag.to_string()],
        other => texts(other).into_iter().map(str::to_owned).collect(),
    }
}

/// `None`: not understood.
fn condition(operator: &str, key: &str, values: &[String], caller: Caller<'_>) -> Option<bool> {
    let actual = match key.to_ascii_lowercase().as_str() {
        "aws:sourcearn" if caller.signed => caller.source_arn,
        "aws:sourceaccount" if caller.signed => caller.source_account,
        "aws:sourcearn" | "aws:sourceaccount" => return Some(false),
        "aws:securetransport" => "true",
        _ => return None,
    };
    match operator {
        "StringEquals" | "ArnEquals" | "Bool" if operator != "ArnEquals" => Some(values.iter().any(|v| v == actual)),
        "ArnEquals" | "ArnLike" | "StringLike" => Some(values.iter().any(|v| like(v, actual))),
        "StringNotEquals" => Some(values.iter().all(|v| v != actual)),
        _ => None,
    }
}

fn like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern.len() == text.len() && pattern.bytes().zip(text.bytes()).all(|(p, t)| p == b'?' || p == t),
        Some((head, tail)) => {
            let fits = text.get(..head.len()).is_some_and(|t| like(head, t));
            fits && (head.len()..=text.len()).any(|i| text.get(i..).is_some_and(|rest| like(tail, rest)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ARN: &str = "arn:aws:cloudfront::111122223333:distribution/E1";

    #[track_caller]
    fn check(statements: Value, signed: bool, expected: bool) {
        let caller = Caller {
            signed,
            source_arn: ARN,
            source_account: "111122223333",
        };
        let policy = json!({"Version": "2012-10-17", "Statement": statements});
        assert_eq!(
            allows(&policy, caller, "s3:GetObject", "arn:aws:s3:::bucket/a.html"),
            expected,
            "{policy}"
        );
    }

    fn documented() -> Value {
        // The policy of the Developer Guide's page on origin access control.
        json!({"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject",
               "Resource": "arn:aws:s3:::bucket/*", "Condition": {"StringEquals": {"AWS:SourceArn": ARN}}})
    }

    #[test]
    fn only_this_distribution_reads_and_a_deny_wins() {
        check(json!([documented()]), true, true);
        check(documented(), true, true);
        check(json!([documented()]), false, false);
        let mut other = documented();
        other["Condition"]["StringEquals"]["AWS:SourceArn"] = json!("arn:aws:cloudfront::111122223333:distribution/E2");
        check(json!([other]), true, false);
        let mut unconditional = documented();
        unconditional["Condition"] = json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}});
        check(json!([unconditional]), true, false);
        let mut elsewhere = documented();
        elsewhere["Resource"] = json!("arn:aws:s3:::other/*");
        check(json!([elsewhere]), true, false);
        let mut writes = documented();
        writes["Action"] = json!(["s3:PutObject"]);
        check(json!([writes]), true, false);
        let tls = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::bucket/*",
                         "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
        check(json!([documented(), tls]), true, true);
        let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"Null": {"x": "true"}}});
        check(json!([documented(), deny]), true, false);
        check(
            json!([{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"}]),
            false,
            true,
        );
        check(json!([]), true, false);
    }
}
