//! One call: counts its tries, learns AWS's time from its answers, stops between tries when its token is cancelled,
//! and turns every failure into an [`AwsError`].
//!
//! A request that is on the wire is always awaited: dropping it would leave us ignorant of whether AWS did it.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::error::{AwsError, Details, ErrorKind, NO_CREDENTIALS, Result, classify};

mod probe;
#[cfg(test)]
mod tests;

pub(crate) use probe::{Observer, Patience};
use probe::{PROBE, Probe};

/// Makes calls of one service.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) service: &'static str,
    pub(crate) stop: CancellationToken,
}

impl Caller {
    /// Runs one call of the SDK about one object.
    pub(crate) async fn call<T, E>(
        &self,
        operation: &'static str,
        object: &str,
        future: impl Future<Output = std::result::Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T>
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        self.dated(operation, object, future).await.map(|(value, _)| value)
    }

    /// The same, with AWS's time (seconds since 1970) from the Date header of the answer.
    pub(crate) async fn dated<T, E>(
        &self,
        operation: &'static str,
        object: &str,
        future: impl Future<Output = std::result::Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<(T, Option<u64>)>
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let stopped = || {
            let message = "the operation was cancelled";
            self.own(ErrorKind::Stopped, operation, object, message)
        };
        if self.stop.is_cancelled() {
            return Err(stopped());
        }
        let started = Instant::now();
        let probe = Probe::new(operation);
        // SDK futures are large; boxed they keep ours small.
        let mut work = pin!(PROBE.scope(Arc::clone(&probe), Box::pin(future)));
        let outcome = tokio::select! {
            biased;
            outcome = &mut work => outcome,
            () = probe.stopped_between_tries(&self.stop) => return Err(stopped()),
        };
        match outcome {
            Ok(value) => {
                let date = probe.date.load(Ordering::Relaxed);
                Ok((value, (date > 0).then_some(date)))
            }
            Err(error) => {
                let mut details = self.details(operation, object, error);
                details.tries = probe.tries.load(Ordering::Relaxed);
                details.elapsed = started.elapsed();
                Err(AwsError::from_details(details))
            }
        }
    }

    /// A failure of our own.
    pub(crate) fn own(
        &self,
        kind: ErrorKind,
        operation: &'static str,
        object: &str,
        message: impl Into<String>,
    ) -> AwsError {
        AwsError::own(kind, self.service, operation, object, message)
    }

    /// A request that could not be put together.
    pub(crate) fn unbuilt(&self, operation: &'static str, object: &str) -> impl FnOnce(BuildError) -> AwsError {
        let error = self.own(ErrorKind::Invalid, operation, object, "");
        move |source| error.with_source(source)
    }

    /// An answer that lacks what AWS documents it to have.
    pub(crate) fn incomplete(&self, operation: &'static str, object: &str) -> AwsError {
        self.own(
            ErrorKind::Other,
            operation,
            object,
            "the answer lacks a part that AWS documents",
        )
    }

    fn details<E>(&self, operation: &'static str, object: &str, error: SdkError<E, HttpResponse>) -> Details
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let response = error.raw_response();
        let status = response.map(|response| response.status().as_u16());
        let request_id = response.and_then(request_id);
        let (code, message) = match error.as_service_error() {
            Some(answer) => (answer.code(), answer.message().unwrap_or_default()),
            None => (None, ""),
        };
        let code = code.map(str::to_owned);
        let message = if message.is_empty() && error.as_service_error().is_none() {
            chain(&error)
        } else {
            message.to_owned()
        };
        // The SDK tells this in words only.
        let no_credentials =
            matches!(error, SdkError::DispatchFailure(_)) && message.contains("while loading credentials");
        let code = code.or_else(|| no_credentials.then(|| NO_CREDENTIALS.to_owned()));
        let kind = match &error {
            _ if no_credentials => ErrorKind::Denied,
            SdkError::ServiceError(_) => classify(operation, code.as_deref(), status, &message),
            SdkError::ResponseError(_) => classify(operation, None, status, &message),
            SdkError::TimeoutError(_) => ErrorKind::Transient,
            SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => ErrorKind::Transient,
            _ => ErrorKind::Other,
        };
        Details {
            kind,
            service: self.service,
            operation,
            object: object.to_owned(),
            request_id,
            code,
            message,
            tries: 0,
            elapsed: std::time::Duration::ZERO,
            source: Some(Box::new(Cause(chain(&error)))),
        }
    }
}

/// The SDK's errors hold whole responses, and those can hold secrets: only their texts are kept.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Cause(String);

fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}

fn request_id(response: &HttpResponse) -> Option<String> {
    ["x-amzn-requestid", "x-amz-request-id", "x-amz-requestid"]
        .iter()
        .find_map(|name| response.headers().get(*name))
        .map(str::to_owned)
}
