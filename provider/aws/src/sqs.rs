//! SQS in one region: queues by name, their attributes and tags.
//!
//! Promises: an absent queue is `None`; a name whose queue was deleted less than a minute ago is waited for. Messages are no
//! business of the provider.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;

use crate::AwsError;
use crate::call::Caller;
use crate::error::Result;
use crate::retry::repeat_while;
use crate::tags::{self, Tags};
use crate::wait::Wait;

/// AWS keeps the name of a deleted queue for 60 seconds.
const NAME_RESTS: Duration = Duration::from_secs(90);

/// Calls of SQS. See [`crate::Aws::sqs`].
#[derive(Debug, Clone)]
pub struct Sqs {
    client: Client,
    caller: Caller,
}

/// Attributes by AWS's names.
pub type QueueAttributes = BTreeMap<String, String>;

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its URL.
    pub url: String,
    /// Its ARN.
    pub arn: String,
    /// Its attributes, counters included.
    pub attributes: QueueAttributes,
}

impl Sqs {
    pub(crate) fn new(client: Client, caller: Caller) -> Self {
        Self { client, caller }
    }

    /// Creates a queue. The same name with the same attributes yields the queue that is there.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn create(&self, name: &str, attributes: &QueueAttributes, tags: &Tags) -> Result<Queue> {
        const OPERATION: &str = "CreateQueue";
        let tags: HashMap<_, _> = tags.clone().into_iter().collect();
        let resting = |error: &AwsError| has_code(error, "QueueDeletedRecently");
        let url = repeat_while(&self.caller.stop, NAME_RESTS, resting, || async {
            let request = self
                .client
                .create_queue()
                .queue_name(name)
                .set_attributes(Some(sdk_attributes(attributes)))
                .set_tags(Some(tags.clone()))
                .send();
            let answer = self.caller.call(OPERATION, name, request).await?;
            answer.queue_url.ok_or_else(|| self.caller.incomplete(OPERATION, name))
        })
        .await?;
        self.wait_visible(&url).await
    }

    /// A queue can be used about a second after it was created.
    async fn wait_visible(&self, url: &str) -> Result<Queue> {
        let wait = Wait {
            service: self.caller.service,
            object: url,
            pending: &["Absent"],
            target: &["Present"],
            limit: NAME_RESTS,
            pause: Duration::from_secs(1),
        };
        let seen = wait.run(&self.caller.stop, || async {
            let queue = self.describe(url).await?;
            let state = if queue.is_some() { "Present" } else { "Absent" };
            Ok((state.to_owned(), queue))
        });
        seen.await?
            .ok_or_else(|| self.caller.incomplete("GetQueueAttributes", url))
    }

    /// Finds a queue by its name.
    ///
    /// # Errors
    /// As AWS answers; an absent queue is none.
    pub async fn find(&self, name: &str) -> Result<Option<Queue>> {
        const OPERATION: &str = "GetQueueUrl";
        let request = self.client.get_queue_url().queue_name(name).send();
        let Some(answer) = present(self.caller.call(OPERATION, name, request).await)? else {
            return Ok(None);
        };
        let url = answer
            .queue_url
            .ok_or_else(|| self.caller.incomplete(OPERATION, name))?;
        self.describe(&url).await
    }

    /// Reads a queue by its URL.
    ///
    /// # Errors
    /// As AWS answers; an absent queue is none.
    pub async fn describe(&self, url: &str) -> Result<Option<Queue>> {
        let Some(attributes) = present(self.attributes(url).await)? else {
            return Ok(None);
        };
        let arn = attributes.get("QueueArn").cloned();
        Ok(Some(Queue {
            arn: arn.ok_or_else(|| self.caller.incomplete("GetQueueAttributes", url))?,
            url: url.to_owned(),
            attributes,
        }))
    }

    async fn attributes(&self, url: &str) -> Result<QueueAttributes> {
        let request = self
            .client
            .get_queue_attributes()
            .queue_url(url)
            .attribute_names(QueueAttributeName::All)
            .send();
        let answer = self.caller.call("GetQueueAttributes", url, request).await?;
        let attributes = answer.attributes.unwrap_or_default().into_iter();
        Ok(attributes
            .map(|(name, value)| (name.as_str().to_owned(), value))
            .collect())
    }

    /// Changes the attributes given.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn set_attributes(&self, url: &str, attributes: &QueueAttributes) -> Result<()> {
        let request = self
            .client
            .set_queue_attributes()
            .queue_url(url)
            .set_attributes(Some(sdk_attributes(attributes)))
            .send();
        self.caller.call("SetQueueAttributes", url, request).await?;
        Ok(())
    }

    /// Deletes a queue with all its messages; one that is gone already was deleted well.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn delete(&self, url: &str) -> Result<()> {
        let request = self.client.delete_queue().queue_url(url).send();
        present(self.caller.call("DeleteQueue", url, request).await)?;
        Ok(())
    }

    /// The tags of a queue.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn tags(&self, url: &str) -> Result<Tags> {
        let request = self.client.list_queue_tags().queue_url(url).send();
        let answer = self.caller.call("ListQueueTags", url, request).await?;
        Ok(answer.tags.unwrap_or_default().into_iter().collect())
    }

    /// Turns `current` tags into `wanted`.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn set_tags(&self, url: &str, current: &Tags, wanted: &Tags) -> Result<()> {
        let difference = tags::difference(current, wanted);
        if !difference.set.is_empty() {
            let set = difference.set.into_iter().collect();
            let request = self.client.tag_queue().queue_url(url).set_tags(Some(set)).send();
            self.caller.call("TagQueue", url, request).await?;
        }
        if !difference.remove.is_empty() {
            let request = self
                .client
                .untag_queue()
                .queue_url(url)
                .set_tag_keys(Some(difference.remove))
                .send();
            self.caller.call("UntagQueue", url, request).await?;
        }
        Ok(())
    }
}

fn sdk_attributes(attributes: &QueueAttributes) -> HashMap<QueueAttributeName, String> {
    attributes
        .iter()
        .map(|(name, value)| (QueueAttributeName::from(name.as_str()), value.clone()))
        .collect()
}

/// SQS says "not there" with a status of 400, in two spellings.
fn present<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error)
            if error.is_not_found()
                || has_code(&error, "QueueDoesNotExist")
                || has_code(&error, "NonExistentQueue") =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The newer protocol names an error by its shape, the older one with the service's name before it.
fn has_code(error: &AwsError, name: &str) -> bool {
    error.code().is_some_and(|code| code.ends_with(name))
}

#[cfg(test)]
mod tests;
