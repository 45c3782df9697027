//! The web application firewall in CloudFront's scope (us-east-1): web ACLs with their lock token, IP sets,
//! logging, and what a rule costs.
//!
//! Promises: a write without a current lock token is a conflict and changes nothing; rules are compared in our own types, and
//! a rule that they cannot say is read as [`Statement::Foreign`], which differs from all that we want.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_wafv2::Client;
use aws_sdk_wafv2::types as sdk;
use aws_smithy_types::error::operation::BuildError;

use crate::call::Caller;
use crate::error::{AwsError, ErrorKind, Result};
use crate::retry::repeat_while;
use crate::tags::{self, Tags};

mod ip_set;
mod logging;
mod rule;
mod statement;
#[cfg(test)]
mod tests;
mod text;

pub use ip_set::{IpSet, IpSetConfig, IpSetSummary, IpVersion};
pub use logging::{Kept, Logging};
pub use rule::{Action, Body, BodyKind, CustomAnswer, DefaultAction, Override, Rule};
pub use statement::{BotControl, Statement};
pub use text::{Part, Position, Reading};

const SCOPE: sdk::Scope = sdk::Scope::Cloudfront;
/// How long an object may take to be usable by the next call.
const SPREADS: std::time::Duration = std::time::Duration::from_secs(60);

/// Calls of the firewall. See [`crate::Aws::wafv2`].
#[derive(Debug, Clone)]
pub struct Wafv2 {
    client: Client,
    caller: Caller,
}

/// The settings of a web ACL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAclConfig {
    /// Its name; it names the metric, too.
    pub name: String,
    /// Free text.
    pub description: String,
    /// What happens when no rule ends the evaluation.
    pub default_action: DefaultAction,
    /// Its rules, by priority.
    pub rules: Vec<Rule>,
    /// The bodies of custom answers, by key.
    pub bodies: BTreeMap<String, Body>,
}

/// A web ACL as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAcl {
    /// Its id.
    pub id: String,
    /// Its ARN, which a distribution names.
    pub arn: String,
    /// Its settings.
    pub config: WebAclConfig,
    /// What it costs in capacity units.
    pub capacity: u64,
    /// Its version.
    pub lock_token: String,
}

impl Wafv2 {
    pub(crate) fn new(client: Client, caller: Caller) -> Self {
        Self { client, caller }
    }

    /// Creates a web ACL with its tags and yields its id and ARN.
    ///
    /// # Errors
    /// `Exists` when the name is taken.
    pub async fn create_web_acl(&self, config: &WebAclConfig, tags: &Tags) -> Result<(String, String)> {
        const OPERATION: &str = "CreateWebACL";
        let name = config.name.as_str();
        let rules = self.rules(OPERATION, config)?;
        let bodies = self.bodies(OPERATION, config)?;
        let tags = sdk_tags(tags).map_err(self.caller.unbuilt(OPERATION, name))?;
        let tags = Some(tags).filter(|tags| !tags.is_empty());
        let metrics = rule::metrics(name).map_err(self.caller.unbuilt(OPERATION, name))?;
        let answer = repeat_while(&self.caller.stop, SPREADS, unavailable, || {
            let request = self
                .client
                .create_web_acl()
                .name(name)
                .scope(SCOPE)
                .set_description(description(config))
                .default_action(config.default_action.sdk())
                .set_rules(Some(rules.clone()))
                .set_custom_response_bodies(bodies.clone())
                .visibility_config(metrics.clone())
                .set_tags(tags.clone())
                .send();
            self.caller.call(OPERATION, name, request)
        })
        .await?;
        match answer.summary.map(|summary| (summary.id, summary.arn)) {
            Some((Some(id), Some(arn))) => Ok((id, arn)),
            _ => Err(self.caller.incomplete(OPERATION, name)),
        }
    }

