//! IAM: a role with its trust, its inline policies and its tags.

use std::collections::BTreeSet;

use aws_sdk_iam::Client;
use aws_sdk_iam::types as sdk;
use aws_smithy_types::error::operation::BuildError;

use crate::call::Caller;
use crate::error::{Result, optional};
use crate::tags::{self, Tags};

/// Calls of IAM. See [`crate::Aws::iam`].
#[derive(Debug, Clone)]
pub struct Iam {
    client: Client,
    caller: Caller,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Free text.
    pub description: String,
    /// Who may assume it, as JSON.
    pub trust: String,
    /// Its tags.
    pub tags: Tags,
}

/// What a role is created with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleConfig {
    /// Its name.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Who may assume it, as JSON.
    pub trust: String,
    /// ARN of a boundary of its permissions.
    pub boundary: Option<String>,
}

impl Iam {
    pub(crate) fn new(client: Client, caller: Caller) -> Self {
        Self { client, caller }
    }

    /// Creates a role with its tags.
    ///
    /// # Errors
    /// `Exists` when the name is taken.
    pub async fn create_role(&self, config: &RoleConfig, tags: &Tags) -> Result<Role> {
        const OPERATION: &str = "CreateRole";
        let name = config.name.as_str();
        let tags = sdk_tags(tags).map_err(self.caller.unbuilt(OPERATION, name))?;
        let request = self
            .client
            .create_role()
            .role_name(name)
            .description(&config.description)
            .assume_role_policy_document(&config.trust)
            .set_permissions_boundary(config.boundary.clone())
            .set_tags(Some(tags))
            .send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        let role = answer.role;
        role.map(our_role)
            .ok_or_else(|| self.caller.incomplete(OPERATION, name))
    }

    /// Reads a role.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn role(&self, name: &str) -> Result<Role> {
        const OPERATION: &str = "GetRole";
        let request = self.client.get_role().role_name(name).send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        let role = answer.role;
        role.map(our_role)
            .ok_or_else(|| self.caller.incomplete(OPERATION, name))
    }

    /// Replaces who may assume a role.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn update_trust(&self, name: &str, trust: &str) -> Result<()> {
        let request = self
            .client
            .update_assume_role_policy()
            .role_name(name)
            .policy_document(trust)
            .send();
        self.caller.call("UpdateAssumeRolePolicy", name, request).await?;
        Ok(())
    }

    /// An inline policy as JSON.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn role_policy(&self, role: &str, policy: &str) -> Result<String> {
        let request = self.client.get_role_policy().role_name(role).policy_name(policy).send();
        let answer = self.caller.call("GetRolePolicy", role, request).await?;
        Ok(percent_decoded(&answer.policy_document))
    }

    /// Names of a role's inline policies.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn role_policy_names(&self, role: &str) -> Result<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        let mut marker = None;
        loop {
            let request = self
                .client
                .list_role_policies()
                .role_name(role)
                .set_marker(marker)
                .send();
            let answer = self.caller.call("ListRolePolicies", role, request).await?;
            found.extend(answer.policy_names);
            marker = answer.marker.filter(|_| answer.is_truncated);
            if marker.is_none() {
                return Ok(found);
            }
        }
    }

    /// Creates or replaces an inline policy.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn put_role_policy(&self, role: &str, policy: &str, document: &str) -> Result<()> {
        let request = self
            .client
            .put_role_policy()
            .role_name(role)
            .policy_name(policy)
            .policy_document(document)
            .send();
        self.caller.call("PutRolePolicy", role, request).await?;
        Ok(())
    }

    /// Removes an inline policy.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn delete_role_policy(&self, role: &str, policy: &str) -> Result<()> {
        let request = self
            .client
            .delete_role_policy()
            .role_name(role)
            .policy_name(policy)
            .send();
        self.caller.call("DeleteRolePolicy", role, request).await?;
        Ok(())
    }

    /// Deletes a role without policies.
    ///
    /// # Errors
    /// `InUse` while it has policies.
    pub async fn delete_role(&self, name: &str) -> Result<()> {
        let request = self.client.delete_role().role_name(name).send();
        self.caller.call("DeleteRole", name, request).await?;
        Ok(())
    }

    /// Whether the account lets its roles ask AWS STS for tokens that others verify (`GetWebIdentityToken`).
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn outbound_federation(&self) -> Result<bool> {
        const OPERATION: &str = "GetOutboundWebIdentityFederationInfo";
        let request = self.client.get_outbound_web_identity_federation_info().send();
        let answer = optional(self.caller.call(OPERATION, "the account", request).await)?;
        Ok(answer.is_some_and(|info| info.jwt_vending_enabled()))
    }

    /// Turns `current` tags into `wanted`.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn set_role_tags(&self, name: &str, current: &Tags, wanted: &Tags) -> Result<()> {
        let difference = tags::difference(current, wanted);
        if !difference.set.is_empty() {
            let set = sdk_tags(&difference.set).map_err(self.caller.unbuilt("TagRole", name))?;
            let request = self.client.tag_role().role_name(name).set_tags(Some(set)).send();
            self.caller.call("TagRole", name, request).await?;
        }
        if !difference.remove.is_empty() {
            let request = self
                .client
                .untag_role()
                .role_name(name)
                .set_tag_keys(Some(difference.remove))
                .send();
            self.caller.call("UntagRole", name, request).await?;
        }
        Ok(())
    }
}

