//! The role of the writer: this store's pages, this queue, these dead letters, its own log lines, and nothing else.

use serde_json::{Value, json};
use zt_aws::error::optional;
use zt_aws::iam::RoleConfig;
use zt_framework::Diagnostic;

use super::Scope;
use crate::failure::diagnostic;
use crate::session_store::mark::StoreMark;

/// Name of the one inline policy.
const POLICY: &str = "zt";

/// What the role may touch, by ARN.
pub(super) struct Access<'a> {
    pub(super) store: &'a str,
    pub(super) queue: &'a str,
    pub(super) dead_letters: &'a str,
    pub(super) log_group: &'a str,
}

fn trust() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "lambda.amazonaws.com" },
            "Action": "sts:AssumeRole",
        }],
    })
}

fn policy(access: &Access<'_>) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    "cloudfront-keyvaluestore:DescribeKeyValueStore",
                    "cloudfront-keyvaluestore:GetKey",
                    "cloudfront-keyvaluestore:ListKeys",
                    "cloudfront-keyvaluestore:UpdateKeys",
                ],
                "Resource": access.store,
            },
            {
                "Effect": "Allow",
                "Action": ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
                "Resource": access.queue,
            },
            { "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": access.dead_letters },
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": format!("{}:*", access.log_group),
            },
        ],
    })
}

/// Whether a policy means the wanted text; one that cannot be read means nothing of ours.
fn same(found: &str, wanted: &Value) -> bool {
    serde_json::from_str::<Value>(found).is_ok_and(|found| found == *wanted)
}

/// Makes the role, or changes it until it is as wanted; yields its ARN.
pub(super) async fn ensure(scope: &Scope<'_>, access: &Access<'_>) -> Result<String, Diagnostic> {
    let iam = scope.aws.iam();
    let name = scope.names().function;
    let tags = scope.marked();
    let found = optional(iam.role(&name).await).map_err(|error| diagnostic(&error))?;
    let arn = match found {
        None => {
            let config = RoleConfig {
                name: name.clone(),
                description: scope.description(),
                trust: trust().to_string(),
                boundary: None,
            };
            let made = iam.create_role(&config, &tags).await;
            made.map_err(|error| diagnostic(&error))?.arn
        }
        Some(found) => {
            let mark = StoreMark::from_tags(&found.tags);
            scope.may_take(mark.as_ref(), "role", &name)?;
            if !same(&found.trust, &trust()) {
                let set = iam.update_trust(&name, &trust().to_string()).await;
                set.map_err(|error| diagnostic(&error))?;
            }
            let tagged = iam.set_role_tags(&name, &found.tags, &tags).await;
            tagged.map_err(|error| diagnostic(&error))?;
            found.arn
        }
    };
    if !has_policy(scope, access).await? {
        let put = iam.put_role_policy(&name, POLICY, &policy(access).to_string()).await;
        put.map_err(|error| diagnostic(&error))?;
    }
    Ok(arn)
}

/// Whether the role may do what it has to, and no more by this policy, and nobody but Lambda may assume it.
pub(super) async fn is_as_wanted(scope: &Scope<'_>, access: &Access<'_>) -> Result<bool, Diagnostic> {
    let found = optional(scope.aws.iam().role(&scope.names().function).await);
    let found = found.map_err(|error| diagnostic(&error))?;
    Ok(found.is_some_and(|found| same(&found.trust, &trust())) && has_policy(scope, access).await?)
}

async fn has_policy(scope: &Scope<'_>, access: &Access<'_>) -> Result<bool, Diagnostic> {
    let found = scope.aws.iam().role_policy(&scope.names().function, POLICY).await;
    let found = optional(found).map_err(|error| diagnostic(&error))?;
    Ok(found.is_some_and(|found| same(&found, &policy(access))))
}

/// Removes the role with its policies.
pub(super) async fn remove(scope: &Scope<'_>) -> Result<(), Diagnostic> {
    let iam = scope.aws.iam();
    let name = scope.names().function;
    let found = optional(iam.role(&name).await).map_err(|error| diagnostic(&error))?;
    let Some(found) = found else { return Ok(()) };
    if !scope.owns_tagged(&found.tags) {
        return Ok(());
    }
    let policies = iam.role_policy_names(&name).await;
    for policy in policies.map_err(|error| diagnostic(&error))? {
        optional(iam.delete_role_policy(&name, &policy).await).map_err(|error| diagnostic(&error))?;
    }
    let deleted = optional(iam.delete_role(&name).await);
    deleted.map(drop).map_err(|error| diagnostic(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checklist: K6
    #[test]
    fn the_role_may_do_nothing_anywhere_else() {
        let access = Access {
            store: "arn:aws:cloudfront::1:key-value-store/x",
            queue: "arn:aws:sqs:r:1:q.fifo",
            dead_letters: "arn:aws:sqs:r:1:d.fifo",
            log_group: "arn:aws:logs:r:1:log-group:/aws/lambda/f",
        };
        let policy = policy(&access);
        let statements = policy["Statement"].as_array().unwrap();
        for statement in statements {
            let resource = statement["Resource"].as_str().unwrap();
            let asterisks = resource.matches('*').count();
            // A log stream's name is not known before.
            assert!(
                asterisks == usize::from(resource.starts_with("arn:aws:logs:")),
                "{resource}"
            );
            assert!(!statement["Action"].to_string().contains('*'));
        }
        let all = policy.to_string();
        for never in [
            "PutKey",
            "DeleteKey",
            "secretsmanager",
            "CreateLogGroup",
            "DeleteKeyValueStore",
        ] {
            assert!(!all.contains(never), "{never}");
        }
    }
}
