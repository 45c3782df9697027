//! CloudWatch Logs in one region: log groups with their retention.

use aws_sdk_cloudwatchlogs::Client;

use crate::call::Caller;
use crate::error::Result;
use crate::tags::{self, Tags};

/// Calls of CloudWatch Logs. See [`crate::Aws::logs`].
#[derive(Debug, Clone)]
pub struct Logs {
    client: Client,
    caller: Caller,
}

/// A log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogGroup {
    /// Its ARN, without the asterisk that IAM policies want.
    pub arn: String,
    /// Days that lines are kept; none keeps them for ever.
    pub retention_days: Option<i64>,
}

impl Logs {
    pub(crate) fn new(client: Client, caller: Caller) -> Self {
        Self { client, caller }
    }

    /// Creates a log group that keeps its lines for ever.
    ///
    /// # Errors
    /// `Exists` when the name is taken.
    pub async fn create_group(&self, name: &str, tags: &Tags) -> Result<()> {
        let tags = tags.clone().into_iter().collect();
        let request = self
            .client
            .create_log_group()
            .log_group_name(name)
            .set_tags(Some(tags))
            .send();
        self.caller.call("CreateLogGroup", name, request).await?;
        Ok(())
    }

    /// Finds a log group by its whole name.
    ///
    /// # Errors
    /// As AWS answers; an absent group is none.
    pub async fn group(&self, name: &str) -> Result<Option<LogGroup>> {
        const OPERATION: &str = "DescribeLogGroups";
        let mut token = None;
        loop {
            let request = self
                .client
                .describe_log_groups()
                .log_group_name_prefix(name)
                .set_next_token(token)
                .send();
            let answer = self.caller.call(OPERATION, name, request).await?;
            let mut groups = answer.log_groups.unwrap_or_default().into_iter();
            if let Some(group) = groups.find(|group| group.log_group_name.as_deref() == Some(name)) {
                let arn = group.log_group_arn.or(group.arn);
                let arn = arn.ok_or_else(|| self.caller.incomplete(OPERATION, name))?;
                return Ok(Some(LogGroup {
                    arn: arn.trim_end_matches(":*").to_owned(),
                    retention_days: group.retention_in_days.map(i64::from),
                }));
            }
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(None);
            }
        }
    }

    /// Sets how many days lines are kept; AWS takes certain numbers only.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn set_retention(&self, name: &str, days: i64) -> Result<()> {
        let request = self
            .client
            .put_retention_policy()
            .log_group_name(name)
            .retention_in_days(i32::try_from(days).unwrap_or(i32::MAX))
            .send();
        self.caller.call("PutRetentionPolicy", name, request).await?;
        Ok(())
    }

    /// Deletes a log group with its lines.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn delete_group(&self, name: &str) -> Result<()> {
        let request = self.client.delete_log_group().log_group_name(name).send();
        self.caller.call("DeleteLogGroup", name, request).await?;
        Ok(())
    }

    /// The tags of a log group, by its ARN.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn tags(&self, arn: &str) -> Result<Tags> {
        let request = self.client.list_tags_for_resource().resource_arn(arn).send();
        let answer = self.caller.call("ListTagsForResource", arn, request).await?;
        Ok(answer.tags.unwrap_or_default().into_iter().collect())
    }

    /// Turns `current` tags into `wanted`.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn set_tags(&self, arn: &str, current: &Tags, wanted: &Tags) -> Result<()> {
        let difference = tags::difference(current, wanted);
        if !difference.set.is_empty() {
            let set = difference.set.into_iter().collect();
            let request = self.client.tag_resource().resource_arn(arn).set_tags(Some(set)).send();
            self.caller.call("TagResource", arn, request).await?;
        }
        if !difference.remove.is_empty() {
            let request = self
                .client
                .untag_resource()
                .resource_arn(arn)
                .set_tag_keys(Some(difference.remove))
                .send();
            self.caller.call("UntagResource", arn, request).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
