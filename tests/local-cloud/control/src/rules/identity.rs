//! The grammar of IAM policies.
//!
//! Facts: IAM User Guide, "Grammar of the IAM JSON policy language".

use serde_json::Value;

use crate::call::Call;
use crate::http_message::Incoming;
use crate::identify::form_value;
use crate::refusal::Refusal;

/// What a policy is for decides what its statements hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Trust,
    Identity,
}

pub(crate) fn check(call: &Call, request: &Incoming) -> Result<(), Refusal> {
    let (member, kind) = match call.operation.as_str() {
        "CreateRole" => ("AssumeRolePolicyDocument", Kind::Trust),
        "UpdateAssumeRolePolicy" => ("PolicyDocument", Kind::Trust),
        "PutRolePolicy" | "CreatePolicy" | "CreatePolicyVersion" => ("PolicyDocument", Kind::Identity),
        _ => return Ok(()),
    };
    let text = form_value(request, member).unwrap_or_default();
    let policy: Value = serde_json::from_str(&text).map_err(|_| malformed("This policy contains invalid Json"))?;
    document(&policy, kind)
}

fn document(policy: &Value, kind: Kind) -> Result<(), Refusal> {
    let Some(members) = policy.as_object() else {
        return Err(malformed("Syntax errors in policy."));
    };
    if members
        .keys()
        .any(|name| !["Version", "Id", "Statement"].contains(&name.as_str()))
    {
        return Err(malformed("Syntax errors in policy."));
    }
    if !matches!(policy["Version"].as_str(), Some("2012-10-17" | "2008-10-17")) {
        return Err(malformed("Policy document must be version 2012-10-17 or greater."));
    }
    let statements = match &policy["Statement"] {
        Value::Array(list) if !list.is_empty() => list.clone(),
        one @ Value::Object(_) => vec![one.clone()],
        _ => return Err(malformed("Syntax errors in policy.")),
    };
    statements.iter().try_for_each(|one| statement(one, kind))
}

fn statement(statement: &Value, kind: Kind) -> Result<(), Refusal> {
    const KNOWN: [&str; 9] = [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ];
    let Some(members) = statement.as_object() else {
        return Err(malformed("Syntax errors in policy."));
    };
    let has = |name: &str| members.contains_key(name);
    if members.keys().any(|name| !KNOWN.contains(&name.as_str()))
        || !matches!(statement["Effect"].as_str(), Some("Allow" | "Deny"))
        || has("Action") == has("NotAction")
    {
        return Err(malformed("Syntax errors in policy."));
    }
    let actions = match &statement["Action"] {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    };
    if has("Action") && !actions.iter().all(|action| action.as_str().is_some_and(is_action)) {
        return Err(malformed(
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ));
    }
    match kind {
        Kind::Trust if has("Resource") => Err(malformed("Has prohibited field Resource")),
        Kind::Trust if !has("Principal") && !has("NotPrincipal") => Err(malformed("Missing required field Principal")),
        Kind::Trust => principal(&statement["Principal"]),
        Kind::Identity if has("Principal") || has("NotPrincipal") => {
            Err(malformed("Policy document should not specify a principal."))
        }
        Kind::Identity if has("Resource") == has("NotResource") => {
            Err(malformed("Policy statement must contain resources."))
        }
        Kind::Identity => Ok(()),
    }
}

fn is_action(action: &str) -> bool {
    action == "*"
        || action
            .split_once(':')
            .is_some_and(|(vendor, name)| !vendor.is_empty() && !name.is_empty())
}

/// Services are host names of AWS; anything else that IAM takes is left to ministack.
fn principal(principal: &Value) -> Result<(), Refusal> {
    let services = match &principal["Service"] {
        Value::Array(list) => list.clone(),
        Value::Null => return Ok(()),
        one => vec![one.clone()],
    };
    let valid = |service: &Value| {
        service
            .as_str()
            .is_some_and(|name| name.ends_with(".amazonaws.com") || name.ends_with(".aws.internal"))
    };
    match services.iter().all(valid) {
        true => Ok(()),
        false => Err(malformed("Invalid principal in policy")),
    }
}

fn malformed(message: &str) -> Refusal {
    Refusal::new(400, "MalformedPolicyDocument", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(policy: Value, kind: Kind, accepted: bool) {
        assert_eq!(document(&policy, kind).is_ok(), accepted, "{policy}");
    }

    #[test]
    fn policies_follow_the_grammar() {
        let version = "2012-10-17";
        let trust =
            json!({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"});
        let grant = json!({"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*"});
        check(json!({"Version": version, "Statement": [trust]}), Kind::Trust, true);
        check(json!({"Version": version, "Statement": trust}), Kind::Trust, true);
        check(json!({"Version": version, "Statement": [grant]}), Kind::Identity, true);
        check(json!({"Version": version, "Statement": [grant]}), Kind::Trust, false);
        check(json!({"Version": version, "Statement": [trust]}), Kind::Identity, false);
        check(
            json!({"Version": "2026-01-01", "Statement": [trust]}),
            Kind::Trust,
            false,
        );
        check(json!({"Version": version, "Statement": []}), Kind::Trust, false);
        check(json!({"Version": version, "Statements": [trust]}), Kind::Trust, false);
        check(
            json!({"Version": version, "Statement": [{"Effect": "allow"}]}),
            Kind::Trust,
            false,
        );
        check(json!({}), Kind::Trust, false);
    }
}
