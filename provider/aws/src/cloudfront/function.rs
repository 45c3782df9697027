//! CloudFront Functions: code in stage DEVELOPMENT, published to LIVE.
//!
//! Promises: the stage is always named, and every write yields a usable ETag. AWS's model names the header of
//! UpdateFunction `ETtag`; where an answer comes without it, the ETag is read by a describe of DEVELOPMENT.

use aws_sdk_cloudfront::types as sdk;
use aws_smithy_types::Blob;
use aws_smithy_types::error::operation::BuildError;

use super::{CloudFront, ETag, quantity};
use crate::error::Result;
use crate::tags::Tags;

/// A stage of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// What was uploaded last.
    Development,
    /// What was published last, and what distributions run.
    Live,
}

impl Stage {
    pub(super) fn sdk_stage(self) -> sdk::FunctionStage {
        match self {
            Self::Development => sdk::FunctionStage::Development,
            Self::Live => sdk::FunctionStage::Live,
        }
    }
}

/// What a function is besides its code. The runtime is always cloudfront-js-2.0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionConfig {
    /// Free text.
    pub comment: String,
    /// The key value store it may read.
    pub store_arn: Option<String>,
}

/// A function in one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its ARN, the same in both stages.
    pub arn: String,
    /// What it is besides its code.
    pub config: FunctionConfig,
    /// CloudFront's word for its status, such as `UNPUBLISHED` or `DEPLOYED`.
    pub status: Option<String>,
    /// Version of this stage.
    pub etag: ETag,
    /// Whether the runtime is the one we use; another one is drift.
    pub runtime_is_current: bool,
}

/// A function in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionSummary {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its comment.
    pub comment: String,
}

impl CloudFront {
    /// Creates a function in stage DEVELOPMENT.
    ///
    /// # Errors
    /// `Exists` when the name is taken, `Quota` when the code is too large.
    pub async fn create_function(
        &self,
        name: &str,
        config: &FunctionConfig,
        code: &[u8],
        tags: &Tags,
    ) -> Result<Function> {
        const OPERATION: &str = "CreateFunction";
        let built = sdk_config(config).map_err(self.caller.unbuilt(OPERATION, name))?;
        let tags = super::tagging::sdk_tags(tags).map_err(self.caller.unbuilt(OPERATION, name))?;
        let request = self
            .client
            .create_function()
            .name(name)
            .function_config(built)
            .function_code(Blob::new(code))
            .tags(tags)
            .send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        self.function(OPERATION, name, answer.function_summary, answer.e_tag)
    }

