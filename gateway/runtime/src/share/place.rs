//! The places in which connectors run. A full pool is an error in wasmtime; here it is a short wait, and then a 503.

use super::fair_pool::{FairPart, Taken};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// No place became free in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoPlace {
    /// The places of all instances together.
    pub(crate) total: usize,
    pub(crate) waited: Duration,
}

/// One instance's places.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    part: FairPart,
    /// How long an operation waits for one.
    queue: Duration,
}

impl Places {
    pub(crate) fn new(part: FairPart, queue: Duration) -> Self {
        Self { part, queue }
    }

    /// The places of all instances.
    pub(crate) fn total(&self) -> usize {
        self.part.total()
    }

    /// Takes a place. Who waits for one holds nothing.
    pub(crate) async fn take(&self, deadline: Instant) -> Result<Taken, NoPlace> {
        let begun = Instant::now();
        let taken = timeout_at(deadline.min(begun + self.queue), self.part.wait(1)).await;
        taken.map_err(|_| NoPlace { total: self.total(), waited: begun.elapsed() })
    }
}