    /// Reads a web ACL by name and id.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn web_acl(&self, name: &str, id: &str) -> Result<WebAcl> {
        const OPERATION: &str = "GetWebACL";
        let request = self.client.get_web_acl().name(name).id(id).scope(SCOPE).send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        let incomplete = || self.caller.incomplete(OPERATION, name);
        let found = answer.web_acl.ok_or_else(incomplete)?;
        let mut rules: Vec<Rule> = found
            .rules
            .unwrap_or_default()
            .into_iter()
            .map(rule::from_sdk)
            .collect();
        rules.sort_by_key(|rule| rule.priority);
        Ok(WebAcl {
            id: found.id,
            arn: found.arn,
            capacity: u64::try_from(found.capacity).unwrap_or_default(),
            lock_token: answer.lock_token.ok_or_else(incomplete)?,
            config: WebAclConfig {
                name: found.name,
                description: found.description.unwrap_or_default(),
                default_action: DefaultAction::from_sdk(found.default_action),
                rules,
                bodies: found
                    .custom_response_bodies
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(key, body)| (key, Body::from_sdk(body)))
                    .collect(),
            },
        })
    }

    /// Id and ARN of the web ACL of that name.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn find_web_acl(&self, name: &str) -> Result<Option<(String, String)>> {
        let mut marker = None;
        loop {
            let request = self
                .client
                .list_web_acls()
                .scope(SCOPE)
                .limit(100)
                .set_next_marker(marker)
                .send();
            let answer = self.caller.call("ListWebACLs", name, request).await?;
            let acls = answer.web_acls.unwrap_or_default();
            let last_page = acls.is_empty();
            let found = acls.into_iter().find(|it| it.name.as_deref() == Some(name));
            if let Some((Some(id), Some(arn))) = found.map(|acl| (acl.id, acl.arn)) {
                return Ok(Some((id, arn)));
            }
            marker = answer.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() || last_page {
                return Ok(None);
            }
        }
    }

    /// Replaces the settings and yields the next lock token.
    ///
    /// # Errors
    /// `Conflict` when the lock token is stale.
    pub async fn update_web_acl(&self, id: &str, lock_token: &str, config: &WebAclConfig) -> Result<String> {
        const OPERATION: &str = "UpdateWebACL";
        let name = config.name.as_str();
        let rules = self.rules(OPERATION, config)?;
        let bodies = self.bodies(OPERATION, config)?;
        let metrics = rule::metrics(name).map_err(self.caller.unbuilt(OPERATION, name))?;
        let answer = repeat_while(&self.caller.stop, SPREADS, unavailable, || {
            let request = self
                .client
                .update_web_acl()
                .name(name)
                .id(id)
                .scope(SCOPE)
                .lock_token(lock_token)
                .set_description(description(config))
                .default_action(config.default_action.sdk())
                .set_rules(Some(rules.clone()))
                .set_custom_response_bodies(bodies.clone())
                .visibility_config(metrics.clone())
                .send();
            self.caller.call(OPERATION, name, request)
        })
        .await?;
        answer
            .next_lock_token
            .ok_or_else(|| self.caller.incomplete(OPERATION, name))
    }

    /// Deletes a web ACL. A distribution that used it until a moment ago is waited for.
    ///
    /// # Errors
    /// `InUse` while a distribution uses it.
    pub async fn delete_web_acl(&self, name: &str, id: &str, lock_token: &str) -> Result<()> {
        let used = |error: &AwsError| error.kind() == ErrorKind::InUse;
        repeat_while(&self.caller.stop, SPREADS, used, || async {
            let request = self.client.delete_web_acl().name(name).id(id).scope(SCOPE);
            let request = request.lock_token(lock_token).send();
            self.caller.call("DeleteWebACL", name, request).await?;
            Ok(())
        })
        .await
    }

    /// What rules cost in capacity units.
    ///
    /// # Errors
    /// `Invalid` when AWS does not accept the rules.
    pub async fn check_capacity(&self, config: &WebAclConfig) -> Result<u64> {
        const OPERATION: &str = "CheckCapacity";
        let rules = self.rules(OPERATION, config)?;
        let request = self.client.check_capacity().scope(SCOPE).set_rules(Some(rules)).send();
        let answer = self.caller.call(OPERATION, &config.name, request).await?;
        Ok(u64::try_from(answer.capacity).unwrap_or_default())
    }

    /// The tags of a web ACL.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn tags(&self, arn: &str) -> Result<Tags> {
        let request = self.client.list_tags_for_resource().resource_arn(arn).limit(100).send();
        let answer = self.caller.call("ListTagsForResource", arn, request).await?;
        let list = answer
            .tag_info_for_resource
            .and_then(|info| info.tag_list)
            .unwrap_or_default();
        Ok(list.into_iter().map(|tag| (tag.key, tag.value)).collect())
    }

    /// Turns `current` tags into `wanted`.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn set_tags(&self, arn: &str, current: &Tags, wanted: &Tags) -> Result<()> {
        let difference = tags::difference(current, wanted);
        if !difference.set.is_empty() {
            let set = sdk_tags(&difference.set).map_err(self.caller.unbuilt("TagResource", arn))?;
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

    fn rules(&self, operation: &'static str, config: &WebAclConfig) -> Result<Vec<sdk::Rule>> {
        let convert = |rule| rule::to_sdk(rule);
        let rules: Result<Vec<_>, BuildError> = config.rules.iter().map(convert).collect();
        rules.map_err(self.caller.unbuilt(operation, &config.name))
    }

    /// The API refuses an empty map.
    fn bodies(
        &self,
        operation: &'static str,
        config: &WebAclConfig,
    ) -> Result<Option<HashMap<String, sdk::CustomResponseBody>>> {
        let entry = |(key, body): (&String, &Body)| Ok((key.clone(), body.sdk()?));
        let bodies: Result<HashMap<_, _>, BuildError> = config.bodies.iter().map(entry).collect();
        let bodies = bodies.map_err(self.caller.unbuilt(operation, &config.name))?;
        Ok(Some(bodies).filter(|bodies| !bodies.is_empty()))
    }
}

/// An object this one refers to was created a moment ago.
fn unavailable(error: &AwsError) -> bool {
    error.kind() == ErrorKind::Transient && error.code() == Some("WAFUnavailableEntityException")
}

/// The API refuses an empty one.
fn description(config: &WebAclConfig) -> Option<String> {
    Some(config.description.clone()).filter(|text| !text.is_empty())
}

fn sdk_tags(tags: &Tags) -> Result<Vec<sdk::Tag>, BuildError> {
    tags.iter()
        .map(|(key, value)| sdk::Tag::builder().key(key).value(value).build())
        .collect()
}
