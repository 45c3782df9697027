//! Cache policies: what makes a cache key, and how long answers live.

use aws_sdk_cloudfront::types as sdk;
use aws_smithy_types::error::operation::BuildError;

use super::request_policy::{
    Forward, cookies_to_sdk, forward_from_word, headers_to_sdk, query_to_sdk, word_of_forward,
};
use super::{CloudFront, ETag};
use crate::error::Result;

/// The settings of a cache policy. Headers know only `None` and `Only`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachePolicyConfig {
    /// Its name, unique in the account.
    pub name: String,
    /// Free text.
    pub comment: String,
    /// Shortest life in seconds.
    pub min_ttl: u32,
    /// Life in seconds when the origin says nothing.
    pub default_ttl: u32,
    /// Longest life in seconds.
    pub max_ttl: u32,
    /// Headers in the key.
    pub headers: Forward,
    /// Cookies in the key.
    pub cookies: Forward,
    /// Query in the key.
    pub query: Forward,
    /// Whether gzip and brotli variants are kept apart.
    pub compression: bool,
}

/// A cache policy as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachePolicy {
    /// Its id.
    pub id: String,
    /// Its settings.
    pub config: CachePolicyConfig,
    /// Its version.
    pub etag: ETag,
}

impl CloudFront {
    /// Creates a cache policy.
    ///
    /// # Errors
    /// `Exists` when the name is taken.
    pub async fn create_cache_policy(&self, config: &CachePolicyConfig) -> Result<CachePolicy> {
        const OPERATION: &str = "CreateCachePolicy";
        let built = to_sdk(config).map_err(self.caller.unbuilt(OPERATION, &config.name))?;
        let request = self.client.create_cache_policy().cache_policy_config(built).send();
        let answer = self.caller.call(OPERATION, &config.name, request).await?;
        self.cache_policy(OPERATION, &config.name, answer.cache_policy, answer.e_tag)
    }

    /// Reads a cache policy by id.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn cache_policy_by_id(&self, id: &str) -> Result<CachePolicy> {
        const OPERATION: &str = "GetCachePolicy";
        let request = self.client.get_cache_policy().id(id).send();
        let answer = self.caller.call(OPERATION, id, request).await?;
        self.cache_policy(OPERATION, id, answer.cache_policy, answer.e_tag)
    }

    /// Replaces the settings.
    ///
    /// # Errors
    /// `Conflict` when the ETag is stale.
    pub async fn update_cache_policy(&self, id: &str, etag: &ETag, config: &CachePolicyConfig) -> Result<CachePolicy> {
        const OPERATION: &str = "UpdateCachePolicy";
        let built = to_sdk(config).map_err(self.caller.unbuilt(OPERATION, id))?;
        let request = self
            .client
            .update_cache_policy()
            .id(id)
            .if_match(etag.as_str())
            .cache_policy_config(built)
            .send();
        let answer = self.caller.call(OPERATION, id, request).await?;
        self.cache_policy(OPERATION, id, answer.cache_policy, answer.e_tag)
    }

    /// Deletes a cache policy.
    ///
    /// # Errors
    /// `InUse` while a distribution uses it.
    pub async fn delete_cache_policy(&self, id: &str, etag: &ETag) -> Result<()> {
        let request = self.client.delete_cache_policy().id(id).if_match(etag.as_str()).send();
        self.caller.call("DeleteCachePolicy", id, request).await?;
        Ok(())
    }

    /// The id of the account's own cache policy of that name.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn find_cache_policy(&self, name: &str) -> Result<Option<String>> {
        let mut marker = None;
        loop {
            let request = self
                .client
                .list_cache_policies()
                .r#type(sdk::CachePolicyType::Custom)
                .set_marker(marker)
                .send();
            let answer = self.caller.call("ListCachePolicies", name, request).await?;
            let Some(list) = answer.cache_policy_list else {
                return Ok(None);
            };
            let named = |policy: &sdk::CachePolicy| {
                policy
                    .cache_policy_config
                    .as_ref()
                    .is_some_and(|config| config.name == name)
            };
            let items = list.items.unwrap_or_default().into_iter();
            let mut policies = items.filter_map(|item| item.cache_policy);
            if let Some(found) = policies.find(named) {
                return Ok(Some(found.id));
            }
            marker = list.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(None);
            }
        }
    }

    fn cache_policy(
        &self,
        operation: &'static str,
        object: &str,
        found: Option<sdk::CachePolicy>,
        etag: Option<String>,
    ) -> Result<CachePolicy> {
        let incomplete = || self.caller.incomplete(operation, object);
        let found = found.ok_or_else(incomplete)?;
        let config = found.cache_policy_config.ok_or_else(incomplete)?;
        Ok(CachePolicy {
            id: found.id,
            etag: etag.map(ETag).ok_or_else(incomplete)?,
            config: from_sdk(config),
        })
    }
}

