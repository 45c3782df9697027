//! A KeyValueStore as one edge location has it, read through the data API.

use std::collections::BTreeMap;

use local_cloud_function_runtime::{KeyValues, StoreError, StoreMeta};
use serde_json::Value;

use crate::aws_api::{ApiError, AwsApi, encode};

const SERVICE: &str = "cloudfront-keyvaluestore";

/// All pairs of a store at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StoreView {
    id: String,
    pairs: BTreeMap<String, String>,
}

impl StoreView {
    /// Reads the whole store, page by page.
    pub(crate) async fn read(api: &AwsApi, account: &str, arn: &str) -> Result<Self, ApiError> {
        let mut pairs = BTreeMap::new();
        let mut token = String::new();
        loop {
            let page = api
                .json(
                    account,
                    SERVICE,
                    &format!("/key-value-stores/{}/keys?MaxResults=50{token}", encode(arn)),
                )
                .await?;
            for item in page["Items"].as_array().into_iter().flatten() {
                let (Some(key), Some(value)) = (item["Key"].as_str(), item["Value"].as_str()) else {
                    return Err(ApiError::unreadable(arn, "a pair without key or value"));
                };
                pairs.insert(key.to_owned(), value.to_owned());
            }
            match page["NextToken"].as_str() {
                Some(next) if !next.is_empty() => token = format!("&NextToken={}", encode(next)),
                _ => break,
            }
        }
        Ok(Self {
            id: name_of(arn).to_owned(),
            pairs,
        })
    }

    /// The same store after some keys were written.
    pub(crate) async fn reread(
        &self,
        api: &AwsApi,
        account: &str,
        arn: &str,
        keys: impl Iterator<Item = &String>,
    ) -> Result<Self, ApiError> {
        let mut view = self.clone();
        for key in keys {
            match api
                .json(
                    account,
                    SERVICE,
                    &format!("/key-value-stores/{}/keys/{}", encode(arn), encode(key)),
                )
                .await
            {
                Ok(Value::Object(answer)) => {
                    let value = answer
                        .get("Value")
                        .and_then(Value::as_str)
                        .ok_or_else(|| ApiError::unreadable(key, "no value"))?;
                    view.pairs.insert(key.clone(), value.to_owned());
                }
                Ok(_) => return Err(ApiError::unreadable(key, "no object")),
                Err(ApiError::Missing(_)) => {
                    view.pairs.remove(key);
                }
                Err(e) => return Err(e),
            }
        }
        Ok(view)
    }
}

/// The last part of an ARN, which is the store's id (an emulator may put its name there).
pub(crate) fn name_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

impl KeyValues for StoreView {
    fn id(&self) -> &str {
        &self.id
    }

    fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        Ok(self.pairs.get(key).cloned())
    }

    fn meta(&self) -> Result<StoreMeta, StoreError> {
        // The dates are not mirrored.
        Ok(StoreMeta {
            key_count: self.pairs.len() as u64,
            ..StoreMeta::default()
        })
    }
}
