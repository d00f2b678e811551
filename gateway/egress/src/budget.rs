//! What one operation may still spend on its app.

use tokio::time::{Duration, Instant};

/// The remaining calls and the deadline of one operation.
#[derive(Debug, Clone)]
pub struct Budget {
    calls: u32,
    deadline: Instant,
}

/// An answer that arrives this close to the deadline is of no use.
const MARGIN: Duration = Duration::from_millis(100);

impl Budget {
    /// `calls` calls until `deadline`.
    #[must_use]
    pub fn new(calls: u32, deadline: Instant) -> Self {
        Self { calls, deadline }
    }

    /// When the operation ends.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The latest time at which a call is worth starting.
    pub(crate) fn latest(&self) -> Instant {
        self.deadline.checked_sub(MARGIN).unwrap_or(self.deadline)
    }

    /// Takes one call; `false` if none is left.
    pub(crate) fn take(&mut self) -> bool {
        self.calls.checked_sub(1).map(|left| self.calls = left).is_some()
    }

    /// Whether a wait leaves time for a call after it. An app may ask for any wait: one that exceeds the range of the clock
    /// exceeds the deadline, too.
    pub(crate) fn allows(&self, wait: Duration) -> bool {
        Instant::now().checked_add(wait).is_some_and(|end| end < self.latest())
    }
}
