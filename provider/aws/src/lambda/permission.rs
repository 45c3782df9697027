//! Who besides the account may call a function: statements of its own policy.

use super::Lambda;
use crate::error::{Result, optional};

/// One statement: a service may call the function on behalf of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// Id of the statement.
    pub id: String,
    /// The service, such as `events.amazonaws.com`.
    pub service: String,
    /// ARN of the object.
    pub source_arn: String,
}

impl Lambda {
    /// The policy of a function as JSON; none when it has none.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn policy(&self, name: &str) -> Result<Option<String>> {
        let request = self.client.get_policy().function_name(name).send();
        let answer = optional(self.caller.call("GetPolicy", name, request).await)?;
        Ok(answer.and_then(|answer| answer.policy))
    }

    /// Adds a statement.
    ///
    /// # Errors
    /// `Conflict` when there is one of this id.
    pub async fn add_permission(&self, name: &str, permission: &Permission) -> Result<()> {
        let request = self
            .client
            .add_permission()
            .function_name(name)
            .statement_id(&permission.id)
            .action("lambda:InvokeFunction")
            .principal(&permission.service)
            .source_arn(&permission.source_arn)
            .send();
        self.caller.call("AddPermission", name, request).await?;
        Ok(())
    }

    /// Removes a statement; one that is gone already was removed well.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn remove_permission(&self, name: &str, id: &str) -> Result<()> {
        let request = self
            .client
            .remove_permission()
            .function_name(name)
            .statement_id(id)
            .send();
        optional(self.caller.call("RemovePermission", name, request).await)?;
        Ok(())
    }
}
