//! Waiting for a state: named pending and target states, a deadline, and an end when the user stops.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::error::{AwsError, ErrorKind, Result};
use crate::retry::Backoff;

/// What is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Wait<'a> {
    /// The service, as in errors.
    pub service: &'static str,
    /// Name, id or ARN of the object.
    pub object: &'a str,
    /// States to wait in. Any other state that is no target is an error.
    pub pending: &'static [&'static str],
    /// States that end the wait.
    pub target: &'static [&'static str],
    /// How long at most.
    pub limit: Duration,
    /// The longest pause between two looks.
    pub pause: Duration,
}

impl Wait<'_> {
    /// Looks until the state is a target. `look` yields the state and the object.
    ///
    /// # Errors
    /// The failure of `look`, an unexpected state, the deadline, or "stopped".
    pub async fn run<T, F, Fut>(&self, stop: &CancellationToken, mut look: F) -> Result<T>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<(String, T)>>,
    {
        let deadline = Instant::now() + self.limit;
        let mut backoff = Backoff::new(Duration::from_millis(50).min(self.pause), self.pause);
        loop {
            let (state, found) = look().await?;
            if self.target.contains(&state.as_str()) {
                return Ok(found);
            }
            if !self.pending.contains(&state.as_str()) {
                return Err(self.failure(
                    ErrorKind::Other,
                    format!(
                        "it is in state {state}, which is neither {} nor {}",
                        self.pending.join(", "),
                        self.target.join(", ")
                    ),
                ));
            }
            if Instant::now() >= deadline {
                return Err(self.failure(
                    ErrorKind::TimedOut,
                    format!(
                        "it is still in state {state} after {} s; waited for {}",
                        self.limit.as_secs(),
                        self.target.join(", ")
                    ),
                ));
            }
            if !backoff.pause(stop).await {
                return Err(self.failure(
                    ErrorKind::Stopped,
                    format!("the operation was cancelled while it was in state {state}"),
                ));
            }
        }
    }

    fn failure(&self, kind: ErrorKind, message: String) -> AwsError {
        AwsError::own(kind, self.service, "wait", self.object, message)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const WAIT: Wait<'static> = Wait {
        service: "CloudFront",
        object: "E1",
        pending: &["InProgress"],
        target: &["Deployed"],
        limit: Duration::from_secs(30),
        pause: Duration::from_secs(5),
    };

    async fn check(states: &'static [&'static str]) -> std::result::Result<usize, ErrorKind> {
        let looks = Cell::new(0);
        WAIT.run(&CancellationToken::new(), || {
            let look = looks.get();
            looks.set(look + 1);
            async move { Ok((states[look.min(states.len() - 1)].to_owned(), look + 1)) }
        })
        .await
        .map_err(|error| error.kind())
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_by_target_by_surprise_or_by_deadline() {
        assert_eq!(check(&["InProgress", "InProgress", "Deployed"]).await, Ok(3));
        assert_eq!(check(&["InProgress", "Broken"]).await, Err(ErrorKind::Other));
        assert_eq!(check(&["InProgress"]).await, Err(ErrorKind::TimedOut));
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_when_the_user_stops() {
        let stop = CancellationToken::new();
        stop.cancel();
        let outcome = WAIT.run(&stop, || async { Ok(("InProgress".to_owned(), ())) }).await;
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Stopped);
    }
}