    /// Reads a stage, without its code. `NotFound` also when that stage does not exist yet.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn describe_function(&self, name: &str, stage: Stage) -> Result<Function> {
        const OPERATION: &str = "DescribeFunction";
        let request = self
            .client
            .describe_function()
            .name(name)
            .stage(stage.sdk_stage())
            .send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        self.function(OPERATION, name, answer.function_summary, answer.e_tag)
    }

    /// The code of a stage.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn function_code(&self, name: &str, stage: Stage) -> Result<Vec<u8>> {
        const OPERATION: &str = "GetFunction";
        let request = self.client.get_function().name(name).stage(stage.sdk_stage()).send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        answer
            .function_code
            .map(Blob::into_inner)
            .ok_or_else(|| self.caller.incomplete(OPERATION, name))
    }

    /// Replaces configuration and code in stage DEVELOPMENT; `etag` is that of DEVELOPMENT.
    ///
    /// # Errors
    /// `Conflict` when the ETag is stale.
    pub async fn update_function(
        &self,
        name: &str,
        etag: &ETag,
        config: &FunctionConfig,
        code: &[u8],
    ) -> Result<Function> {
        const OPERATION: &str = "UpdateFunction";
        let built = sdk_config(config).map_err(self.caller.unbuilt(OPERATION, name))?;
        let request = self
            .client
            .update_function()
            .name(name)
            .if_match(etag.as_str())
            .function_config(built)
            .function_code(Blob::new(code))
            .send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        match answer.e_tag {
            Some(etag) => self.function(OPERATION, name, answer.function_summary, Some(etag)),
            None => self.describe_function(name, Stage::Development).await,
        }
    }

    /// Publishes DEVELOPMENT to LIVE; `etag` is that of DEVELOPMENT.
    ///
    /// # Errors
    /// `Conflict` when the ETag is stale.
    pub async fn publish_function(&self, name: &str, etag: &ETag) -> Result<()> {
        let request = self.client.publish_function().name(name).if_match(etag.as_str()).send();
        self.caller.call("PublishFunction", name, request).await?;
        Ok(())
    }

    /// Deletes a function; `etag` is that of DEVELOPMENT.
    ///
    /// # Errors
    /// `InUse` while a distribution runs it.
    pub async fn delete_function(&self, name: &str, etag: &ETag) -> Result<()> {
        let request = self.client.delete_function().name(name).if_match(etag.as_str()).send();
        self.caller.call("DeleteFunction", name, request).await?;
        Ok(())
    }

    /// All functions of the account, in stage DEVELOPMENT.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn list_functions(&self) -> Result<Vec<FunctionSummary>> {
        let mut found = Vec::new();
        let mut marker = None;
        loop {
            let request = self
                .client
                .list_functions()
                .stage(sdk::FunctionStage::Development)
                .set_marker(marker)
                .send();
            let answer = self.caller.call("ListFunctions", "*", request).await?;
            let Some(list) = answer.function_list else {
                return Ok(found);
            };
            found.extend(list.items.unwrap_or_default().into_iter().map(summary));
            marker = list.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(found);
            }
        }
    }

    /// The functions that read a store.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn functions_of_store(&self, store_arn: &str) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for function in self.list_functions().await? {
            let described = self.describe_function(&function.name, Stage::Development).await;
            let described = crate::error::optional(described)?;
            if described.is_some_and(|it| it.config.store_arn.as_deref() == Some(store_arn)) {
                found.push(function.name);
            }
        }
        Ok(found)
    }

    fn function(
        &self,
        operation: &'static str,
        name: &str,
        summary: Option<sdk::FunctionSummary>,
        etag: Option<String>,
    ) -> Result<Function> {
        let incomplete = || self.caller.incomplete(operation, name);
        let summary = summary.ok_or_else(incomplete)?;
        let arn = summary
            .function_metadata
            .map(|metadata| metadata.function_arn)
            .ok_or_else(incomplete)?;
        let config = summary.function_config.ok_or_else(incomplete)?;
        Ok(Function {
            name: summary.name,
            arn,
            status: summary.status,
            etag: etag.map(ETag).ok_or_else(incomplete)?,
            runtime_is_current: config.runtime == sdk::FunctionRuntime::CloudfrontJs20,
            config: FunctionConfig {
                comment: config.comment,
                store_arn: config
                    .key_value_store_associations
                    .and_then(|stores| stores.items)
                    .and_then(|stores| stores.into_iter().next())
                    .map(|store| store.key_value_store_arn),
            },
        })
    }
}

fn summary(summary: sdk::FunctionSummary) -> FunctionSummary {
    FunctionSummary {
        name: summary.name,
        arn: summary
            .function_metadata
            .map(|metadata| metadata.function_arn)
            .unwrap_or_default(),
        comment: summary.function_config.map(|config| config.comment).unwrap_or_default(),
    }
}

fn sdk_config(config: &FunctionConfig) -> Result<sdk::FunctionConfig, BuildError> {
    let mut stores = Vec::new();
    if let Some(arn) = &config.store_arn {
        let store = sdk::KeyValueStoreAssociation::builder().key_value_store_arn(arn);
        stores.push(store.build()?);
    }
    let stores = sdk::KeyValueStoreAssociations::builder()
        .quantity(quantity(stores.len()))
        .set_items(Some(stores))
        .build()?;
    sdk::FunctionConfig::builder()
        .comment(&config.comment)
        .runtime(sdk::FunctionRuntime::CloudfrontJs20)
        .key_value_store_associations(stores)
        .build()
}
