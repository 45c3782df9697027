//! Response headers policies: what CloudFront sets on and takes from answers.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudfront::types as sdk;
use aws_smithy_types::error::operation::BuildError;

use super::{CloudFront, ETag, quantity};
use crate::error::Result;

/// The settings of a response headers policy. What is set overrides the origin's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadersPolicyConfig {
    /// Its name, unique in the account.
    pub name: String,
    /// Free text.
    pub comment: String,
    /// `Strict-Transport-Security`.
    pub hsts: Option<Hsts>,
    /// `X-Content-Type-Options: nosniff`.
    pub nosniff: bool,
    /// `X-Frame-Options`: `DENY` or `SAMEORIGIN`.
    pub frame_options: Option<String>,
    /// `Referrer-Policy`.
    pub referrer_policy: Option<String>,
    /// `Content-Security-Policy`.
    pub content_security_policy: Option<String>,
    /// Further headers.
    pub custom: BTreeMap<String, String>,
    /// Headers that are taken from the origin's answers.
    pub remove: BTreeSet<String>,
}

/// `Strict-Transport-Security`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hsts {
    /// Seconds.
    pub max_age: u32,
    /// Whether it covers sub-domains.
    pub include_subdomains: bool,
    /// Whether it asks for the browsers' lists.
    pub preload: bool,
}

/// A response headers policy as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadersPolicy {
    /// Its id.
    pub id: String,
    /// Its settings.
    pub config: HeadersPolicyConfig,
    /// Its version.
    pub etag: ETag,
}

impl CloudFront {
    /// Creates a response headers policy.
    ///
    /// # Errors
    /// `Exists` when the name is taken.
    pub async fn create_headers_policy(&self, config: &HeadersPolicyConfig) -> Result<HeadersPolicy> {
        const OPERATION: &str = "CreateResponseHeadersPolicy";
        let built = to_sdk(config).map_err(self.caller.unbuilt(OPERATION, &config.name))?;
        let request = self
            .client
            .create_response_headers_policy()
            .response_headers_policy_config(built)
            .send();
        let answer = self.caller.call(OPERATION, &config.name, request).await?;
        let found = answer.response_headers_policy;
        self.headers_policy(OPERATION, &config.name, found, answer.e_tag)
    }

    /// Reads a response headers policy by id.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn headers_policy_by_id(&self, id: &str) -> Result<HeadersPolicy> {
        const OPERATION: &str = "GetResponseHeadersPolicy";
        let request = self.client.get_response_headers_policy().id(id).send();
        let answer = self.caller.call(OPERATION, id, request).await?;
        self.headers_policy(OPERATION, id, answer.response_headers_policy, answer.e_tag)
    }

    /// Replaces the settings.
    ///
    /// # Errors
    /// `Conflict` when the ETag is stale.
    pub async fn update_headers_policy(
        &self,
        id: &str,
        etag: &ETag,
        config: &HeadersPolicyConfig,
    ) -> Result<HeadersPolicy> {
        const OPERATION: &str = "UpdateResponseHeadersPolicy";
        let built = to_sdk(config).map_err(self.caller.unbuilt(OPERATION, id))?;
        let request = self
            .client
            .update_response_headers_policy()
            .id(id)
            .if_match(etag.as_str())
            .response_headers_policy_config(built)
            .send();
        let answer = self.caller.call(OPERATION, id, request).await?;
        self.headers_policy(OPERATION, id, answer.response_headers_policy, answer.e_tag)
    }

    /// Deletes a response headers policy.
    ///
    /// # Errors
    /// `InUse` while a distribution uses it.
    pub async fn delete_headers_policy(&self, id: &str, etag: &ETag) -> Result<()> {
        let request = self
            .client
            .delete_response_headers_policy()
            .id(id)
            .if_match(etag.as_str())
            .send();
        self.caller.call("DeleteResponseHeadersPolicy", id, request).await?;
        Ok(())
    }

    /// The id of the account's own response headers policy of that name.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn find_headers_policy(&self, name: &str) -> Result<Option<String>> {
        let mut marker = None;
        loop {
            let request = self
                .client
                .list_response_headers_policies()
                .r#type(sdk::ResponseHeadersPolicyType::Custom)
                .set_marker(marker)
                .send();
            let answer = self.caller.call("ListResponseHeadersPolicies", name, request).await?;
            let Some(list) = answer.response_headers_policy_list else {
                return Ok(None);
            };
            let named = |policy: &sdk::ResponseHeadersPolicy| {
                policy
                    .response_headers_policy_config
                    .as_ref()
                    .is_some_and(|config| config.name == name)
            };
            let items = list.items.unwrap_or_default().into_iter();
            let mut policies = items.filter_map(|item| item.response_headers_policy);
            if let Some(found) = policies.find(named) {
                return Ok(Some(found.id));
            }
            marker = list.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(None);
            }
        }
    }

    fn headers_policy(
        &self,
        operation: &'static str,
        object: &str,
        found: Option<sdk::ResponseHeadersPolicy>,
        etag: Option<String>,
    ) -> Result<HeadersPolicy> {
        let incomplete = || self.caller.incomplete(operation, object);
        let found = found.ok_or_else(incomplete)?;
        let config = found.response_headers_policy_config.ok_or_else(incomplete)?;
        Ok(HeadersPolicy {
            id: found.id,
            etag: etag.map(ETag).ok_or_else(incomplete)?,
            config: from_sdk(config),
        })
    }
}

