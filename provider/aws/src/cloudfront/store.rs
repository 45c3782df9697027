//! Key value stores as objects of the control plane. Their keys and values are [`crate::keyvalue`]'s business.

use std::time::Duration;

use aws_sdk_cloudfront::types as sdk;

use super::{CloudFront, ETag};
use crate::error::Result;
use crate::tags::Tags;
use crate::wait::Wait;

/// A key value store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Free text.
    pub comment: String,
    /// `PROVISIONING`, `READY` or another word of CloudFront's.
    pub status: String,
    /// Version of the object of the control plane; that of its data is another one.
    pub etag: ETag,
}

/// A key value store in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSummary {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its comment.
    pub comment: String,
}

impl CloudFront {
    /// Creates an empty store. It is usable when it is ready: see [`CloudFront::wait_store_ready`].
    ///
    /// # Errors
    /// `Exists` when the name is taken.
    pub async fn create_store(&self, name: &str, comment: &str, tags: &Tags) -> Result<Store> {
        const OPERATION: &str = "CreateKeyValueStore";
        let tags = super::tagging::sdk_tags(tags).map_err(self.caller.unbuilt(OPERATION, name))?;
        let request = self
            .client
            .create_key_value_store()
            .name(name)
            .comment(comment)
            .tags(tags)
            .send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        self.store(OPERATION, name, answer.key_value_store, answer.e_tag)
    }

    /// Reads a store by name.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn describe_store(&self, name: &str) -> Result<Store> {
        const OPERATION: &str = "DescribeKeyValueStore";
        let request = self.client.describe_key_value_store().name(name).send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        self.store(OPERATION, name, answer.key_value_store, answer.e_tag)
    }

    /// Replaces the comment.
    ///
    /// # Errors
    /// `Conflict` when the ETag is stale.
    pub async fn update_store(&self, name: &str, etag: &ETag, comment: &str) -> Result<Store> {
        const OPERATION: &str = "UpdateKeyValueStore";
        let request = self
            .client
            .update_key_value_store()
            .name(name)
            .if_match(etag.as_str())
            .comment(comment)
            .send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        match answer.e_tag {
            Some(etag) => self.store(OPERATION, name, answer.key_value_store, Some(etag)),
            None => self.describe_store(name).await,
        }
    }

    /// Deletes a store with all its keys.
    ///
    /// # Errors
    /// `InUse` while a function reads it.
    pub async fn delete_store(&self, name: &str, etag: &ETag) -> Result<()> {
        let request = self
            .client
            .delete_key_value_store()
            .name(name)
            .if_match(etag.as_str())
            .send();
        self.caller.call("DeleteKeyValueStore", name, request).await?;
        Ok(())
    }

    /// Waits until a store can be written.
    ///
    /// # Errors
    /// A provisioning that failed, the limit, or "stopped".
    pub async fn wait_store_ready(&self, name: &str, limit: Duration) -> Result<Store> {
        let wait = Wait {
            service: self.caller.service,
            object: name,
            pending: &["PROVISIONING", "CREATING"],
            target: &["READY"],
            limit,
            pause: Duration::from_secs(3),
        };
        wait.run(&self.caller.stop, || async {
            let store = self.describe_store(name).await?;
            Ok((store.status.clone(), store))
        })
        .await
    }

    /// All stores of the account.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn list_stores(&self) -> Result<Vec<StoreSummary>> {
        let mut found = Vec::new();
        let mut marker = None;
        loop {
            let request = self.client.list_key_value_stores().set_marker(marker).send();
            let answer = self.caller.call("ListKeyValueStores", "*", request).await?;
            let Some(list) = answer.key_value_store_list else {
                return Ok(found);
            };
            let stores = list.items.unwrap_or_default().into_iter();
            found.extend(stores.map(|store| StoreSummary {
                name: store.name,
                arn: store.arn,
                comment: store.comment,
            }));
            marker = list.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(found);
            }
        }
    }

    fn store(
        &self,
        operation: &'static str,
        name: &str,
        store: Option<sdk::KeyValueStore>,
        etag: Option<String>,
    ) -> Result<Store> {
        let incomplete = || self.caller.incomplete(operation, name);
        let store = store.ok_or_else(incomplete)?;
        Ok(Store {
            name: store.name,
            id: store.id,
            arn: store.arn,
            comment: store.comment,
            status: store.status.unwrap_or_default(),
            etag: etag.map(ETag).ok_or_else(incomplete)?,
        })
    }
}
