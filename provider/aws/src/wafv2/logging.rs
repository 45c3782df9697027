//! What a web ACL writes down about requests, and what it leaves out.

use std::collections::BTreeSet;

use aws_sdk_wafv2::types as sdk;
use aws_smithy_types::error::operation::BuildError;

use super::Wafv2;
use super::text::{self, Part};
use crate::error::Result;

/// The logging of a web ACL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logging {
    /// ARN of a log group, delivery stream or bucket whose name begins with `aws-waf-logs-`.
    pub destination: String,
    /// Parts of requests that are not written down.
    pub redacted: BTreeSet<Part>,
    /// Which requests are written down.
    pub kept: Kept,
}

/// Which requests are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// All.
    All,
    /// Those that a rule refused, challenged or counted.
    Matched,
    /// Something these types cannot say: only ever read, never wanted.
    Foreign,
}

const MATCHED: [sdk::ActionValue; 5] = [
    sdk::ActionValue::Block,
    sdk::ActionValue::Captcha,
    sdk::ActionValue::Challenge,
    sdk::ActionValue::Count,
    sdk::ActionValue::ExcludedAsCount,
];

impl Wafv2 {
    /// Sets the logging of a web ACL.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn put_logging(&self, arn: &str, logging: &Logging) -> Result<()> {
        const OPERATION: &str = "PutLoggingConfiguration";
        let config = to_sdk(arn, logging).map_err(self.caller.unbuilt(OPERATION, arn))?;
        let request = self
            .client
            .put_logging_configuration()
            .logging_configuration(config)
            .send();
        self.caller.call(OPERATION, arn, request).await?;
        Ok(())
    }

    /// Reads the logging of a web ACL.
    ///
    /// # Errors
    /// `NotFound` when it has none.
    pub async fn logging(&self, arn: &str) -> Result<Logging> {
        const OPERATION: &str = "GetLoggingConfiguration";
        let request = self.client.get_logging_configuration().resource_arn(arn).send();
        let answer = self.caller.call(OPERATION, arn, request).await?;
        let found = answer.logging_configuration.map(from_sdk);
        found.ok_or_else(|| self.caller.incomplete(OPERATION, arn))
    }

    /// Ends the logging of a web ACL.
    ///
    /// # Errors
    /// `NotFound` when it has none.
    pub async fn delete_logging(&self, arn: &str) -> Result<()> {
        let request = self.client.delete_logging_configuration().resource_arn(arn).send();
        self.caller.call("DeleteLoggingConfiguration", arn, request).await?;
        Ok(())
    }
}

fn to_sdk(arn: &str, logging: &Logging) -> Result<sdk::LoggingConfiguration, BuildError> {
    let redacted = logging
        .redacted
        .iter()
        .map(text::field)
        .collect::<Result<Vec<_>, _>>()?;
    let filter = match logging.kept {
        Kept::Matched => Some(matched()?),
        Kept::All | Kept::Foreign => None,
    };
    sdk::LoggingConfiguration::builder()
        .resource_arn(arn)
        .log_destination_configs(&logging.destination)
        .set_redacted_fields(Some(redacted).filter(|list| !list.is_empty()))
        .set_logging_filter(filter)
        .build()
}

fn matched() -> Result<sdk::LoggingFilter, BuildError> {
    let condition = |action: sdk::ActionValue| {
        let action = sdk::ActionCondition::builder().action(action).build()?;
        Ok(sdk::Condition::builder().action_condition(action).build())
    };
    let conditions = MATCHED
        .into_iter()
        .map(condition)
        .collect::<Result<Vec<_>, BuildError>>()?;
    let filter = sdk::Filter::builder()
        .behavior(sdk::FilterBehavior::Keep)
        .requirement(sdk::FilterRequirement::MeetsAny)
        .set_conditions(Some(conditions))
        .build()?;
    sdk::LoggingFilter::builder()
        .filters(filter)
        .default_behavior(sdk::FilterBehavior::Drop)
        .build()
}

fn from_sdk(config: sdk::LoggingConfiguration) -> Logging {
    let destinations = config.log_destination_configs;
    let fields = config.redacted_fields.unwrap_or_default();
    let redacted: BTreeSet<Part> = fields.iter().filter_map(|field| text::part(Some(field))).collect();
    let kept = match &config.logging_filter {
        None => Kept::All,
        Some(filter) if matched().is_ok_and(|ours| ours == *filter) => Kept::Matched,
        Some(_) => Kept::Foreign,
    };
    let all_read = redacted.len() == fields.len() && destinations.len() == 1;
    Logging {
        destination: destinations.into_iter().next().unwrap_or_default(),
        redacted,
        kept: if all_read { kept } else { Kept::Foreign },
    }
}