fn to_sdk(config: &CachePolicyConfig) -> Result<sdk::CachePolicyConfig, BuildError> {
    let (word_headers, headers) = word_of_forward(&config.headers);
    let (word_cookies, cookies) = word_of_forward(&config.cookies);
    let (word_query, query) = word_of_forward(&config.query);
    let key = sdk::ParametersInCacheKeyAndForwardedToOrigin::builder()
        .enable_accept_encoding_gzip(config.compression)
        .enable_accept_encoding_brotli(config.compression)
        .headers_config(
            sdk::CachePolicyHeadersConfig::builder()
                .header_behavior(word_headers.into())
                .set_headers(headers_to_sdk(headers)?)
                .build()?,
        )
        .cookies_config(
            sdk::CachePolicyCookiesConfig::builder()
                .cookie_behavior(word_cookies.into())
                .set_cookies(cookies_to_sdk(cookies)?)
                .build()?,
        )
        .query_strings_config(
            sdk::CachePolicyQueryStringsConfig::builder()
                .query_string_behavior(word_query.into())
                .set_query_strings(query_to_sdk(query)?)
                .build()?,
        )
        .build()?;
    sdk::CachePolicyConfig::builder()
        .name(&config.name)
        .comment(&config.comment)
        .min_ttl(config.min_ttl.into())
        .default_ttl(config.default_ttl.into())
        .max_ttl(config.max_ttl.into())
        .parameters_in_cache_key_and_forwarded_to_origin(key)
        .build()
}

fn from_sdk(config: sdk::CachePolicyConfig) -> CachePolicyConfig {
    let ttl = |seconds: i64| u32::try_from(seconds).unwrap_or(u32::MAX);
    let mut read = CachePolicyConfig {
        name: config.name,
        comment: config.comment.unwrap_or_default(),
        min_ttl: ttl(config.min_ttl),
        default_ttl: ttl(config.default_ttl.unwrap_or(86_400)),
        max_ttl: ttl(config.max_ttl.unwrap_or(31_536_000)),
        headers: Forward::None,
        cookies: Forward::None,
        query: Forward::None,
        compression: false,
    };
    let Some(key) = config.parameters_in_cache_key_and_forwarded_to_origin else {
        return read;
    };
    read.compression = key.enable_accept_encoding_gzip;
    if let Some(part) = key.headers_config {
        let names = part.headers.and_then(|it| it.items);
        read.headers = forward_from_word(part.header_behavior.as_str(), names);
    }
    if let Some(part) = key.cookies_config {
        let names = part.cookies.and_then(|it| it.items);
        read.cookies = forward_from_word(part.cookie_behavior.as_str(), names);
    }
    if let Some(part) = key.query_strings_config {
        let names = part.query_strings.and_then(|it| it.items);
        read.query = forward_from_word(part.query_string_behavior.as_str(), names);
    }
    read
}
