//! The role of the auth function: it reads exactly its own secrets and writes its own logs.
//!
//! An update first widens it, because the version that edge locations still run reads what it always read, and narrows it
//! when that version is gone. What to keep until then stands in the policy in force, so no state can forget it.

use serde_json::{Value, json};

use super::{Fault, Scope};
use crate::edge_app::config::identity::Federation;
use crate::function_role::{self, Found, Wanted};
use crate::marks::Mark;

/// Who runs the function.
const SERVICES: [&str; 2] = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"];
/// How long the auth function lets a token of AWS STS live, in seconds.
const TOKEN_SECONDS: u32 = 300;
const READ_SECRET: &str = "secretsmanager:GetSecretValue";
const SEND_MESSAGE: &str = "sqs:SendMessage";
const GET_TOKEN: &str = "sts:GetWebIdentityToken";

/// What the role may do besides writing its logs.
pub(in crate::edge_app) struct Access<'a> {
    /// ARNs of the secrets it may read.
    pub(in crate::edge_app) secrets: Vec<&'a str>,
    /// ARN of the queue to which it may send.
    pub(in crate::edge_app) queue: Option<&'a str>,
    /// The tokens for which it may ask AWS STS.
    pub(in crate::edge_app) federation: Option<&'a Federation>,
}

