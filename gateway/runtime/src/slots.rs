//! Who may run. A full pool is an error in wasmtime; here it is a short wait, and then a 503.

use super::call_error::CallError;
use super::engine::RuntimeLimits;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// The slots of all connectors, and one connector's share of them.
#[derive(Debug, Clone)]
pub(crate) struct Slots {
    all: Arc<Semaphore>,
    own: Arc<Semaphore>,
    count: usize,
    queue: Duration,
}

impl Slots {
    pub(crate) fn new(limits: &RuntimeLimits) -> Self {
        Self {
            all: Arc::new(Semaphore::new(limits.slots)),
            own: Arc::new(Semaphore::new(limits.slots_per_connector.min(limits.slots))),
            count: limits.slots,
            queue: limits.queue,
        }
    }

    /// The same slots, with a share for another connector.
    pub(crate) fn share(&self, limits: &RuntimeLimits) -> Self {
        let own = Arc::new(Semaphore::new(limits.slots_per_connector.min(limits.slots)));
        Self { own, ..self.clone() }
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Takes a slot of the connector's own share first: an operation that waits there keeps no other connector out.
    pub(crate) async fn take(&self, deadline: Instant) -> Result<[OwnedSemaphorePermit; 2], CallError> {
        let begun = Instant::now();
        let full = || CallError::PoolFull { slots: self.count, waited: begun.elapsed() };
        let both = async {
            let own = Arc::clone(&self.own).acquire_owned().await.ok()?;
            let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
            Some([all, own])
        };
        timeout_at(deadline.min(begun + self.queue), both).await.ok().flatten().ok_or_else(full)
    }
}
