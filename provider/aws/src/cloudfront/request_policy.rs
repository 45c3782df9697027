//! Origin request policies: what of a request reaches the origin.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudfront::types as sdk;
use aws_smithy_types::error::operation::BuildError;

use super::{CloudFront, ETag, quantity};
use crate::error::Result;

/// What is forwarded of headers, cookies or the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forward {
    /// Nothing.
    None,
    /// Everything; of headers those of the viewer.
    All,
    /// These.
    Only(BTreeSet<String>),
    /// Everything but these.
    AllExcept(BTreeSet<String>),
    /// Headers only: those of the viewer, and these of CloudFront's own.
    AllViewerAnd(BTreeSet<String>),
}

/// The settings of an origin request policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPolicyConfig {
    /// Its name, unique in the account.
    pub name: String,
    /// Free text.
    pub comment: String,
    /// Headers.
    pub headers: Forward,
    /// Cookies.
    pub cookies: Forward,
    /// Query.
    pub query: Forward,
}

/// An origin request policy as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPolicy {
    /// Its id.
    pub id: String,
    /// Its settings.
    pub config: RequestPolicyConfig,
    /// Its version.
    pub etag: ETag,
}

impl CloudFront {
    /// Creates an origin request policy.
    ///
    /// # Errors
    /// `Exists` when the name is taken.
    pub async fn create_request_policy(&self, config: &RequestPolicyConfig) -> Result<RequestPolicy> {
        const OPERATION: &str = "CreateOriginRequestPolicy";
        let built = to_sdk(config).map_err(self.caller.unbuilt(OPERATION, &config.name))?;
        let request = self
            .client
            .create_origin_request_policy()
            .origin_request_policy_config(built)
            .send();
        let answer = self.caller.call(OPERATION, &config.name, request).await?;
        self.request_policy(OPERATION, &config.name, answer.origin_request_policy, answer.e_tag)
    }

    /// Reads an origin request policy by id.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn request_policy_by_id(&self, id: &str) -> Result<RequestPolicy> {
        const OPERATION: &str = "GetOriginRequestPolicy";
        let request = self.client.get_origin_request_policy().id(id).send();
        let answer = self.caller.call(OPERATION, id, request).await?;
        self.request_policy(OPERATION, id, answer.origin_request_policy, answer.e_tag)
    }

    /// Replaces the settings.
    ///
    /// # Errors
    /// `Conflict` when the ETag is stale.
    pub async fn update_request_policy(
        &self,
        id: &str,
        etag: &ETag,
        config: &RequestPolicyConfig,
    ) -> Result<RequestPolicy> {
        const OPERATION: &str = "UpdateOriginRequestPolicy";
        let built = to_sdk(config).map_err(self.caller.unbuilt(OPERATION, id))?;
        let request = self
            .client
            .update_origin_request_policy()
            .id(id)
            .if_match(etag.as_str())
            .origin_request_policy_config(built)
            .send();
        let answer = self.caller.call(OPERATION, id, request).await?;
        self.request_policy(OPERATION, id, answer.origin_request_policy, answer.e_tag)
    }

    /// Deletes an origin request policy.
    ///
    /// # Errors
    /// `InUse` while a distribution uses it.
    pub async fn delete_request_policy(&self, id: &str, etag: &ETag) -> Result<()> {
        let request = self
            .client
            .delete_origin_request_policy()
            .id(id)
            .if_match(etag.as_str())
            .send();
        self.caller.call("DeleteOriginRequestPolicy", id, request).await?;
        Ok(())
    }

    /// The id of the account's own origin request policy of that name.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn find_request_policy(&self, name: &str) -> Result<Option<String>> {
        Ok(self.find_request_policies(&[name]).await?.remove(name))
    }

    /// The ids of the account's own origin request policies of those names, as far as there are any.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn find_request_policies(&self, names: &[&str]) -> Result<BTreeMap<String, String>> {
        let mut found = BTreeMap::new();
        let mut marker = None;
        loop {
            let request = self
                .client
                .list_origin_request_policies()
                .r#type(sdk::OriginRequestPolicyType::Custom)
                .set_marker(marker)
                .send();
            let what = names.join(", ");
            let answer = self.caller.call("ListOriginRequestPolicies", &what, request).await?;
            let Some(list) = answer.origin_request_policy_list else {
                return Ok(found);
            };
            let items = list.items.unwrap_or_default().into_iter();
            let named = items.filter_map(|item| {
                let policy = item.origin_request_policy?;
                let name = policy.origin_request_policy_config?.name;
                names.contains(&&*name).then_some((name, policy.id))
            });
            found.extend(named);
            marker = list.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() || found.len() == names.len() {
                return Ok(found);
            }
        }
    }

    fn request_policy(
        &self,
        operation: &'static str,
        object: &str,
        found: Option<sdk::OriginRequestPolicy>,
        etag: Option<String>,
    ) -> Result<RequestPolicy> {
        let incomplete = || self.caller.incomplete(operation, object);
        let found = found.ok_or_else(incomplete)?;
        let config = found.origin_request_policy_config.ok_or_else(incomplete)?;
        Ok(RequestPolicy {
            id: found.id,
            etag: etag.map(ETag).ok_or_else(incomplete)?,
            config: from_sdk(config),
        })
    }
}

