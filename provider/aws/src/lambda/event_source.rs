//! Event source mappings: a queue whose messages a function takes, in batches.
//!
//! Promises: a role that may not read the queue yet, because IAM has not spread it, is waited for; a mapping that is being
//! deleted is waited out.

use std::time::Duration;

use aws_sdk_lambda::types as sdk;

use super::{Lambda, ROLE_SPREADS, number};
use crate::error::{ErrorKind, Result, optional};
use crate::retry::repeat_while;
use crate::tags::Tags;
use crate::wait::Wait;

/// What a mapping is. The function always reports which messages of a batch failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSourceConfig {
    /// ARN of the function.
    pub function_arn: String,
    /// ARN of the queue.
    pub source_arn: String,
    /// Most messages in a batch.
    pub batch_size: u32,
}

/// A mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSource {
    /// Its id.
    pub id: String,
    /// What it is.
    pub config: EventSourceConfig,
    /// Whether the function's report of failed messages is heeded.
    pub reports_failures: bool,
    /// `Creating`, `Enabled`, `Disabled` and so on.
    pub state: String,
}

impl Lambda {
    /// Makes a mapping and yields its id.
    ///
    /// # Errors
    /// `Conflict` when there is one of the same function and queue.
    pub async fn create_event_source(&self, config: &EventSourceConfig, tags: &Tags) -> Result<String> {
        const OPERATION: &str = "CreateEventSourceMapping";
        let object = config.source_arn.as_str();
        let tags: std::collections::HashMap<_, _> = tags.clone().into_iter().collect();
        let spreading = |error: &crate::AwsError| error.message().contains("does not have permissions to call");
        repeat_while(&self.caller.stop, ROLE_SPREADS, spreading, || async {
            let request = self
                .client
                .create_event_source_mapping()
                .function_name(&config.function_arn)
                .event_source_arn(object)
                .batch_size(number(config.batch_size))
                .function_response_types(sdk::FunctionResponseType::ReportBatchItemFailures)
                .enabled(true)
                .set_tags(Some(tags.clone()))
                .send();
            let answer = self.caller.call(OPERATION, object, request).await?;
            answer.uuid.ok_or_else(|| self.caller.incomplete(OPERATION, object))
        })
        .await
    }

    /// The mappings of one function and queue.
    ///
    /// # Errors
    /// As AWS answers; an absent function has none.
    pub async fn event_sources(&self, function: &str, source_arn: &str) -> Result<Vec<EventSource>> {
        const OPERATION: &str = "ListEventSourceMappings";
        let request = self
            .client
            .list_event_source_mappings()
            .function_name(function)
            .event_source_arn(source_arn)
            .send();
        let Some(answer) = optional(self.caller.call(OPERATION, source_arn, request).await)? else {
            return Ok(Vec::new());
        };
        let found = answer.event_source_mappings.unwrap_or_default();
        found
            .into_iter()
            .map(|mapping| our_mapping(mapping).ok_or_else(|| self.caller.incomplete(OPERATION, source_arn)))
            .collect()
    }

    /// Brings a mapping back to what it has to be.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn update_event_source(&self, id: &str, config: &EventSourceConfig) -> Result<()> {
        let request = self
            .client
            .update_event_source_mapping()
            .uuid(id)
            .function_name(&config.function_arn)
            .batch_size(number(config.batch_size))
            .function_response_types(sdk::FunctionResponseType::ReportBatchItemFailures)
            .enabled(true)
            .send();
        self.caller.call("UpdateEventSourceMapping", id, request).await?;
        Ok(())
    }

    /// Removes a mapping; one that is gone already was removed well.
    ///
    /// # Errors
    /// `InUse` while it is being changed.
    pub async fn delete_event_source(&self, id: &str) -> Result<()> {
        let request = self.client.delete_event_source_mapping().uuid(id).send();
        optional(self.caller.call("DeleteEventSourceMapping", id, request).await)?;
        Ok(())
    }

    /// Waits until a mapping takes messages.
    ///
    /// # Errors
    /// The limit, or "stopped".
    pub async fn wait_event_source_enabled(&self, id: &str, limit: Duration) -> Result<()> {
        let pending = &["Creating", "Enabling", "Updating", "Disabling"];
        self.wait_event_source(id, pending, &["Enabled"], limit).await
    }

    /// Waits until a mapping is gone.
    ///
    /// # Errors
    /// The limit, or "stopped".
    pub async fn wait_event_source_gone(&self, id: &str, limit: Duration) -> Result<()> {
        let pending = &["Deleting", "Enabled", "Disabled", "Disabling", "Updating"];
        self.wait_event_source(id, pending, &["Gone"], limit).await
    }

    async fn wait_event_source(
        &self,
        id: &str,
        pending: &'static [&'static str],
        target: &'static [&'static str],
        limit: Duration,
    ) -> Result<()> {
        let wait = Wait {
            service: self.caller.service,
            object: id,
            pending,
            target,
            limit,
            pause: Duration::from_secs(2),
        };
        wait.run(&self.caller.stop, || async {
            let request = self.client.get_event_source_mapping().uuid(id).send();
            let answer = optional(self.caller.call("GetEventSourceMapping", id, request).await)?;
            let state = answer.map_or(Some("Gone".to_owned()), |answer| answer.state);
            Ok((state.unwrap_or_default(), ()))
        })
        .await
    }

    /// Repeats a change of a mapping that AWS is still working on.
    ///
    /// # Errors
    /// The last failure.
    pub async fn retry_while_in_use<F, Fut>(&self, limit: Duration, change: F) -> Result<()>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<()>>,
    {
        let busy = |error: &crate::AwsError| error.kind() == ErrorKind::InUse;
        repeat_while(&self.caller.stop, limit, busy, change).await
    }
}

fn our_mapping(mapping: sdk::EventSourceMappingConfiguration) -> Option<EventSource> {
    let reports = mapping.function_response_types.unwrap_or_default();
    Some(EventSource {
        id: mapping.uuid?,
        config: EventSourceConfig {
            function_arn: mapping.function_arn.unwrap_or_default(),
            source_arn: mapping.event_source_arn.unwrap_or_default(),
            batch_size: mapping
                .batch_size
                .and_then(|size| u32::try_from(size).ok())
                .unwrap_or_default(),
        },
        reports_failures: reports.contains(&sdk::FunctionResponseType::ReportBatchItemFailures),
        state: mapping.state.unwrap_or_default(),
    })
}
