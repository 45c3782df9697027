//! Tags of CloudFront's objects, by ARN.

use aws_sdk_cloudfront::types as sdk;
use aws_smithy_types::error::operation::BuildError;

use super::CloudFront;
use crate::error::Result;
use crate::tags::{self, Tags};

impl CloudFront {
    /// The tags of an object.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn tags(&self, arn: &str) -> Result<Tags> {
        let request = self.client.list_tags_for_resource().resource(arn).send();
        let answer = self.caller.call("ListTagsForResource", arn, request).await?;
        let items = answer.tags.and_then(|tags| tags.items).unwrap_or_default();
        Ok(items
            .into_iter()
            .map(|tag| (tag.key, tag.value.unwrap_or_default()))
            .collect())
    }

    /// Sets tags and leaves others alone.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn tag(&self, arn: &str, tags: &Tags) -> Result<()> {
        const OPERATION: &str = "TagResource";
        let tags = sdk_tags(tags).map_err(self.caller.unbuilt(OPERATION, arn))?;
        let request = self.client.tag_resource().resource(arn).tags(tags).send();
        self.caller.call(OPERATION, arn, request).await?;
        Ok(())
    }

    /// Removes tags.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn untag(&self, arn: &str, keys: &[String]) -> Result<()> {
        let keys = sdk::TagKeys::builder().set_items(Some(keys.to_vec())).build();
        let request = self.client.untag_resource().resource(arn).tag_keys(keys).send();
        self.caller.call("UntagResource", arn, request).await?;
        Ok(())
    }

    /// Turns `current` into `wanted` with as few calls as possible.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn set_tags(&self, arn: &str, current: &Tags, wanted: &Tags) -> Result<()> {
        let difference = tags::difference(current, wanted);
        if !difference.set.is_empty() {
            self.tag(arn, &difference.set).await?;
        }
        if !difference.remove.is_empty() {
            self.untag(arn, &difference.remove).await?;
        }
        Ok(())
    }
}

pub(super) fn sdk_tags(tags: &Tags) -> Result<sdk::Tags, BuildError> {
    let items = tags
        .iter()
        .map(|(key, value)| sdk::Tag::builder().key(key).value(value).build())
        .collect::<Result<Vec<_>, _>>()?;
    Ok(sdk::Tags::builder().set_items(Some(items)).build())
}
