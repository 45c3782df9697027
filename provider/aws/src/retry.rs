//! When to try again: one policy for all calls, and one pause for our own loops.
//!
//! The SDK's standard (or adaptive) mode retries throttling and transient faults with jittered backoff and a budget shared
//! by all calls of a service. Our own loops (conflicts, objects that are not yet visible) pause by [`Backoff`], which ends
//! when the token is cancelled. A conflict is never retried by the policy: its caller has to read again first.

use std::future::Future;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use aws_smithy_types::retry::RetryConfig;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::error::{AwsError, ErrorKind, Result};

/// How often a call is tried when nobody says otherwise: hashicorp/aws's default.
pub const DEFAULT_MAX_ATTEMPTS: u32 = 25;

/// How the SDK spaces its retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RetryMode {
    /// Jittered backoff and a budget.
    #[default]
    Standard,
    /// The same, with a rate limit on the client's side that follows AWS's throttling.
    Adaptive,
}

impl RetryMode {
    /// Reads AWS's word for it.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "standard" => Some(Self::Standard),
            "adaptive" => Some(Self::Adaptive),
            _ => None,
        }
    }
}

pub(crate) fn sdk_policy(mode: RetryMode, max_attempts: u32) -> RetryConfig {
    let config = match mode {
        RetryMode::Standard => RetryConfig::standard(),
        RetryMode::Adaptive => RetryConfig::adaptive(),
    };
    config.with_max_attempts(max_attempts.max(1))
}

/// A growing pause with full jitter.
#[derive(Debug, Clone)]
pub struct Backoff {
    ceiling: Duration,
    most: Duration,
}

impl Backoff {
    /// The first pause is at most `first`, each next one at most twice as long, none longer than `most`.
    #[must_use]
    pub fn new(first: Duration, most: Duration) -> Self {
        Self { ceiling: first, most }
    }

    /// Pauses. Returns false when the token was cancelled.
    pub async fn pause(&mut self, stop: &CancellationToken) -> bool {
        let length = self.next_length();
        tokio::select! {
            biased;
            () = stop.cancelled() => false,
            () = tokio::time::sleep(length) => true,
        }
    }

    fn next_length(&mut self) -> Duration {
        let ceiling = self.ceiling;
        self.ceiling = (ceiling * 2).min(self.most);
        // Half of it is certain, so that the pauses do grow; the rest is chance.
        ceiling.mul_f64(0.5 + 0.5 * chance())
    }
}

/// A number from 0 to 1, different in each process and call. Jitter needs no better source.
fn chance() -> f64 {
    let bits = RandomState::new().build_hasher().finish() >> 32;
    f64::from(u32::try_from(bits).unwrap_or_default()) / f64::from(u32::MAX)
}

/// Repeats `call` while it fails in a way that `passing` accepts, until `limit` has passed.
///
/// # Errors
/// The last failure, or "stopped" when the token was cancelled.
pub async fn repeat_while<T, F, Fut>(
    stop: &CancellationToken,
    limit: Duration,
    passing: impl Fn(&AwsError) -> bool,
    mut call: F,
) -> Result<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let deadline = Instant::now() + limit;
    let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(10));
    loop {
        let error = match call().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if !passing(&error) || Instant::now() >= deadline {
            return Err(error);
        }
        if !backoff.pause(stop).await {
            return Err(AwsError::own(
                ErrorKind::Stopped,
                error.service(),
                error.operation(),
                error.object(),
                "the operation was cancelled",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_below_the_most() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));
        let lengths: Vec<Duration> = (0..8).map(|_| backoff.next_length()).collect();
        for (round, length) in lengths.iter().enumerate() {
            let ceiling = Duration::from_millis(100 << round.min(4)).min(Duration::from_secs(1));
            assert!(
                *length >= ceiling / 2 && *length <= ceiling,
                "round {round}: {length:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_pause_ends_at_once_when_the_user_stops() {
        let stop = CancellationToken::new();
        stop.cancel();
        let mut backoff = Backoff::new(Duration::from_secs(60), Duration::from_secs(60));
        assert!(!backoff.pause(&stop).await);
    }
}
