//! Lambda: functions for the edge by numbered versions in us-east-1, and functions of a region with what calls them.
//!
//! Promises: a create waits out a role that IAM has not spread yet; a delete that AWS refuses because replicas still
//! exist at the edge is [`ErrorKind::InUse`](crate::ErrorKind::InUse).

use std::time::Duration;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::types as sdk;
use aws_smithy_types::Blob;

use crate::call::Caller;
use crate::error::{ErrorKind, Result};
use crate::retry::repeat_while;
use crate::tags::{self, Tags};
use crate::wait::Wait;

mod event_source;
mod permission;

pub use event_source::{EventSource, EventSourceConfig};
pub use permission::Permission;

/// How long a role may take to be known to Lambda.
const ROLE_SPREADS: Duration = Duration::from_secs(120);

/// Calls of Lambda. See [`crate::Aws::lambda`].
#[derive(Debug, Clone)]
pub struct Lambda {
    client: Client,
    caller: Caller,
}

/// What a function is besides its code. Always x86-64, without environment variables, as the edge asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LambdaConfig {
    /// Its name.
    pub name: String,
    /// Free text.
    pub description: String,
    /// ARN of its role.
    pub role: String,
    /// The runtime, such as `nodejs24.x`.
    pub runtime: String,
    /// The handler, such as `index.handler`.
    pub handler: String,
    /// Memory in MB.
    pub memory: u32,
    /// Seconds it may run.
    pub timeout: u32,
}

/// A function or one of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LambdaFunction {
    /// ARN, with the version at its end when one was asked for.
    pub arn: String,
    /// `$LATEST` or a number.
    pub version: String,
    /// What it is besides its code.
    pub config: LambdaConfig,
    /// SHA-256 of the zip, in base64.
    pub code_sha256: String,
    /// Version of the object, for conditional writes.
    pub revision: String,
    /// `Pending`, `Active`, `Inactive` or `Failed`.
    pub state: String,
    /// `InProgress`, `Successful` or `Failed`.
    pub update_status: String,
}

impl Lambda {
    pub(crate) fn new(client: Client, caller: Caller) -> Self {
        Self { client, caller }
    }

    /// Creates a function without publishing it.
    ///
    /// # Errors
    /// `Exists` when the name is taken.
    pub async fn create_function(&self, config: &LambdaConfig, zip: &[u8], tags: &Tags) -> Result<LambdaFunction> {
        const OPERATION: &str = "CreateFunction";
        let code = sdk::FunctionCode::builder().zip_file(Blob::new(zip)).build();
        let tags: std::collections::HashMap<_, _> = tags.clone().into_iter().collect();
        let spreading = |error: &crate::AwsError| {
            error.kind() == ErrorKind::Transient && error.message().contains("cannot be assumed by Lambda")
        };
        repeat_while(&self.caller.stop, ROLE_SPREADS, spreading, || async {
            let request = self
                .client
                .create_function()
                .function_name(&config.name)
                .description(&config.description)
                .role(&config.role)
                .runtime(config.runtime.as_str().into())
                .handler(&config.handler)
                .memory_size(number(config.memory))
                .timeout(number(config.timeout))
                .architectures(sdk::Architecture::X8664)
                .package_type(sdk::PackageType::Zip)
                .code(code.clone())
                .set_tags(Some(tags.clone()))
                .publish(false)
                .send();
            let answer = self.caller.call(OPERATION, &config.name, request).await?;
            self.function(OPERATION, &config.name, answer.into())
        })
        .await
    }

