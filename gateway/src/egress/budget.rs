//! What one operation may still spend on its app.

use tokio::time::{Duration, Instant};

/// Calls left and the time by which everything must be over. One per operation.
#[derive(Debug, Clone)]
pub struct Budget {
    sends: u32,
    deadline: Instant,
}

/// An answer that would come later than this before the end is of no use.
const MARGIN: Duration = Duration::from_millis(100);

impl Budget {
    /// `sends` calls until `deadline`.
    #[must_use]
    pub fn new(sends: u32, deadline: Instant) -> Self {
        Self { sends, deadline }
    }

    /// When the operation ends.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The latest time at which it is worth while to begin a call.
    pub(super) fn latest(&self) -> Instant {
        self.deadline.checked_sub(MARGIN).unwrap_or(self.deadline)
    }

    /// Takes one call; `false` if none is left.
    pub(super) fn take(&mut self) -> bool {
        self.sends.checked_sub(1).map(|left| self.sends = left).is_some()
    }

    /// Whether a wait leaves time for something after it. An app may ask for a wait of any length: one beyond what a
    /// clock can hold is beyond the deadline, too.
    pub(super) fn allows(&self, wait: Duration) -> bool {
        Instant::now().checked_add(wait).is_some_and(|end| end < self.latest())
    }
}
