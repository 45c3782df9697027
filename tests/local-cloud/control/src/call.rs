//! One AWS call as the proxy understands it: who, which service and operation, on which object.

use std::collections::BTreeMap;

/// What a call does to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    Create,
    Update,
    Delete,
    Read,
}

impl Effect {
    /// The effect that AWS's naming of operations promises.
    pub(crate) fn of_operation(operation: &str) -> Self {
        const CREATE: &[&str] = &["Create", "Request", "Import"];
        const DELETE: &[&str] = &["Delete", "Remove", "Terminate", "Abort"];
        const READ: &[&str] = &[
            "Get", "List", "Describe", "Head", "Test", "Check", "Lookup", "Decode", "Simulate", "Invoke", "Assume",
            "Receive", "Filter", "Search", "Select", "Verify", "Validate", "Batch",
        ];
        let starts = |set: &[&str]| set.iter().any(|verb| operation.starts_with(verb));
        match operation {
            "PublishVersion" | "AddPermission" | "PutRolePolicy" | "PutBucketPolicy" | "PutObject" | "CopyObject" => {
                Self::Create
            }
            "PutLoggingConfiguration" | "AttachRolePolicy" | "PutRule" | "PutTargets" => Self::Create,
            "DetachRolePolicy" => Self::Delete,
            _ if starts(CREATE) => Self::Create,
            _ if starts(DELETE) => Self::Delete,
            _ if starts(READ) || operation.is_empty() => Self::Read,
            _ => Self::Update,
        }
    }

    /// Whether the call changes anything.
    pub fn mutates(self) -> bool {
        self != Self::Read
    }
}

/// How a service writes its errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// CloudFront: `ErrorResponse` in XML with CloudFront's name space.
    RestXml,
    /// S3: a bare `Error` in XML.
    S3,
    /// IAM, STS: `ErrorResponse` in XML with the service's name space.
    Query,
    /// WAFv2, Secrets Manager and others: `__type` in JSON.
    Json,
    /// Lambda, KeyValueStore: the code in the `x-amzn-ErrorType` header.
    RestJson,
}

/// A named call.
#[derive(Debug, Clone)]
pub struct Call {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) operation: String,
    /// Members of the path, decoded, by the names of AWS's model.
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) signed: bool,
    /// The program that calls, as its user agent begins.
    pub(crate) agent: String,
}

impl Call {
    pub(crate) fn effect(&self) -> Effect {
        Effect::of_operation(&self.operation)
    }

    pub(crate) fn protocol(&self) -> Protocol {
        match self.service.as_str() {
            "cloudfront" | "route53" => Protocol::RestXml,
            "s3" => Protocol::S3,
            "iam" | "sts" => Protocol::Query,
            "lambda" | "cloudfront-keyvaluestore" | "scheduler" => Protocol::RestJson,
            _ => Protocol::Json,
        }
    }

    /// A path member; empty when the path has none of that name.
    pub(crate) fn label(&self, name: &str) -> &str {
        self.labels.get(name).map(String::as_str).unwrap_or_default()
    }

    pub(crate) fn is(&self, service: &str, operation: &str) -> bool {
        self.service == service && self.operation == operation
    }
}
