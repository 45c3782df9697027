//! The circumstances of one call: who calls, until when, and whether to stop.

use std::future::Future;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// What the calling Terraform can do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClientCapabilities {
    /// It keeps write-only values out of plan and state (Terraform 1.11 and later).
    pub write_only_attributes_allowed: bool,
    /// It can be told that a resource cannot be planned yet.
    pub deferral_allowed: bool,
}

/// Why a wait ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Interrupted {
    /// Terraform asked to stop.
    #[error("stopped by the user")]
    Stopped,
    /// The time for the operation is over.
    #[error("deadline exceeded")]
    DeadlineExceeded,
}

/// Handed to every operation. Each wait and each batch of work goes through it, so that stop means stop.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Cancelled when Terraform asks to stop what runs now.
    pub stop: CancellationToken,
    /// The version that configured this provider.
    pub terraform_version: Option<String>,
    /// What the calling Terraform can do.
    pub client: ClientCapabilities,
    deadline: Option<Instant>,
}

impl Context {
    /// A context under this stop signal.
    pub fn new(stop: CancellationToken) -> Self {
        Self {
            stop,
            ..Self::default()
        }
    }

    /// When the operation's time is over.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The same, ending after this time at the latest.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        let end = Instant::now().checked_add(timeout);
        let deadline = match (self.deadline, end) {
            (Some(now), Some(new)) => Some(now.min(new)),
            (now, new) => now.or(new),
        };
        Self {
            deadline,
            ..self.clone()
        }
    }

    /// Whether to begin another piece of work.
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.stop.is_cancelled() {
            return Err(Interrupted::Stopped);
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(Interrupted::DeadlineExceeded),
            _ => Ok(()),
        }
    }

    /// Waits, unless stopped or out of time.
    pub async fn sleep(&self, time: Duration) -> Result<(), Interrupted> {
        self.run(tokio::time::sleep(time)).await
    }

    /// Runs something that may be dropped at any point, unless stopped or out of time.
    pub async fn run<T>(&self, work: impl Future<Output = T>) -> Result<T, Interrupted> {
        self.check()?;
        let expiry = async {
            match self.deadline {
                Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(Interrupted::Stopped),
            done = work => Ok(done),
            () = expiry => Err(Interrupted::DeadlineExceeded),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stop_ends_a_wait() {
        let context = Context::default();
        context.stop.cancel();
        assert_eq!(
            context.sleep(Duration::from_secs(3600)).await,
            Err(Interrupted::Stopped)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_ends_a_wait_and_never_moves_outwards() {
        let context = Context::default().with_timeout(Duration::ZERO);
        assert_eq!(
            context.sleep(Duration::from_secs(3600)).await,
            Err(Interrupted::DeadlineExceeded)
        );
        let later = context.with_timeout(Duration::from_secs(3600));
        assert_eq!(later.deadline(), context.deadline());
    }
}
