//! The time an app lives in. It is a value, so that a test lets a minute pass without waiting for it.

use jiff::{SignedDuration, Timestamp};
use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

/// The machine's clock or one that stands still; both can be moved forward.
#[derive(Debug)]
pub struct Clock {
    stands_at: Option<Timestamp>,
    ahead_millis: AtomicI64,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self { stands_at: None, ahead_millis: AtomicI64::new(0) }
    }

    /// A clock that stands still until it is moved.
    #[must_use]
    pub fn standing_at(time: Timestamp) -> Self {
        Self { stands_at: Some(time), ahead_millis: AtomicI64::new(0) }
    }

    /// Moves the clock forward.
    pub fn advance(&self, time: Duration) {
        self.ahead_millis.fetch_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead_millis.load(Ordering::Relaxed));
        self.stands_at.unwrap_or_else(Timestamp::now).saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }
}
