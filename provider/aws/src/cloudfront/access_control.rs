//! Origin access controls: CloudFront signs its requests to an origin, always.

use aws_sdk_cloudfront::types as sdk;
use aws_smithy_types::error::operation::BuildError;

use super::{CloudFront, ETag};
use crate::error::Result;

/// What kind of origin is signed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginType {
    /// A bucket.
    S3,
    /// A Lambda function URL.
    Lambda,
}

/// The settings of an access control. Signing is always on, with SigV4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessControlConfig {
    /// Its name, unique in the account.
    pub name: String,
    /// Free text.
    pub description: String,
    /// What is signed for.
    pub origin_type: OriginType,
}

/// An access control as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessControl {
    /// Its id.
    pub id: String,
    /// Its settings.
    pub config: AccessControlConfig,
    /// Whether it signs always with SigV4; anything else is drift.
    pub signs_always: bool,
    /// Its version.
    pub etag: ETag,
}

impl CloudFront {
    /// Creates an access control.
    ///
    /// # Errors
    /// `Exists` when the name is taken.
    pub async fn create_access_control(&self, config: &AccessControlConfig) -> Result<AccessControl> {
        const OPERATION: &str = "CreateOriginAccessControl";
        let built = sdk_config(config).map_err(self.caller.unbuilt(OPERATION, &config.name))?;
        let request = self
            .client
            .create_origin_access_control()
            .origin_access_control_config(built)
            .send();
        let answer = self.caller.call(OPERATION, &config.name, request).await?;
        let found = answer
            .origin_access_control
            .map(|it| (it.id, it.origin_access_control_config));
        self.access_control(OPERATION, &config.name, found, answer.e_tag)
    }

    /// Reads an access control by id.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn access_control_by_id(&self, id: &str) -> Result<AccessControl> {
        const OPERATION: &str = "GetOriginAccessControl";
        let request = self.client.get_origin_access_control().id(id).send();
        let answer = self.caller.call(OPERATION, id, request).await?;
        let found = answer
            .origin_access_control
            .map(|it| (it.id, it.origin_access_control_config));
        self.access_control(OPERATION, id, found, answer.e_tag)
    }

    /// Replaces the settings.
    ///
    /// # Errors
    /// `Conflict` when the ETag is stale.
    pub async fn update_access_control(
        &self,
        id: &str,
        etag: &ETag,
        config: &AccessControlConfig,
    ) -> Result<AccessControl> {
        const OPERATION: &str = "UpdateOriginAccessControl";
        let built = sdk_config(config).map_err(self.caller.unbuilt(OPERATION, id))?;
        let request = self
            .client
            .update_origin_access_control()
            .id(id)
            .if_match(etag.as_str())
            .origin_access_control_config(built)
            .send();
        let answer = self.caller.call(OPERATION, id, request).await?;
        let found = answer
            .origin_access_control
            .map(|it| (it.id, it.origin_access_control_config));
        self.access_control(OPERATION, id, found, answer.e_tag)
    }

    /// Deletes an access control.
    ///
    /// # Errors
    /// `InUse` while a distribution uses it.
    pub async fn delete_access_control(&self, id: &str, etag: &ETag) -> Result<()> {
        let request = self
            .client
            .delete_origin_access_control()
            .id(id)
            .if_match(etag.as_str())
            .send();
        self.caller.call("DeleteOriginAccessControl", id, request).await?;
        Ok(())
    }

    /// The id of the access control of that name.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn find_access_control(&self, name: &str) -> Result<Option<String>> {
        let mut marker = None;
        loop {
            let request = self.client.list_origin_access_controls().set_marker(marker).send();
            let answer = self.caller.call("ListOriginAccessControls", name, request).await?;
            let Some(list) = answer.origin_access_control_list else {
                return Ok(None);
            };
            let items = list.items.unwrap_or_default();
            if let Some(found) = items.into_iter().find(|item| item.name == name) {
                return Ok(Some(found.id));
            }
            marker = list.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(None);
            }
        }
    }

    fn access_control(
        &self,
        operation: &'static str,
        object: &str,
        found: Option<(String, Option<sdk::OriginAccessControlConfig>)>,
        etag: Option<String>,
    ) -> Result<AccessControl> {
        let incomplete = || self.caller.incomplete(operation, object);
        let (id, config) = found.ok_or_else(incomplete)?;
        let config = config.ok_or_else(incomplete)?;
        let signs_always = config.signing_behavior == sdk::OriginAccessControlSigningBehaviors::Always
            && config.signing_protocol == sdk::OriginAccessControlSigningProtocols::Sigv4;
        Ok(AccessControl {
            id,
            signs_always,
            etag: etag.map(ETag).ok_or_else(incomplete)?,
            config: AccessControlConfig {
                name: config.name,
                description: config.description.unwrap_or_default(),
                origin_type: match config.origin_access_control_origin_type {
                    sdk::OriginAccessControlOriginTypes::Lambda => OriginType::Lambda,
                    _ => OriginType::S3,
                },
            },
        })
    }
}

fn sdk_config(config: &AccessControlConfig) -> Result<sdk::OriginAccessControlConfig, BuildError> {
    sdk::OriginAccessControlConfig::builder()
        .name(&config.name)
        .description(&config.description)
        .signing_protocol(sdk::OriginAccessControlSigningProtocols::Sigv4)
        .signing_behavior(sdk::OriginAccessControlSigningBehaviors::Always)
        .origin_access_control_origin_type(match config.origin_type {
            OriginType::S3 => sdk::OriginAccessControlOriginTypes::S3,
            OriginType::Lambda => sdk::OriginAccessControlOriginTypes::Lambda,
        })
        .build()
}
