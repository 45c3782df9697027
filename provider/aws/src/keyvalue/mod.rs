//! Keys and values of a store: the data plane of CloudFront's KeyValueStore.
//!
//! Promises: an absent key is `None`; every write names the version it is based on and yields the next one; AWS's time comes
//! with each description, because times in the store must never come from our own clock. The versions here are not those of
//! the control plane. See [`edit`] for how several writers live together.

use aws_sdk_cloudfrontkeyvaluestore::Client;
use aws_sdk_cloudfrontkeyvaluestore::types as sdk;
use aws_smithy_types::error::operation::BuildError;

use crate::call::Caller;
use crate::cloudfront::ETag;
use crate::error::{Result, optional};

pub mod edit;
#[cfg(test)]
mod tests;

/// AWS's limit of keys in one write.
pub const KEYS_PER_WRITE: usize = 50;

/// Calls about one store. See [`crate::Aws::keyvalue`].
#[derive(Debug, Clone)]
pub struct KeyValue {
    client: Client,
    caller: Caller,
    arn: String,
}

/// A store's data in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The version that the next write has to name.
    pub etag: ETag,
    /// How many keys there are.
    pub items: u64,
    /// Bytes of keys and values, as AWS counts.
    pub bytes: u64,
    /// AWS's time in seconds since 1970, from the Date header of the answer.
    pub aws_time: Option<u64>,
}

/// One key with its value.
#[derive(Clone, PartialEq, Eq)]
pub struct Pair {
    /// The key.
    pub key: String,
    /// The value. Some values are key material: it is never shown.
    pub value: String,
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Pair")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl KeyValue {
    pub(crate) fn new(client: Client, caller: Caller, arn: &str) -> Self {
        Self {
            client,
            caller,
            arn: arn.to_owned(),
        }
    }

    /// ARN of the store.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Reads version, counts and AWS's time.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn describe(&self) -> Result<Usage> {
        let request = self.client.describe_key_value_store().kvs_arn(&self.arn).send();
        let (answer, aws_time) = self.caller.dated("DescribeKeyValueStore", &self.arn, request).await?;
        Ok(Usage {
            etag: ETag::new(answer.e_tag),
            items: u64::try_from(answer.item_count).unwrap_or_default(),
            bytes: u64::try_from(answer.total_size_in_bytes).unwrap_or_default(),
            aws_time,
        })
    }

    /// AWS's time in seconds since 1970.
    ///
    /// # Errors
    /// As AWS answers; an answer without a Date header is incomplete.
    pub async fn aws_time(&self) -> Result<u64> {
        self.describe()
            .await?
            .aws_time
            .ok_or_else(|| self.caller.incomplete("DescribeKeyValueStore", &self.arn))
    }

    /// One value, or `None` when the key is absent.
    ///
    /// # Errors
    /// As AWS answers; an absent store is `NotFound`.
    pub async fn get(&self, key: &str) -> Result<Option<String>> {
        let request = self.client.get_key().kvs_arn(&self.arn).key(key).send();
        let answer = self.caller.call("GetKey", key, request).await;
        // One code stands for an absent key and for an absent store.
        let store_absent = |error: &crate::AwsError| error.message().to_ascii_lowercase().contains("store");
        match answer {
            Err(error) if error.is_not_found() && store_absent(&error) => {
                self.describe().await?;
                Ok(None)
            }
            other => Ok(optional(other)?.map(|answer| answer.value)),
        }
    }

    /// One page of the list of all keys, at most 50, with the token of the next one.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn list_page(&self, token: Option<&str>) -> Result<(Vec<Pair>, Option<String>)> {
        let request = self
            .client
            .list_keys()
            .kvs_arn(&self.arn)
            .max_results(50)
            .set_next_token(token.map(str::to_owned))
            .send();
        let answer = self.caller.call("ListKeys", &self.arn, request).await?;
        let pairs = answer
            .items
            .unwrap_or_default()
            .into_iter()
            .map(|item| Pair {
                key: item.key,
                value: item.value,
            })
            .collect();
        Ok((pairs, answer.next_token.filter(|token| !token.is_empty())))
    }

    /// All keys with their values.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn list(&self) -> Result<Vec<Pair>> {
        let mut found = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let (pairs, next) = self.list_page(token.as_deref()).await?;
            found.extend(pairs);
            token = next;
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    /// Writes and deletes keys, all or none, if the store is still at the version `based_on`.
    ///
    /// # Errors
    /// `Conflict` when it is not; nothing was written then.
    pub async fn update(&self, based_on: &ETag, puts: &[Pair], deletes: &[String]) -> Result<Usage> {
        const OPERATION: &str = "UpdateKeys";
        let unbuilt = || self.caller.unbuilt(OPERATION, &self.arn);
        let puts = puts.iter().map(sdk_put).collect::<Result<Vec<_>, _>>();
        let deletes = deletes.iter().map(sdk_delete).collect::<Result<Vec<_>, _>>();
        let request = self
            .client
            .update_keys()
            .kvs_arn(&self.arn)
            .if_match(based_on.as_str())
            .set_puts(Some(puts.map_err(unbuilt())?))
            .set_deletes(Some(deletes.map_err(unbuilt())?))
            .send();
        let (answer, aws_time) = self.caller.dated(OPERATION, &self.arn, request).await?;
        Ok(Usage {
            etag: ETag::new(answer.e_tag),
            items: u64::try_from(answer.item_count).unwrap_or_default(),
            bytes: u64::try_from(answer.total_size_in_bytes).unwrap_or_default(),
            aws_time,
        })
    }
}

fn sdk_put(pair: &Pair) -> Result<sdk::PutKeyRequestListItem, BuildError> {
    sdk::PutKeyRequestListItem::builder()
        .key(&pair.key)
        .value(&pair.value)
        .build()
}

fn sdk_delete(key: &String) -> Result<sdk::DeleteKeyRequestListItem, BuildError> {
    sdk::DeleteKeyRequestListItem::builder().key(key).build()
}
