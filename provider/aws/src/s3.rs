//! S3: the policy and the place of a bucket. Objects are none of our business.

use aws_sdk_s3::Client;

use crate::call::Caller;
use crate::error::Result;

/// Calls of S3 in one region. See [`crate::Aws::s3`].
#[derive(Debug, Clone)]
pub struct S3 {
    client: Client,
    caller: Caller,
}

impl S3 {
    pub(crate) fn new(client: Client, caller: Caller) -> Self {
        Self { client, caller }
    }

    /// The region of a bucket.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn bucket_region(&self, bucket: &str) -> Result<String> {
        let request = self.client.get_bucket_location().bucket(bucket).send();
        let answer = self.caller.call("GetBucketLocation", bucket, request).await?;
        // us-east-1 is the empty constraint, `EU` the old name of eu-west-1.
        let constraint = answer.location_constraint;
        let word = constraint.as_ref().map_or("", |it| it.as_str());
        Ok(match word {
            "" => "us-east-1".to_owned(),
            "EU" => "eu-west-1".to_owned(),
            other => other.to_owned(),
        })
    }

    /// The policy of a bucket as JSON, or `None` when it has none.
    ///
    /// # Errors
    /// As AWS answers; an absent bucket is `NotFound`.
    pub async fn bucket_policy(&self, bucket: &str) -> Result<Option<String>> {
        let request = self.client.get_bucket_policy().bucket(bucket).send();
        let answer = self.caller.call("GetBucketPolicy", bucket, request).await;
        match answer {
            Ok(answer) => Ok(answer.policy),
            Err(error) if error.code() == Some("NoSuchBucketPolicy") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Replaces the policy of a bucket.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn put_bucket_policy(&self, bucket: &str, policy: &str) -> Result<()> {
        let request = self.client.put_bucket_policy().bucket(bucket).policy(policy).send();
        self.caller.call("PutBucketPolicy", bucket, request).await?;
        Ok(())
    }

    /// Removes the policy of a bucket.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn delete_bucket_policy(&self, bucket: &str) -> Result<()> {
        let request = self.client.delete_bucket_policy().bucket(bucket).send();
        self.caller.call("DeleteBucketPolicy", bucket, request).await?;
        Ok(())
    }
}
