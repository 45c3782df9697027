//! Stop: what runs now ends, what comes later runs.

use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;

/// Hands out the stop signal of the present.
#[derive(Clone, Default)]
pub(crate) struct Stopper {
    current: Arc<Mutex<CancellationToken>>,
}

impl Stopper {
    /// The signal for a call that begins now.
    pub(crate) fn token(&self) -> CancellationToken {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops all calls that run now; later ones get a fresh signal.
    pub(crate) fn stop(&self) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *current).cancel();
    }
}
