//! The time the edge goes by: the machine's, moved by what a test says.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

/// A clock that tests move. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct Clock {
    offset: Arc<watch::Sender<i64>>,
    /// The offset that whoever follows has taken over; none while nobody follows.
    arrived: Arc<watch::Sender<Option<i64>>>,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            offset: Arc::new(watch::Sender::new(0)),
            arrived: Arc::new(watch::Sender::new(None)),
        }
    }
}

impl Clock {
    /// Milliseconds since 1970.
    pub fn now(&self) -> i64 {
        let real = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| d.as_millis() as i64);
        real + self.offset()
    }

    /// How far it is ahead of the machine, in milliseconds.
    pub fn offset(&self) -> i64 {
        *self.offset.borrow()
    }

    /// Moves it forward, or back.
    pub fn advance(&self, milliseconds: i64) {
        self.offset.send_modify(|offset| *offset += milliseconds);
    }

    /// Back to the machine's time.
    pub fn reset(&self) {
        self.offset.send_replace(0);
    }

    /// Follows this clock from now on; there is one follower, which stands for all other parts.
    pub fn follow(&self) -> Follower {
        let offsets = self.offset.subscribe();
        self.arrived.send_replace(Some(self.offset()));
        Follower {
            offsets,
            arrived: Arc::clone(&self.arrived),
        }
    }

    /// Waits until the other parts go by this time too, so that nothing is begun by the old time and ended by the new one. Whoever
    /// follows bounds the wait: by saying so, or by going away.
    pub async fn arrival(&self) {
        let mut arrived = self.arrived.subscribe();
        // The sender of what is waited for is this clock's own.
        let _ = arrived
            .wait_for(|taken| taken.is_none_or(|offset| offset == self.offset()))
            .await;
    }
}

/// Takes the moves of a clock to the parts that have clocks of their own.
#[derive(Debug)]
pub struct Follower {
    offsets: watch::Receiver<i64>,
    arrived: Arc<watch::Sender<Option<i64>>>,
}

impl Follower {
    /// Waits for the next offset; for ever when the clock is gone.
    pub async fn next(&mut self) -> i64 {
        if self.offsets.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
        *self.offsets.borrow_and_update()
    }

    /// Says that all parts go by this offset.
    pub fn arrived(&self, offset: i64) {
        self.arrived.send_replace(Some(offset));
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.arrived.send_replace(None);
    }
}
