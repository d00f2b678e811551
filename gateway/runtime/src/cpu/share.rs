//! Which operations compute at the same time.

use super::thread_time::thread_time;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The slots in which heavy operations of all instances compute.
#[derive(Debug, Clone)]
pub(crate) struct HeavyLane {
    slots: Arc<Semaphore>,
    processors: usize,
}

/// One instance's share of the processors. Cheap to clone; the clones are one share.
#[derive(Debug, Clone)]
pub(crate) struct CpuShare {
    own: Arc<Semaphore>,
    heavy: Arc<Semaphore>,
}

/// An operation's turn to compute; ends when dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) lane: Option<OwnedSemaphorePermit>,
    /// `None` would mean that the semaphore was closed, which never happens.
    _own: Option<OwnedSemaphorePermit>,
    /// The processor time of its thread when the turn began.
    pub(crate) began: Duration,
}

impl HeavyLane {
    /// Half of the processors, at least one.
    pub(crate) fn of(processors: usize) -> Self {
        let processors = processors.div_ceil(2).max(1);
        Self { slots: Arc::new(Semaphore::new(processors)), processors }
    }

    /// A share for one more instance.
    pub(crate) fn share(&self) -> CpuShare {
        CpuShare { own: Arc::new(Semaphore::new(self.processors)), heavy: Arc::clone(&self.slots) }
    }
}

impl CpuShare {
    /// Fair: first come, first served. The semaphores are never closed, so there is always a slot in the end.
    pub(crate) async fn enter(self, heavy: bool) -> Turn {
        // The lane first: while this operation waits for it, light operations of its instance continue.
        let lane = if heavy { self.heavy.acquire_owned().await.ok() } else { None };
        Turn { lane, _own: self.own.acquire_owned().await.ok(), began: thread_time() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_processor_is_shared_too() {
        for (processors, slots) in [(0, 1), (1, 1), (2, 1), (3, 2), (8, 4)] {
            assert_eq!(HeavyLane::of(processors).slots.available_permits(), slots);
        }
    }
}
