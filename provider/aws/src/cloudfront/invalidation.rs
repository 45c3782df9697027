//! Invalidations: take paths out of the cache.

use aws_sdk_cloudfront::types as sdk;
use aws_smithy_types::error::operation::BuildError;

use super::{CloudFront, quantity};
use crate::error::Result;

impl CloudFront {
    /// Starts an invalidation and yields its id. The same reference with the same paths starts it once.
    ///
    /// # Errors
    /// `Quota` when too many are under way.
    pub async fn create_invalidation(
        &self,
        distribution_id: &str,
        reference: &str,
        paths: &[String],
    ) -> Result<String> {
        const OPERATION: &str = "CreateInvalidation";
        let batch = batch(reference, paths).map_err(self.caller.unbuilt(OPERATION, distribution_id))?;
        let request = self
            .client
            .create_invalidation()
            .distribution_id(distribution_id)
            .invalidation_batch(batch)
            .send();
        let answer = self.caller.call(OPERATION, distribution_id, request).await?;
        answer
            .invalidation
            .map(|invalidation| invalidation.id)
            .ok_or_else(|| self.caller.incomplete(OPERATION, distribution_id))
    }
}

fn batch(reference: &str, paths: &[String]) -> Result<sdk::InvalidationBatch, BuildError> {
    let paths = sdk::Paths::builder()
        .quantity(quantity(paths.len()))
        .set_items(Some(paths.to_vec()))
        .build()?;
    sdk::InvalidationBatch::builder()
        .caller_reference(reference)
        .paths(paths)
        .build()
}