    /// Reads a function, or one version of it.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn describe_function(&self, name: &str, version: Option<&str>) -> Result<LambdaFunction> {
        const OPERATION: &str = "GetFunctionConfiguration";
        let request = self
            .client
            .get_function_configuration()
            .function_name(name)
            .set_qualifier(version.map(str::to_owned))
            .send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        self.function(OPERATION, name, answer.into())
    }

    /// Replaces the code of `$LATEST`.
    ///
    /// # Errors
    /// `Conflict` when the function was changed since `revision`.
    pub async fn update_code(&self, name: &str, revision: &str, zip: &[u8]) -> Result<LambdaFunction> {
        const OPERATION: &str = "UpdateFunctionCode";
        let request = self
            .client
            .update_function_code()
            .function_name(name)
            .revision_id(revision)
            .zip_file(Blob::new(zip))
            .publish(false)
            .send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        self.function(OPERATION, name, answer.into())
    }

    /// Replaces the configuration of `$LATEST`.
    ///
    /// # Errors
    /// `Conflict` when the function was changed since `revision`.
    pub async fn update_config(&self, config: &LambdaConfig, revision: &str) -> Result<LambdaFunction> {
        const OPERATION: &str = "UpdateFunctionConfiguration";
        let request = self
            .client
            .update_function_configuration()
            .function_name(&config.name)
            .revision_id(revision)
            .description(&config.description)
            .role(&config.role)
            .runtime(config.runtime.as_str().into())
            .handler(&config.handler)
            .memory_size(number(config.memory))
            .timeout(number(config.timeout))
            .send();
        let answer = self.caller.call(OPERATION, &config.name, request).await?;
        self.function(OPERATION, &config.name, answer.into())
    }

    /// Publishes `$LATEST` as a numbered version, if its code is that of the digest. Without a change since the last
    /// version, AWS answers with that one.
    ///
    /// # Errors
    /// `Invalid` or `Conflict` when the code is another one.
    pub async fn publish_version(&self, name: &str, code_sha256: &str) -> Result<LambdaFunction> {
        const OPERATION: &str = "PublishVersion";
        let request = self
            .client
            .publish_version()
            .function_name(name)
            .code_sha256(code_sha256)
            .send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        self.function(OPERATION, name, answer.into())
    }

    /// The numbered versions of a function, oldest first.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn versions(&self, name: &str) -> Result<Vec<LambdaFunction>> {
        const OPERATION: &str = "ListVersionsByFunction";
        let mut found = Vec::new();
        let mut marker = None;
        loop {
            let request = self
                .client
                .list_versions_by_function()
                .function_name(name)
                .set_marker(marker)
                .send();
            let answer = self.caller.call(OPERATION, name, request).await?;
            for version in answer.versions.unwrap_or_default() {
                let version = self.function(OPERATION, name, version.into())?;
                if version.version != "$LATEST" {
                    found.push(version);
                }
            }
            marker = answer.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(found);
            }
        }
    }

    /// All functions of the account, without their versions.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn list_functions(&self) -> Result<Vec<LambdaFunction>> {
        const OPERATION: &str = "ListFunctions";
        let mut found = Vec::new();
        let mut marker = None;
        loop {
            let request = self.client.list_functions().set_marker(marker).send();
            let answer = self.caller.call(OPERATION, "*", request).await?;
            for function in answer.functions.unwrap_or_default() {
                found.push(self.function(OPERATION, "*", function.into())?);
            }
            marker = answer.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(found);
            }
        }
    }

    /// Deletes one version, or with `None` the function with all of them.
    ///
    /// # Errors
    /// `InUse` while the edge holds replicas, which takes hours after the last association is gone.
    pub async fn delete_function(&self, name: &str, version: Option<&str>) -> Result<()> {
        let request = self
            .client
            .delete_function()
            .function_name(name)
            .set_qualifier(version.map(str::to_owned))
            .send();
        self.caller.call("DeleteFunction", name, request).await?;
        Ok(())
    }

    /// Waits until a function, or one version of it, can be used and changed.
    ///
    /// # Errors
    /// A function that failed, the limit, or "stopped".
    pub async fn wait_active(&self, name: &str, version: Option<&str>, limit: Duration) -> Result<LambdaFunction> {
        let wait = Wait {
            service: self.caller.service,
            object: name,
            pending: &["Pending", "InProgress"],
            target: &["Active"],
            limit,
            pause: Duration::from_secs(2),
        };
        wait.run(&self.caller.stop, || async {
            let function = self.describe_function(name, version).await?;
            let state = match function.update_status.as_str() {
                "InProgress" => "InProgress".to_owned(),
                _ => function.state.clone(),
            };
            Ok((state, function))
        })
        .await
    }

    /// The tags of a function, by its ARN without version.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn tags(&self, arn: &str) -> Result<Tags> {
        let request = self.client.list_tags().resource(arn).send();
        let answer = self.caller.call("ListTags", arn, request).await?;
        Ok(answer.tags.unwrap_or_default().into_iter().collect())
    }

    /// Turns `current` tags into `wanted`.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn set_tags(&self, arn: &str, current: &Tags, wanted: &Tags) -> Result<()> {
        let difference = tags::difference(current, wanted);
        if !difference.set.is_empty() {
            let request = self
                .client
                .tag_resource()
                .resource(arn)
                .set_tags(Some(difference.set.into_iter().collect()))
                .send();
            self.caller.call("TagResource", arn, request).await?;
        }
        if !difference.remove.is_empty() {
            let request = self
                .client
                .untag_resource()
                .resource(arn)
                .set_tag_keys(Some(difference.remove))
                .send();
            self.caller.call("UntagResource", arn, request).await?;
        }
        Ok(())
    }

    fn function(&self, operation: &'static str, name: &str, answer: Answer) -> Result<LambdaFunction> {
        let incomplete = || self.caller.incomplete(operation, name);
        let unsigned = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok()).unwrap_or_default();
        Ok(LambdaFunction {
            arn: answer.function_arn.ok_or_else(incomplete)?,
            version: answer.version.unwrap_or_else(|| "$LATEST".to_owned()),
            code_sha256: answer.code_sha256.ok_or_else(incomplete)?,
            revision: answer.revision_id.unwrap_or_default(),
            state: answer.state.unwrap_or_else(|| "Active".to_owned()),
            update_status: answer.last_update_status.unwrap_or_else(|| "Successful".to_owned()),
            config: LambdaConfig {
                name: answer.function_name.ok_or_else(incomplete)?,
                description: answer.description.unwrap_or_default(),
                role: answer.role.unwrap_or_default(),
                runtime: answer.runtime.unwrap_or_default(),
                handler: answer.handler.unwrap_or_default(),
                memory: unsigned(answer.memory_size),
                timeout: unsigned(answer.timeout),
            },
        })
    }
}