fn our_role(role: sdk::Role) -> Role {
    let trust = role.assume_role_policy_document.as_deref();
    Role {
        name: role.role_name,
        arn: role.arn,
        description: role.description.unwrap_or_default(),
        trust: percent_decoded(trust.unwrap_or_default()),
        tags: role
            .tags
            .unwrap_or_default()
            .into_iter()
            .map(|tag| (tag.key, tag.value))
            .collect(),
    }
}

fn sdk_tags(tags: &Tags) -> Result<Vec<sdk::Tag>, BuildError> {
    tags.iter()
        .map(|(key, value)| sdk::Tag::builder().key(key).value(value).build())
        .collect()
}

/// IAM answers with documents in percent-encoding (RFC 3986). A document that is none is left as it is.
fn percent_decoded(text: &str) -> String {
    if text.trim_start().starts_with('{') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = (byte == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::percent_decoded;
    use crate::testing::{answer, canned, xml_error};

    /// IAM API Reference, GetOutboundWebIdentityFederationInfo: 404 FeatureDisabled where nobody switched it on.
    #[tokio::test]
    async fn outbound_federation_is_off_unless_aws_says_that_it_is_on() {
        let info = |enabled: &str| {
            answer(
                200,
                format!(
                    "<GetOutboundWebIdentityFederationInfoResponse><GetOutboundWebIdentityFederationInfoResult>\
                     <IssuerIdentifier>https://1.tokens.sts.global.api.aws</IssuerIdentifier>\
                     <JwtVendingEnabled>{enabled}</JwtVendingEnabled></GetOutboundWebIdentityFederationInfoResult>\
                     </GetOutboundWebIdentityFederationInfoResponse>"
                ),
            )
        };
        let answers = [
            info("true"),
            info("false"),
            xml_error(404, "FeatureDisabled", "no"),
            xml_error(403, "AccessDenied", "no"),
        ];
        let canned = canned(answers).await;
        let iam = canned.aws.iam();
        assert!(iam.outbound_federation().await.unwrap());
        assert!(!iam.outbound_federation().await.unwrap());
        assert!(!iam.outbound_federation().await.unwrap());
        assert!(iam.outbound_federation().await.is_err());
    }

    #[test]
    fn documents_come_back_as_json() {
        assert_eq!(
            percent_decoded("%7B%22Version%22%3A%222012-10-17%22%2C%22a%22%3A%22%C3%A9%25%22%7D"),
            "{\"Version\":\"2012-10-17\",\"a\":\"é%\"}"
        );
        assert_eq!(percent_decoded("{\"a\":\"100%25\"}"), "{\"a\":\"100%25\"}");
        assert_eq!(percent_decoded("%7"), "%7");
    }
}
