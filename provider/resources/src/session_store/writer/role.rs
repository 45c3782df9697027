//! The role of the writer: this store's pages, this queue, these dead letters, its own log lines, and nothing else.

use serde_json::{Value, json};
use zt_aws::Tags;
use zt_framework::Diagnostic;

use super::Scope;
use crate::failure::diagnostic;
use crate::function_role::{self, Wanted};
use crate::session_store::mark::StoreMark;

/// What the role may touch, by ARN.
pub(super) struct Access<'a> {
    pub(super) store: &'a str,
    pub(super) queue: &'a str,
    pub(super) dead_letters: &'a str,
    pub(super) log_group: &'a str,
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

/// Makes the role, or changes it until it is as wanted; yields its ARN.
pub(super) async fn ensure(scope: &Scope<'_>, access: &Access<'_>) -> Result<String, Diagnostic> {
    let (iam, name, tags) = (scope.aws.iam(), scope.names().function, scope.marked());
    let found = function_role::look(&iam, &name).await;
    let found = found.map_err(|error| diagnostic(&error))?;
    if let Some(found) = &found {
        scope.may_take(StoreMark::from_tags(&found.role.tags).as_ref(), "role", &name)?;
    }
    let settled = wanted(scope, access, (&name, &tags)).settle(&iam, found).await;
    settled.map_err(|error| diagnostic(&error))
}

fn wanted<'a>(scope: &Scope<'_>, access: &Access<'_>, (name, tags): (&'a str, &'a Tags)) -> Wanted<'a> {
    Wanted {
        name,
        description: scope.description(),
        services: &["lambda.amazonaws.com"],
        policy: policy(access),
        tags,
    }
}

/// Whether the role may do what it has to, and no more by this policy, and nobody but Lambda may assume it.
pub(super) async fn is_as_wanted(scope: &Scope<'_>, access: &Access<'_>) -> Result<bool, Diagnostic> {
    let (iam, name, tags) = (scope.aws.iam(), scope.names().function, scope.marked());
    let found = function_role::look(&iam, &name).await;
    let found = found.map_err(|error| diagnostic(&error))?;
    Ok(wanted(scope, access, (&name, &tags)).is_met(found.as_ref()))
}

/// Removes the role with its policies.
pub(super) async fn remove(scope: &Scope<'_>) -> Result<(), Diagnostic> {
    let (iam, name) = (scope.aws.iam(), scope.names().function);
    let found = function_role::look(&iam, &name).await;
    match found.map_err(|error| diagnostic(&error))? {
        Some(found) if scope.owns_tagged(&found.role.tags) => {
            let removed = function_role::remove(&iam, &name).await;
            removed.map_err(|error| diagnostic(&error))
        }
        _ => Ok(()),
    }
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
