//! The work that is done for one operation, whoever does it.
//!
//! Its mapping counts steps, its connector processor time; together they may take what the operation may. Steps are counted as time
//! at a fixed rate, so that a budget means the same on every machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// A step in nanoseconds: more than it takes in a release build.
const NANOS_OF_STEP: u64 = 100;

/// What was used so far. The clones count together.
#[derive(Debug, Clone, Default)]
pub struct Work(Arc<AtomicU64>);

impl Work {
    /// The connector has computed.
    pub fn add(&self, time: Duration) {
        self.0.fetch_add(nanos(time), Relaxed);
    }

    /// All that was used.
    #[must_use]
    pub fn spent(&self) -> Duration {
        Duration::from_nanos(self.0.load(Relaxed))
    }

    /// The mapping has taken steps. Returns all that was used, in steps.
    pub(super) fn add_steps(&self, steps: u64) -> u64 {
        let nanos = steps.saturating_mul(NANOS_OF_STEP);
        self.0.fetch_add(nanos, Relaxed).saturating_add(nanos) / NANOS_OF_STEP
    }
}

/// The steps that fit into a time.
pub(super) fn steps(time: Duration) -> u64 {
    nanos(time) / NANOS_OF_STEP
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