/// The word of the API and the names that go with it.
pub(super) fn word_of_forward(forward: &Forward) -> (&'static str, Vec<String>) {
    let names = |set: &BTreeSet<String>| set.iter().cloned().collect();
    match forward {
        Forward::None => ("none", Vec::new()),
        Forward::All => ("all", Vec::new()),
        Forward::Only(set) => ("whitelist", names(set)),
        Forward::AllExcept(set) => ("allExcept", names(set)),
        Forward::AllViewerAnd(set) => ("allViewerAndWhitelistCloudFront", names(set)),
    }
}

pub(super) fn forward_from_word(word: &str, names: Option<Vec<String>>) -> Forward {
    let set = names.unwrap_or_default().into_iter().collect();
    match word {
        "all" | "allViewer" => Forward::All,
        "whitelist" => Forward::Only(set),
        "allExcept" => Forward::AllExcept(set),
        "allViewerAndWhitelistCloudFront" => Forward::AllViewerAnd(set),
        _ => Forward::None,
    }
}

fn to_sdk(config: &RequestPolicyConfig) -> Result<sdk::OriginRequestPolicyConfig, BuildError> {
    let (word_headers, headers) = word_of_forward(&config.headers);
    let word_headers = if word_headers == "all" {
        "allViewer"
    } else {
        word_headers
    };
    let (word_cookies, cookies) = word_of_forward(&config.cookies);
    let (word_query, query) = word_of_forward(&config.query);
    sdk::OriginRequestPolicyConfig::builder()
        .name(&config.name)
        .comment(&config.comment)
        .headers_config(
            sdk::OriginRequestPolicyHeadersConfig::builder()
                .header_behavior(word_headers.into())
                .set_headers(headers_to_sdk(headers)?)
                .build()?,
        )
        .cookies_config(
            sdk::OriginRequestPolicyCookiesConfig::builder()
                .cookie_behavior(word_cookies.into())
                .set_cookies(cookies_to_sdk(cookies)?)
                .build()?,
        )
        .query_strings_config(
            sdk::OriginRequestPolicyQueryStringsConfig::builder()
                .query_string_behavior(word_query.into())
                .set_query_strings(query_to_sdk(query)?)
                .build()?,
        )
        .build()
}

fn from_sdk(config: sdk::OriginRequestPolicyConfig) -> RequestPolicyConfig {
    RequestPolicyConfig {
        name: config.name,
        comment: config.comment.unwrap_or_default(),
        headers: config.headers_config.map_or(Forward::None, |it| {
            forward_from_word(
                it.header_behavior.as_str(),
                it.headers.and_then(|headers| headers.items),
            )
        }),
        cookies: config.cookies_config.map_or(Forward::None, |it| {
            forward_from_word(
                it.cookie_behavior.as_str(),
                it.cookies.and_then(|cookies| cookies.items),
            )
        }),
        query: config.query_strings_config.map_or(Forward::None, |it| {
            forward_from_word(
                it.query_string_behavior.as_str(),
                it.query_strings.and_then(|query| query.items),
            )
        }),
    }
}

pub(super) fn headers_to_sdk(names: Vec<String>) -> Result<Option<sdk::Headers>, BuildError> {
    if names.is_empty() {
        return Ok(None);
    }
    let built = sdk::Headers::builder()
        .quantity(quantity(names.len()))
        .set_items(Some(names))
        .build()?;
    Ok(Some(built))
}

pub(super) fn cookies_to_sdk(names: Vec<String>) -> Result<Option<sdk::CookieNames>, BuildError> {
    if names.is_empty() {
        return Ok(None);
    }
    let built = sdk::CookieNames::builder()
        .quantity(quantity(names.len()))
        .set_items(Some(names))
        .build()?;
    Ok(Some(built))
}

pub(super) fn query_to_sdk(names: Vec<String>) -> Result<Option<sdk::QueryStringNames>, BuildError> {
    if names.is_empty() {
        return Ok(None);
    }
    let built = sdk::QueryStringNames::builder()
        .quantity(quantity(names.len()))
        .set_items(Some(names))
        .build()?;
    Ok(Some(built))
}
