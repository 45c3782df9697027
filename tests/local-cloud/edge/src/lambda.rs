//! Lambda@Edge on viewer-request: a numbered version from its zip, run by Node, judged by the Developer Guide's restrictions.

mod event;
mod package;
mod process;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::aws_api::ApiError;
use crate::message::{Refusal, Request};
use crate::view::{Distribution, Reader};
use crate::viewer_function::Decision;

pub(crate) use process::{Nodes, Warm};

/// The longest a viewer event may take.
const LONGEST: Duration = Duration::from_secs(30);

/// A published version, unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LambdaVersion {
    pub arn: String,
    pub account: String,
    pub name: String,
    pub version: String,
    pub runtime: String,
    pub handler: String,
    /// ARN of its execution role.
    pub role: String,
    pub memory: u64,
    pub timeout: Duration,
    pub directory: PathBuf,
}

impl LambdaVersion {
    /// Reads the version behind an ARN, or says why Lambda@Edge would not take it.
    pub(crate) async fn read(reader: &Reader<'_>, arn: &str) -> Result<Arc<Self>, ApiError> {
        let refuse = |why: &str| ApiError::unreadable(arn, why);
        let parts: Vec<&str> = arn.split(':').collect();
        let (name, version) = match parts[..] {
            [_, _, "lambda", "us-east-1", _, "function", name, version] => (name, version),
            _ => return Err(refuse("not the ARN of a version in us-east-1")),
        };
        if version.is_empty() || !version.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refuse("not a numbered version"));
        }
        let answer = reader
            .api
            .json(
                reader.account,
                "lambda",
                &format!("/2015-03-31/functions/{name}?Qualifier={version}"),
            )
            .await?;
        let configuration = &answer["Configuration"];
        permitted(configuration).map_err(|why| refuse(&why))?;
        let digest = configuration["CodeSha256"]
            .as_str()
            .ok_or_else(|| refuse("no code digest"))?;
        let key = format!("{arn} {digest} {}", configuration["LastModified"]);
        let mut known = reader.lambdas.lock().await;
        if let Some(version) = known.get(&key) {
            return Ok(Arc::clone(version));
        }
        let location = answer["Code"]["Location"]
            .as_str()
            .ok_or_else(|| refuse("no code location"))?;
        let zip = reader.api.get(reader.account, "lambda", location).await?.body;
        let directory = package::unpack(reader.state_dir, &zip, &format!("{}-{name}-{version}", reader.account))
            .map_err(|e| refuse(&e.to_string()))?;
        let text = |member: &str| configuration[member].as_str().unwrap_or_default().to_owned();
        let found = Arc::new(Self {
            arn: arn.to_owned(),
            account: reader.account.to_owned(),
            name: name.to_owned(),
            version: version.to_owned(),
            runtime: text("Runtime"),
            handler: text("Handler"),
            role: text("Role"),
            memory: configuration["MemorySize"].as_u64().unwrap_or(128),
            timeout: Duration::from_secs(configuration["Timeout"].as_u64().unwrap_or(3)).min(LONGEST),
            directory,
        });
        known.insert(key, Arc::clone(&found));
        Ok(found)
    }

    /// Runs the function on a viewer request.
    pub(crate) async fn on_request(
        &self,
        warm: Warm<'_>,
        distribution: &Distribution,
        request: &Request,
        include_body: bool,
    ) -> Result<Decision, Refusal> {
        let event = event::viewer_request(distribution, request, include_body);
        let result = warm
            .invoke(self, &event)
            .await
            .map_err(|why| Refusal::new(503, "LambdaExecutionError", format!("function {}: {why}", self.name)))?;
        event::decide(request, &result, include_body)
            .map_err(|why| crate::header_rules::invalid_lambda_result(&self.name, why))
    }
}

/// What a function at the edge must not have.
fn permitted(configuration: &Value) -> Result<(), String> {
    let holds = |path: &str| match configuration.pointer(path) {
        Some(Value::Array(list)) => !list.is_empty(),
        Some(Value::Object(map)) => !map.is_empty(),
        Some(Value::String(text)) => !text.is_empty(),
        _ => false,
    };
    for (path, what) in [
        ("/Environment/Variables", "environment variables"),
        ("/Layers", "layers"),
        ("/VpcConfig/SubnetIds", "a VPC"),
        ("/DeadLetterConfig/TargetArn", "a dead-letter queue"),
        ("/KMSKeyArn", "a customer key"),
    ] {
        if holds(path) {
            return Err(format!("a function at the edge has no {what}"));
        }
    }
    if configuration["TracingConfig"]["Mode"].as_str() == Some("Active") {
        return Err("a function at the edge has no X-Ray tracing".to_owned());
    }
    if configuration["PackageType"].as_str() == Some("Image") {
        return Err("a function at the edge is no container image".to_owned());
    }
    if configuration["Architectures"]
        .as_array()
        .is_some_and(|a| a.iter().any(|x| x.as_str() != Some("x86_64")))
    {
        return Err("a function at the edge runs on x86_64".to_owned());
    }
    if configuration["EphemeralStorage"]["Size"]
        .as_u64()
        .is_some_and(|s| s > 512)
    {
        return Err("a function at the edge has at most 512 MB of storage".to_owned());
    }
    match configuration["Runtime"].as_str() {
        Some("nodejs22.x" | "nodejs24.x" | "nodejs26.x") => Ok(()),
        other => Err(format!("runtime {} does not run here", other.unwrap_or("(none)"))),
    }
}