fn policy(scope: &Scope<'_>, access: &Access<'_>) -> Value {
    let partition = scope.aws.partition();
    let account = scope.aws.account_id().unwrap_or("*");
    // A replica writes in the region that runs it, which may be one where nobody made the group.
    let logs = format!(
        "arn:{}:logs:*:{account}:log-group:{}:*",
        partition.as_str(),
        scope.names.log_group
    );
    let mut statements = vec![
        json!({ "Effect": "Allow", "Action": READ_SECRET, "Resource": access.secrets }),
        json!({
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": logs,
        }),
    ];
    statements.extend(
        access
            .queue
            .map(|queue| json!({ "Effect": "Allow", "Action": SEND_MESSAGE, "Resource": queue })),
    );
    statements.extend(access.federation.map(tokens));
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// The action knows no resource; its conditions are what bounds it (IAM User Guide, keys of AWS STS). `ForAllValues` holds
/// for a request without the key, too, so the key must be there.
fn tokens(federation: &Federation) -> Value {
    json!({
        "Effect": "Allow",
        "Action": GET_TOKEN,
        "Resource": "*",
        "Condition": {
            "ForAllValues:StringEquals": { "sts:IdentityTokenAudience": [federation.audience] },
            "Null": { "sts:IdentityTokenAudience": "false" },
            "NumericLessThanEquals": { "sts:DurationSeconds": TOKEN_SECONDS.to_string() },
            "StringEquals": { "sts:SigningAlgorithm": federation.algorithm },
        },
    })
}

/// A policy with what another one of ours grants beyond it.
fn widened(policy: &Value, found: Option<&Value>) -> Value {
    let statements = |policy: &Value| policy["Statement"].as_array().cloned().unwrap_or_default();
    let mut wide = statements(policy);
    let former = found.map(statements).unwrap_or_default();
    for statement in former.into_iter().filter(is_ours) {
        if !wide.contains(&statement) {
            wide.push(statement);
        }
    }
    let mut policy = policy.clone();
    policy["Statement"] = Value::Array(wide);
    policy
}

/// Whether a statement has the form of those above. What somebody else wrote into the policy is not kept.
fn is_ours(statement: &Value) -> bool {
    let one = |value: &Value| value.as_str().is_some_and(|arn| !arn.contains('*'));
    let resource = &statement["Resource"];
    match statement["Action"].as_str() {
        Some(READ_SECRET) => resource.as_array().is_some_and(|all| all.iter().all(one)),
        Some(SEND_MESSAGE) => one(resource),
        Some(GET_TOKEN) => statement["Condition"]["ForAllValues:StringEquals"].is_object(),
        _ => false,
    }
}

/// The role after a step.
pub(in crate::edge_app) struct Ensured {
    pub(in crate::edge_app) arn: String,
    /// It may do more than is wanted.
    pub(in crate::edge_app) wide: bool,
}

/// Makes the role, or changes it until it may do what is wanted besides what it might do.
pub(in crate::edge_app) async fn widen(scope: &Scope<'_>, access: &Access<'_>) -> Result<Ensured, Fault> {
    let found = take(scope).await?;
    let narrow = policy(scope, access);
    let wide = widened(&narrow, found.as_ref().and_then(|found| found.policy.as_ref()));
    Ok(Ensured {
        wide: wide != narrow,
        arn: wanted(scope, wide).settle(&scope.aws.iam(), found).await?,
    })
}

/// Takes from the role what is not wanted.
pub(in crate::edge_app) async fn narrow(scope: &Scope<'_>, access: &Access<'_>) -> Result<(), Fault> {
    let found = take(scope).await?;
    wanted(scope, policy(scope, access))
        .settle(&scope.aws.iam(), found)
        .await?;
    Ok(())
}

async fn take(scope: &Scope<'_>) -> Result<Option<Found>, Fault> {
    let name = scope.names.role.as_str();
    let found = function_role::look(&scope.aws.iam(), name).await?;
    if let Some(found) = &found {
        scope.may_take("role", name, Mark::from_text(&found.role.description))?;
    }
    Ok(found)
}

fn wanted<'a>(scope: &'a Scope<'_>, policy: Value) -> Wanted<'a> {
    Wanted {
        name: &scope.names.role,
        description: scope.mark.to_string(),
        services: &SERVICES,
        policy,
        tags: scope.tags,
    }
}

/// Whether the role may read what it has to, and no more by this policy, and nobody but Lambda may assume it.
pub(in crate::edge_app) async fn is_as_wanted(scope: &Scope<'_>, access: &Access<'_>) -> Result<bool, Fault> {
    let found = function_role::look(&scope.aws.iam(), &scope.names.role).await?;
    Ok(wanted(scope, policy(scope, access)).is_met(found.as_ref()))
}

/// Removes the role with its policies.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>) -> Result<(), Fault> {
    let iam = scope.aws.iam();
    let name = scope.names.role.as_str();
    let found = function_role::look(&iam, name).await?;
    match found {
        Some(found) if scope.owns(Mark::from_text(&found.role.description).as_ref()) => {
            Ok(function_role::remove(&iam, name).await?)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(secrets: &[&str]) -> Value {
        json!({ "Effect": "Allow", "Action": READ_SECRET, "Resource": secrets })
    }

    fn policy_of(statements: &[Value]) -> Value {
        json!({ "Version": "2012-10-17", "Statement": statements })
    }

    /// A key that a request lacks satisfies `ForAllValues` (IAM User Guide, "Multivalued context keys").
    #[test]
    fn a_token_is_bound_to_its_audience_its_length_and_its_algorithm() {
        let statement = tokens(&Federation {
            audience: "api://AzureADTokenExchange".to_owned(),
            algorithm: "ES384".to_owned(),
            region: "us-east-1".to_owned(),
        });
        assert_eq!(
            statement["Condition"],
            json!({
                "ForAllValues:StringEquals": { "sts:IdentityTokenAudience": ["api://AzureADTokenExchange"] },
                "Null": { "sts:IdentityTokenAudience": "false" },
                "NumericLessThanEquals": { "sts:DurationSeconds": "300" },
                "StringEquals": { "sts:SigningAlgorithm": "ES384" },
            })
        );
    }

    #[test]
    fn what_the_version_in_use_reads_stays_until_it_is_gone() {
        let (before, after) = (policy_of(&[reads(&["keys", "client"])]), policy_of(&[reads(&["keys"])]));
        let wide = widened(&after, Some(&before));
        assert_eq!(wide, policy_of(&[reads(&["keys"]), reads(&["keys", "client"])]));
        assert_eq!(widened(&after, Some(&wide)), wide, "an apply that ended early keeps it");
        assert_eq!(widened(&after, Some(&after)), after);
        assert_eq!(widened(&after, None), after);
    }

    #[test]
    fn what_others_wrote_into_the_policy_does_not_stay() {
        let strange = [
            json!({ "Effect": "Allow", "Action": READ_SECRET, "Resource": "*" }),
            reads(&["arn:aws:secretsmanager:us-east-1:1:secret:*"]),
            json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/x" }),
            json!({ "Effect": "Allow", "Action": GET_TOKEN, "Resource": "*" }),
        ];
        let wanted = policy_of(&[reads(&["keys"])]);
        assert_eq!(widened(&wanted, Some(&policy_of(&strange))), wanted);
    }
}
