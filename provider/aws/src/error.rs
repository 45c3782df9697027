//! What went wrong at AWS, by kind.
//!
//! Promises: each failure of each service ends in one [`ErrorKind`], knows the call and the object, carries AWS's request
//! id where AWS answered, and can explain itself in one summary line and a detail that says what to do.
//! It refuses to know how Terraform shows diagnostics.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

mod classify;
mod explain;
#[cfg(test)]
mod tests;

pub(crate) use classify::classify;
pub use explain::Explanation;

/// Our code for credentials that could not be had, such as a role that cannot be assumed.
pub(crate) const NO_CREDENTIALS: &str = "CredentialsNotLoaded";

/// What a caller can do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The object does not exist.
    NotFound,
    /// An object of that name, or with that domain, exists already.
    Exists,
    /// Another writer was faster (ETag, lock token, revision): read again and recompute.
    Conflict,
    /// The object is still used by another one, or by replicas at the edge.
    InUse,
    /// AWS asked to slow down, and still did after all retries.
    Throttled,
    /// The credentials are not accepted or lack a permission.
    Denied,
    /// A limit of the account or of the service.
    Quota,
    /// The request is wrong: repeating it cannot help.
    Invalid,
    /// A fault on the way or at AWS, still there after all retries.
    Transient,
    /// The operation was cancelled by the user.
    Stopped,
    /// A deadline of our own passed.
    TimedOut,
    /// Anything else.
    Other,
}

/// A failed call.
pub struct AwsError(Box<Details>);

#[derive(Debug)]
pub(crate) struct Details {
    pub(crate) kind: ErrorKind,
    pub(crate) service: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) object: String,
    pub(crate) request_id: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) message: String,
    pub(crate) tries: u32,
    pub(crate) elapsed: Duration,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

impl AwsError {
    pub(crate) fn from_details(details: Details) -> Self {
        Self(Box::new(details))
    }

    /// A failure of our own, without a call having been answered.
    pub(crate) fn own(
        kind: ErrorKind,
        service: &'static str,
        operation: &'static str,
        object: &str,
        message: impl Into<String>,
    ) -> Self {
        Self::from_details(Details {
            kind,
            service,
            operation,
            object: object.to_owned(),
            request_id: None,
            code: None,
            message: message.into(),
            tries: 0,
            elapsed: Duration::ZERO,
            source: None,
        })
    }

    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.message = source.to_string();
        self.0.source = Some(Box::new(source));
        self
    }

    /// What a caller can do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the same call may succeed later without any change.
    #[must_use]
    pub fn retryable(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Throttled | ErrorKind::Transient)
    }

    /// AWS's name of the service, such as `CloudFront`.
    #[must_use]
    pub fn service(&self) -> &'static str {
        self.0.service
    }

    /// AWS's name of the call, such as `CreateFunction`.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// Name, id or ARN of the object the call was about.
    #[must_use]
    pub fn object(&self) -> &str {
        &self.0.object
    }

    /// AWS's id of the request, for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// AWS's error code.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// AWS's message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// How often the call was tried.
    #[must_use]
    pub fn tries(&self) -> u32 {
        self.0.tries
    }

    /// How long all tries took.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Whether the object is gone.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// Whether another writer was faster.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.0.kind == ErrorKind::Conflict
    }

    /// Whether the user cancelled the operation.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.kind == ErrorKind::Stopped
    }

    /// The IAM action that was refused, such as `cloudfront:CreateFunction`, when the credentials lack a permission.
    #[must_use]
    pub fn denied_action(&self) -> Option<String> {
        explain::denied_action(&self.0)
    }

    /// The resource on which the action was refused, as far as AWS said or the call tells.
    #[must_use]
    pub fn denied_resource(&self) -> Option<String> {
        explain::denied_resource(&self.0)
    }

    /// A summary in one line and a detail that says what happened, why, and what to do.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        explain::explain(&self.0)
    }
}

impl fmt::Debug for AwsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The source is left out: SDK errors print whole responses.
        formatter
            .debug_struct("AwsError")
            .field("kind", &self.0.kind)
            .field("service", &self.0.service)
            .field("operation", &self.0.operation)
            .field("object", &self.0.object)
            .field("code", &self.0.code)
            .field("message", &self.0.message)
            .field("request_id", &self.0.request_id)
            .field("tries", &self.0.tries)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for AwsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} {} of {} failed",
            self.0.service, self.0.operation, self.0.object
        )
    }
}

impl StdError for AwsError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

/// The result of a call.
pub type Result<T, E = AwsError> = std::result::Result<T, E>;

/// Turns "not found" into `None`.
///
/// # Errors
/// Every other failure.
pub fn optional<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
