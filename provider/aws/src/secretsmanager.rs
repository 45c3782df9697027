//! Secrets Manager: values as [`Secret`]s, which cannot be printed, and deletion with or without a time to recover.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types as sdk;

use crate::call::Caller;
use crate::error::Result;
use crate::secret::Secret;
use crate::tags::{self, Tags};

/// Calls of Secrets Manager. See [`crate::Aws::secretsmanager`].
#[derive(Debug, Clone)]
pub struct SecretsManager {
    client: Client,
    caller: Caller,
}

/// A secret without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretDescription {
    /// Its ARN, with the six random characters at its end.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Its tags.
    pub tags: Tags,
    /// Whether it awaits its deletion: such a secret has no value and keeps its name.
    pub deleted: bool,
    /// Id of the current version of its value.
    pub current_version: Option<String>,
}

/// A value with the id of its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretValue {
    /// ARN of the secret.
    pub arn: String,
    /// The value.
    pub value: Secret,
    /// The version.
    pub version: String,
}

impl SecretsManager {
    pub(crate) fn new(client: Client, caller: Caller) -> Self {
        Self { client, caller }
    }

    /// Creates a secret with its first value and yields its ARN.
    ///
    /// # Errors
    /// `Exists` when the name is taken, also by a secret that awaits its deletion: see [`Self::describe`] and [`Self::restore`].
    pub async fn create(&self, name: &str, description: &str, value: &Secret, tags: &Tags) -> Result<String> {
        const OPERATION: &str = "CreateSecret";
        let request = self
            .client
            .create_secret()
            .name(name)
            .description(description)
            .secret_string(value.expose())
            .set_tags(Some(sdk_tags(tags)))
            .send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        answer.arn.ok_or_else(|| self.caller.incomplete(OPERATION, name))
    }

    /// Reads all but the value. Works for a secret that awaits its deletion, too.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn describe(&self, id: &str) -> Result<SecretDescription> {
        const OPERATION: &str = "DescribeSecret";
        let request = self.client.describe_secret().secret_id(id).send();
        let answer = self.caller.call(OPERATION, id, request).await?;
        let incomplete = || self.caller.incomplete(OPERATION, id);
        let stages = answer.version_ids_to_stages.unwrap_or_default();
        let current = stages
            .into_iter()
            .find(|(_, stages)| stages.iter().any(|stage| stage == "AWSCURRENT"));
        Ok(SecretDescription {
            arn: answer.arn.ok_or_else(incomplete)?,
            name: answer.name.ok_or_else(incomplete)?,
            description: answer.description.unwrap_or_default(),
            tags: our_tags(answer.tags),
            deleted: answer.deleted_date.is_some(),
            current_version: current.map(|(version, _)| version),
        })
    }

    /// The current value.
    ///
    /// # Errors
    /// As AWS answers; a secret that awaits its deletion is `Invalid`.
    pub async fn value(&self, id: &str) -> Result<SecretValue> {
        const OPERATION: &str = "GetSecretValue";
        let request = self.client.get_secret_value().secret_id(id).send();
        let answer = self.caller.call(OPERATION, id, request).await?;
        match (answer.arn, answer.secret_string, answer.version_id) {
            (Some(arn), Some(value), Some(version)) => Ok(SecretValue {
                arn,
                value: Secret::new(value),
                version,
            }),
            _ => Err(self.caller.incomplete(OPERATION, id)),
        }
    }

    /// Puts a new current value and yields its version.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn put_value(&self, id: &str, value: &Secret) -> Result<String> {
        const OPERATION: &str = "PutSecretValue";
        let request = self
            .client
            .put_secret_value()
            .secret_id(id)
            .secret_string(value.expose())
            .send();
        let answer = self.caller.call(OPERATION, id, request).await?;
        answer.version_id.ok_or_else(|| self.caller.incomplete(OPERATION, id))
    }

    /// Deletes a secret; with 0 days at once and for ever, else after 7 to 30 days.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn delete(&self, id: &str, recovery_days: u8) -> Result<()> {
        let request = self.client.delete_secret().secret_id(id);
        let request = if recovery_days == 0 {
            request.force_delete_without_recovery(true)
        } else {
            request.recovery_window_in_days(recovery_days.into())
        };
        self.caller.call("DeleteSecret", id, request.send()).await?;
        Ok(())
    }

    /// Takes a secret back that awaits its deletion.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn restore(&self, id: &str) -> Result<()> {
        let request = self.client.restore_secret().secret_id(id).send();
        self.caller.call("RestoreSecret", id, request).await?;
        Ok(())
    }

    /// Turns `current` tags into `wanted`.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn set_tags(&self, id: &str, current: &Tags, wanted: &Tags) -> Result<()> {
        let difference = tags::difference(current, wanted);
        if !difference.set.is_empty() {
            let request = self
                .client
                .tag_resource()
                .secret_id(id)
                .set_tags(Some(sdk_tags(&difference.set)))
                .send();
            self.caller.call("TagResource", id, request).await?;
        }
        if !difference.remove.is_empty() {
            let request = self
                .client
                .untag_resource()
                .secret_id(id)
                .set_tag_keys(Some(difference.remove))
                .send();
            self.caller.call("UntagResource", id, request).await?;
        }
        Ok(())
    }
}

fn sdk_tags(tags: &Tags) -> Vec<sdk::Tag> {
    tags.iter()
        .map(|(key, value)| sdk::Tag::builder().key(key).value(value).build())
        .collect()
}

fn our_tags(tags: Option<Vec<sdk::Tag>>) -> Tags {
    tags.unwrap_or_default()
        .into_iter()
        .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
        .collect()
}

#[cfg(test)]
mod tests;
