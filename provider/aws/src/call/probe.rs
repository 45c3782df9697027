//! What a call tells about itself while it runs, and the hooks in the SDK by which it does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef, InterceptorContext,
};
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

tokio::task_local! {
    pub(super) static PROBE: Arc<Probe>;
}

/// What one call tells about itself while it runs.
#[derive(Debug)]
pub(super) struct Probe {
    operation: &'static str,
    pub(super) tries: AtomicU32,
    pub(super) date: AtomicU64,
    on_the_wire: watch::Sender<bool>,
}

impl Probe {
    pub(super) fn new(operation: &'static str) -> Arc<Self> {
        Arc::new(Self {
            operation,
            tries: AtomicU32::new(0),
            date: AtomicU64::new(0),
            on_the_wire: watch::Sender::new(false),
        })
    }

    pub(super) async fn stopped_between_tries(&self, stop: &CancellationToken) {
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

/// Where the SDK's patience is too long for somebody who waits for an apply.
#[derive(Debug)]
pub(crate) struct Patience;

/// Tries of a host that does not answer at all: a wrong endpoint or no network, which minutes do not heal.
const UNREACHABLE_TRIES: u32 = 5;
/// Tries of a test of a function: its failure is a server error by status, and rarely passes.
const FUNCTION_TEST_TRIES: u32 = 3;

impl ClassifyRetry for Patience {
    fn name(&self) -> &'static str {
        "ZtPatience"
    }

    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let tries = PROBE.try_with(|probe| (probe.operation, probe.tries.load(Ordering::Relaxed)));
        let (Ok((operation, tries)), Some(Err(error))) = (tries, context.output_or_error()) else {
            return RetryAction::NoActionIndicated;
        };
        let unreachable = error.is_connector_error() && tries >= UNREACHABLE_TRIES;
        let failing_test = operation == "TestFunction" && tries >= FUNCTION_TEST_TRIES;
        if unreachable || failing_test || is_quota(context) {
            RetryAction::RetryForbidden
        } else {
            RetryAction::NoActionIndicated
        }
    }
}

/// A quota that is used up, which no waiting frees. The SDK counts the code as throttling, as DynamoDB means it; Secrets
/// Manager and Lambda mean the quota.
fn is_quota(context: &InterceptorContext) -> bool {
    const CODE: &[u8] = b"LimitExceededException";
    let Some(response) = context.response() else {
        return false;
    };
    let header = response
        .headers()
        .get("x-amzn-errortype")
        .unwrap_or_default()
        .as_bytes();
    let body = response.body().bytes().unwrap_or_default();
    [header, body].into_iter().any(|text| {
        let code = text.windows(CODE.len()).position(|part| part == CODE);
        // Longer codes end alike; `RequestLimitExceededException` does mean the rate.
        code.is_some_and(|at| at == 0 || !text.get(at - 1).is_some_and(u8::is_ascii_alphabetic))
    })
}
