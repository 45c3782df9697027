//! EventBridge in one region: rules of the default bus that run on a schedule, and their targets.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types as sdk;

use crate::call::Caller;
use crate::error::{ErrorKind, Result, optional};
use crate::tags::{self, Tags};

/// Calls of EventBridge. See [`crate::Aws::events`].
#[derive(Debug, Clone)]
pub struct Events {
    client: Client,
    caller: Caller,
}

/// What a rule is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleConfig {
    /// Its name.
    pub name: String,
    /// Free text.
    pub description: String,
    /// `rate(…)` or `cron(…)`.
    pub schedule: String,
    /// Whether it runs.
    pub enabled: bool,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its ARN.
    pub arn: String,
    /// What it is.
    pub config: RuleConfig,
}

/// What a rule calls, and what it hands over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Id within the rule.
    pub id: String,
    /// ARN of what is called.
    pub arn: String,
    /// The event, as JSON.
    pub input: String,
}

impl Events {
    pub(crate) fn new(client: Client, caller: Caller) -> Self {
        Self { client, caller }
    }

    /// Creates or changes a rule and yields its ARN. Tags count only when it is created.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn put_rule(&self, config: &RuleConfig, tags: &Tags) -> Result<String> {
        const OPERATION: &str = "PutRule";
        let name = config.name.as_str();
        let state = match config.enabled {
            true => sdk::RuleState::Enabled,
            false => sdk::RuleState::Disabled,
        };
        let request = self
            .client
            .put_rule()
            .name(name)
            .description(&config.description)
            .schedule_expression(&config.schedule)
            .state(state)
            .set_tags(Some(sdk_tags(&self.caller, OPERATION, name, tags)?))
            .send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        answer.rule_arn.ok_or_else(|| self.caller.incomplete(OPERATION, name))
    }

    /// Reads a rule.
    ///
    /// # Errors
    /// As AWS answers; an absent rule is none.
    pub async fn rule(&self, name: &str) -> Result<Option<Rule>> {
        const OPERATION: &str = "DescribeRule";
        let request = self.client.describe_rule().name(name).send();
        let Some(answer) = optional(self.caller.call(OPERATION, name, request).await)? else {
            return Ok(None);
        };
        Ok(Some(Rule {
            arn: answer.arn.ok_or_else(|| self.caller.incomplete(OPERATION, name))?,
            config: RuleConfig {
                name: name.to_owned(),
                description: answer.description.unwrap_or_default(),
                schedule: answer.schedule_expression.unwrap_or_default(),
                enabled: answer.state == Some(sdk::RuleState::Enabled),
            },
        }))
    }

    /// What a rule calls; at most five targets.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn targets(&self, rule: &str) -> Result<Vec<Target>> {
        let request = self.client.list_targets_by_rule().rule(rule).send();
        let answer = optional(self.caller.call("ListTargetsByRule", rule, request).await)?;
        let targets = answer.and_then(|answer| answer.targets).unwrap_or_default();
        let our = |target: sdk::Target| Target {
            id: target.id,
            arn: target.arn,
            input: target.input.unwrap_or_default(),
        };
        Ok(targets.into_iter().map(our).collect())
    }

    /// Adds a target or replaces the one of its id.
    ///
    /// # Errors
    /// As AWS answers, and when it refuses the target within an answer of 200.
    pub async fn put_target(&self, rule: &str, target: &Target) -> Result<()> {
        const OPERATION: &str = "PutTargets";
        let built = sdk::Target::builder()
            .id(&target.id)
            .arn(&target.arn)
            .input(&target.input)
            .build()
            .map_err(self.caller.unbuilt(OPERATION, rule))?;
        let request = self.client.put_targets().rule(rule).targets(built).send();
        let answer = self.caller.call(OPERATION, rule, request).await?;
        let failed = answer.failed_entries.unwrap_or_default();
        match failed.first() {
            None => Ok(()),
            Some(entry) => {
                let why = entry.error_message.clone().unwrap_or_default();
                Err(self.caller.own(ErrorKind::Other, OPERATION, rule, why))
            }
        }
    }

    /// Removes targets by their ids.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn remove_targets(&self, rule: &str, ids: Vec<String>) -> Result<()> {
        let request = self.client.remove_targets().rule(rule).set_ids(Some(ids)).send();
        self.caller.call("RemoveTargets", rule, request).await?;
        Ok(())
    }

    /// Deletes a rule without targets.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn delete_rule(&self, name: &str) -> Result<()> {
        let request = self.client.delete_rule().name(name).send();
        self.caller.call("DeleteRule", name, request).await?;
        Ok(())
    }

    /// The tags of a rule, by its ARN.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn tags(&self, arn: &str) -> Result<Tags> {
        let request = self.client.list_tags_for_resource().resource_arn(arn).send();
        let answer = self.caller.call("ListTagsForResource", arn, request).await?;
        let tags = answer.tags.unwrap_or_default().into_iter();
        Ok(tags.map(|tag| (tag.key, tag.value)).collect())
    }

    /// Turns `current` tags into `wanted`.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn set_tags(&self, arn: &str, current: &Tags, wanted: &Tags) -> Result<()> {
        let difference = tags::difference(current, wanted);
        if !difference.set.is_empty() {
            let set = sdk_tags(&self.caller, "TagResource", arn, &difference.set)?;
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

fn sdk_tags(caller: &Caller, operation: &'static str, object: &str, tags: &Tags) -> Result<Vec<sdk::Tag>> {
    tags.iter()
        .map(|(key, value)| sdk::Tag::builder().key(key).value(value).build())
        .collect::<std::result::Result<_, _>>()
        .map_err(caller.unbuilt(operation, object))
}

#[cfg(test)]
mod tests;