fn to_sdk(config: &HeadersPolicyConfig) -> Result<sdk::ResponseHeadersPolicyConfig, BuildError> {
    let mut builder = sdk::ResponseHeadersPolicyConfig::builder()
        .name(&config.name)
        .comment(&config.comment)
        .security_headers_config(security_to_sdk(config)?);
    if !config.custom.is_empty() {
        let items = config
            .custom
            .iter()
            .map(|(header, value)| {
                sdk::ResponseHeadersPolicyCustomHeader::builder()
                    .header(header)
                    .value(value)
                    .r#override(true)
                    .build()
            })
            .collect::<Result<Vec<_>, _>>()?;
        builder = builder.custom_headers_config(
            sdk::ResponseHeadersPolicyCustomHeadersConfig::builder()
                .quantity(quantity(items.len()))
                .set_items(Some(items))
                .build()?,
        );
    }
    if !config.remove.is_empty() {
        let items = config
            .remove
            .iter()
            .map(|header| sdk::ResponseHeadersPolicyRemoveHeader::builder().header(header).build())
            .collect::<Result<Vec<_>, _>>()?;
        builder = builder.remove_headers_config(
            sdk::ResponseHeadersPolicyRemoveHeadersConfig::builder()
                .quantity(quantity(items.len()))
                .set_items(Some(items))
                .build()?,
        );
    }
    builder.build()
}

fn security_to_sdk(
    config: &HeadersPolicyConfig,
) -> Result<sdk::ResponseHeadersPolicySecurityHeadersConfig, BuildError> {
    let mut builder = sdk::ResponseHeadersPolicySecurityHeadersConfig::builder();
    if let Some(hsts) = config.hsts {
        builder = builder.strict_transport_security(
            sdk::ResponseHeadersPolicyStrictTransportSecurity::builder()
                .r#override(true)
                .access_control_max_age_sec(i32::try_from(hsts.max_age).unwrap_or(i32::MAX))
                .include_subdomains(hsts.include_subdomains)
                .preload(hsts.preload)
                .build()?,
        );
    }
    if config.nosniff {
        builder = builder.content_type_options(
            sdk::ResponseHeadersPolicyContentTypeOptions::builder()
                .r#override(true)
                .build()?,
        );
    }
    if let Some(option) = &config.frame_options {
        builder = builder.frame_options(
            sdk::ResponseHeadersPolicyFrameOptions::builder()
                .r#override(true)
                .frame_option(option.as_str().into())
                .build()?,
        );
    }
    if let Some(policy) = &config.referrer_policy {
        builder = builder.referrer_policy(
            sdk::ResponseHeadersPolicyReferrerPolicy::builder()
                .r#override(true)
                .referrer_policy(policy.as_str().into())
                .build()?,
        );
    }
    if let Some(policy) = &config.content_security_policy {
        builder = builder.content_security_policy(
            sdk::ResponseHeadersPolicyContentSecurityPolicy::builder()
                .r#override(true)
                .content_security_policy(policy)
                .build()?,
        );
    }
    Ok(builder.build())
}

fn from_sdk(config: sdk::ResponseHeadersPolicyConfig) -> HeadersPolicyConfig {
    let security = config.security_headers_config;
    let security = security.as_ref();
    let custom = config.custom_headers_config.and_then(|it| it.items);
    let remove = config.remove_headers_config.map(|it| it.items);
    HeadersPolicyConfig {
        name: config.name,
        comment: config.comment.unwrap_or_default(),
        hsts: security
            .and_then(|it| it.strict_transport_security.as_ref())
            .map(|hsts| Hsts {
                max_age: u32::try_from(hsts.access_control_max_age_sec).unwrap_or_default(),
                include_subdomains: hsts.include_subdomains.unwrap_or(false),
                preload: hsts.preload.unwrap_or(false),
            }),
        nosniff: security.is_some_and(|it| it.content_type_options.is_some()),
        frame_options: security
            .and_then(|it| it.frame_options.as_ref())
            .map(|it| it.frame_option.as_str().to_owned()),
        referrer_policy: security
            .and_then(|it| it.referrer_policy.as_ref())
            .map(|it| it.referrer_policy.as_str().to_owned()),
        content_security_policy: security
            .and_then(|it| it.content_security_policy.as_ref())
            .map(|it| it.content_security_policy.clone()),
        custom: custom
            .unwrap_or_default()
            .into_iter()
            .map(|it| (it.header, it.value))
            .collect(),
        remove: remove
            .flatten()
            .unwrap_or_default()
            .into_iter()
            .map(|it| it.header)
            .collect(),
    }
}