/// What all of Lambda's answers about a function have in common; the SDK has a type for each call.
struct Answer {
    function_arn: Option<String>,
    function_name: Option<String>,
    version: Option<String>,
    description: Option<String>,
    role: Option<String>,
    runtime: Option<String>,
    handler: Option<String>,
    memory_size: Option<i32>,
    timeout: Option<i32>,
    code_sha256: Option<String>,
    revision_id: Option<String>,
    state: Option<String>,
    last_update_status: Option<String>,
}

macro_rules! answer_from {
    ($($sdk:ty),+ $(,)?) => {$(
        impl From<$sdk> for Answer {
            fn from(answer: $sdk) -> Self {
                Self {
                    function_arn: answer.function_arn,
                    function_name: answer.function_name,
                    version: answer.version,
                    description: answer.description,
                    role: answer.role,
                    runtime: answer.runtime.map(|it| it.as_str().to_owned()),
                    handler: answer.handler,
                    memory_size: answer.memory_size,
                    timeout: answer.timeout,
                    code_sha256: answer.code_sha256,
                    revision_id: answer.revision_id,
                    state: answer.state.map(|it| it.as_str().to_owned()),
                    last_update_status: answer.last_update_status.map(|it| it.as_str().to_owned()),
                }
            }
        }
    )+};
}

answer_from!(
    aws_sdk_lambda::operation::create_function::CreateFunctionOutput,
    aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationOutput,
    aws_sdk_lambda::operation::update_function_code::UpdateFunctionCodeOutput,
    aws_sdk_lambda::operation::update_function_configuration::UpdateFunctionConfigurationOutput,
    aws_sdk_lambda::operation::publish_version::PublishVersionOutput,
    sdk::FunctionConfiguration,
);

fn number(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests;
