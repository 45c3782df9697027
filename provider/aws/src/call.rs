//! One call: counts its tries, learns AWS's time from its answers, stops between tries when its token is cancelled,
//! and turns every failure into an [`AwsError`].
//!
//! A request that is on the wire is always awaited: dropping it would leave us ignorant of whether AWS did it.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::error::{AwsError, Details, ErrorKind, Result, classify};

tokio::task_local! {
    static PROBE: Arc<Probe>;
}

/// What one call tells about itself while it runs.
#[derive(Debug)]
struct Probe {
    tries: AtomicU32,
    date: AtomicU64,
    on_the_wire: watch::Sender<bool>,
}

impl Probe {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            tries: AtomicU32::new(0),
            date: AtomicU64::new(0),
            on_the_wire: watch::Sender::new(false),
        })
    }

    async fn stopped_between_tries(&self, stop: &CancellationToken) {
        stop.cancelled().await;
        let mut state = self.on_the_wire.subscribe();
        // The sender lives as long as self, so waiting cannot fail.
        let _ = state.wait_for(|busy| !busy).await;
    }
}

/// The interceptor of every client of ours.
#[derive(Debug, Clone)]
pub(crate) struct Observer {
    pub(crate) user_agent: Option<String>,
}

impl Intercept for Observer {
    fn name(&self) -> &'static str {
        "ZtObserver"
    }

    // After signing: the user agent is not part of the signature.
    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        if let Some(ours) = &self.user_agent {
            let headers = context.request_mut().headers_mut();
            let full = match headers.get("user-agent") {
                Some(theirs) => format!("{ours} {theirs}"),
                None => ours.clone(),
            };
            headers.try_insert("user-agent", full)?;
        }
        Ok(())
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        let _ = PROBE.try_with(|probe| {
            probe.tries.fetch_add(1, Ordering::Relaxed);
            probe.on_the_wire.send_replace(true);
        });
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        if let Some(date) = context.response().headers().get("date").and_then(seconds) {
            let _ = PROBE.try_with(|probe| probe.date.store(date, Ordering::Relaxed));
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        let _ = PROBE.try_with(|probe| probe.on_the_wire.send_replace(false));
        Ok(())
    }
}

fn seconds(date: &str) -> Option<u64> {
    let parsed = aws_smithy_types::DateTime::from_str(date, Format::HttpDate).ok()?;
    u64::try_from(parsed.secs()).ok()
}

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
        let started = Instant::now();
        let probe = Probe::new();
        // SDK futures are large; boxed they keep ours small.
        let mut work = pin!(PROBE.scope(Arc::clone(&probe), Box::pin(future)));
        let outcome = tokio::select! {
            biased;
            outcome = &mut work => outcome,
            () = probe.stopped_between_tries(&self.stop) => {
                return Err(self.own(ErrorKind::Stopped, operation, object, "the operation was cancelled"));
            }
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
        let kind = match &error {
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
