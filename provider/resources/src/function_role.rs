//! The role of a function: who may assume it, and one inline policy.
//!
//! How such a role is made, compared and removed. Whose it is and whether it may be touched, its callers know.

use serde_json::{Value, json};
use zt_aws::error::optional;
use zt_aws::iam::{Iam, Role, RoleConfig};
use zt_aws::{AwsError, Tags};

/// Name of the one inline policy.
const POLICY: &str = "zt";

/// What a role has to be.
pub(crate) struct Wanted<'a> {
    pub(crate) name: &'a str,
    /// Of a new role; it holds the mark.
    pub(crate) description: String,
    /// The services that may assume it.
    pub(crate) services: &'a [&'a str],
    pub(crate) policy: Value,
    pub(crate) tags: &'a Tags,
}

/// A role as it stands.
pub(crate) struct Found {
    pub(crate) role: Role,
    /// Its policy; one that cannot be read means nothing of ours.
    pub(crate) policy: Option<Value>,
}

/// The role of a name.
pub(crate) async fn look(iam: &Iam, name: &str) -> Result<Option<Found>, AwsError> {
    let Some(role) = optional(iam.role(name).await)? else {
        return Ok(None);
    };
    let policy = optional(iam.role_policy(name, POLICY).await)?;
    Ok(Some(Found {
        role,
        policy: policy.and_then(|text| serde_json::from_str(&text).ok()),
    }))
}

impl Wanted<'_> {
    fn trust(&self) -> Value {
        // IAM answers with one service as it was written: without a list.
        let services = match self.services {
            [only] => json!(only),
            several => json!(several),
        };
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": services },
                "Action": "sts:AssumeRole",
            }],
        })
    }

    fn trusts(&self, role: &Role) -> bool {
        serde_json::from_str::<Value>(&role.trust).is_ok_and(|found| found == self.trust())
    }

    /// Makes the role, or changes the one that was found until it is as wanted; yields its ARN.
    pub(crate) async fn settle(&self, iam: &Iam, found: Option<Found>) -> Result<String, AwsError> {
        let (arn, policy) = match found {
            None => {
                let config = RoleConfig {
                    name: self.name.to_owned(),
                    description: self.description.clone(),
                    trust: self.trust().to_string(),
                    boundary: None,
                };
                (iam.create_role(&config, self.tags).await?.arn, None)
            }
            Some(Found { role, policy }) => {
                if !self.trusts(&role) {
                    iam.update_trust(self.name, &self.trust().to_string()).await?;
                }
                iam.set_role_tags(self.name, &role.tags, self.tags).await?;
                (role.arn, policy)
            }
        };
        if policy.as_ref() != Some(&self.policy) {
            let text = self.policy.to_string();
            iam.put_role_policy(self.name, POLICY, &text).await?;
        }
        Ok(arn)
    }

    /// Whether a role may do what it has to, and no more by this policy, and nobody else may assume it.
    pub(crate) fn is_met(&self, found: Option<&Found>) -> bool {
        found.is_some_and(|found| self.trusts(&found.role) && found.policy.as_ref() == Some(&self.policy))
    }
}

/// Removes a role with its policies.
pub(crate) async fn remove(iam: &Iam, name: &str) -> Result<(), AwsError> {
    for policy in iam.role_policy_names(name).await? {
        optional(iam.delete_role_policy(name, &policy).await)?;
    }
    optional(iam.delete_role(name).await)?;
    Ok(())
}
