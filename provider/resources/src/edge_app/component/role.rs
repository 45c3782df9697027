//! The role of the auth function: it reads exactly its own secrets and writes its own logs.

use serde_json::{Value, json};
use zt_aws::error::optional;
use zt_aws::iam::RoleConfig;

use super::{Fault, Scope};
use crate::marks::Mark;

/// Name of the one inline policy.
const POLICY: &str = "zt";

/// What the role may do besides writing its logs.
pub(in crate::edge_app) struct Access<'a> {
    /// ARNs of the secrets it may read.
    pub(in crate::edge_app) secrets: Vec<&'a str>,
    /// ARN of the queue to which it may send.
    pub(in crate::edge_app) queue: Option<&'a str>,
    /// Audience for which it may ask AWS STS for a token.
    pub(in crate::edge_app) federation: Option<&'a str>,
}

fn trust() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"] },
            "Action": "sts:AssumeRole",
        }],
    })
}

fn policy(scope: &Scope<'_>, access: &Access<'_>) -> Value {
    let partition = scope.aws.partition();
    let account = scope.aws.account_id().unwrap_or("*");
    // A replica writes in the region that runs it, under the name of us-east-1.
    let logs = format!(
        "arn:{}:logs:*:{account}:log-group:/aws/lambda/us-east-1.{}:*",
        partition.as_str(),
        scope.names.auth_function
    );
    let mut statements = vec![
        json!({ "Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": access.secrets }),
        json!({
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": logs,
        }),
    ];
    statements.extend(
        access
            .queue
            .map(|queue| json!({ "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue })),
    );
    // The action knows no resource; the audience is what bounds it (IAM User Guide, keys of AWS STS).
    statements.extend(access.federation.map(|audience| {
        json!({
            "Effect": "Allow",
            "Action": "sts:GetWebIdentityToken",
            "Resource": "*",
            "Condition": { "ForAllValues:StringEquals": { "sts:IdentityTokenAudience": [audience] } },
        })
    }));
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// Whether two policies mean the same text; a policy that cannot be read means nothing of ours.
fn same(found: &str, wanted: &Value) -> bool {
    serde_json::from_str::<Value>(found).is_ok_and(|found| found == *wanted)
}

/// Makes the role, or changes it until it is as wanted; yields its ARN.
pub(in crate::edge_app) async fn ensure(scope: &Scope<'_>, access: &Access<'_>) -> Result<String, Fault> {
    let iam = scope.aws.iam();
    let name = scope.names.role.as_str();
    let arn = match optional(iam.role(name).await)? {
        None => {
            let config = RoleConfig {
                name: name.to_owned(),
                description: scope.mark.to_string(),
                trust: trust().to_string(),
                boundary: None,
            };
            iam.create_role(&config, scope.tags).await?.arn
        }
        Some(found) => {
            scope.may_take("role", name, Mark::from_text(&found.description))?;
            if !same(&found.trust, &trust()) {
                iam.update_trust(name, &trust().to_string()).await?;
            }
            iam.set_role_tags(name, &found.tags, scope.tags).await?;
            found.arn
        }
    };
    let wanted = policy(scope, access);
    let found = optional(iam.role_policy(name, POLICY).await)?;
    if !found.is_some_and(|found| same(&found, &wanted)) {
        iam.put_role_policy(name, POLICY, &wanted.to_string()).await?;
    }
    Ok(arn)
}

/// Whether the role may read what it has to, and no more by this policy, and nobody but Lambda may assume it.
pub(in crate::edge_app) async fn is_as_wanted(scope: &Scope<'_>, access: &Access<'_>) -> Result<bool, Fault> {
    let iam = scope.aws.iam();
    let role = optional(iam.role(&scope.names.role).await)?;
    let found = optional(iam.role_policy(&scope.names.role, POLICY).await)?;
    let wanted = policy(scope, access);
    Ok(role.is_some_and(|role| same(&role.trust, &trust())) && found.is_some_and(|found| same(&found, &wanted)))
}

/// Removes the role with its policies.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>) -> Result<(), Fault> {
    let iam = scope.aws.iam();
    let name = scope.names.role.as_str();
    let Some(found) = optional(iam.role(name).await)? else {
        return Ok(());
    };
    if !scope.owns(Mark::from_text(&found.description).as_ref()) {
        return Ok(());
    }
    for policy in iam.role_policy_names(name).await? {
        optional(iam.delete_role_policy(name, &policy).await)?;
    }
    optional(iam.delete_role(name).await)?;
    Ok(())
}
