//! Who may run: a full pool is an error in wasmtime, here it is a short wait and then an honest 503.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::engine::RuntimeLimits;
use super::error::CallError;

/// The places of all connectors, and one connector's share of them.
#[derive(Debug, Clone)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    own: Arc<Semaphore>,
    count: usize,
    queue: Duration,
}

impl Places {
    pub(super) fn new(limits: &RuntimeLimits) -> Self {
        Self {
            all: Arc::new(Semaphore::new(limits.places)),
            own: Arc::new(Semaphore::new(limits.places_per_connector.min(limits.places))),
            count: limits.places,
            queue: limits.queue,
        }
    }

    /// The same places with a share for another connector.
    pub(super) fn share(&self, limits: &RuntimeLimits) -> Self {
        let own = Arc::new(Semaphore::new(limits.places_per_connector.min(limits.places)));
        Self { own, ..self.clone() }
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// A place in the own share first: who waits there keeps nobody else out.
    pub(super) async fn take(&self, deadline: Instant) -> Result<[OwnedSemaphorePermit; 2], CallError> {
        let begun = Instant::now();
        let full = || CallError::PoolFull { places: self.count, waited: begun.elapsed() };
        let both = async {
            let own = Arc::clone(&self.own).acquire_owned().await.ok()?;
            let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
            Some([all, own])
        };
        timeout_at(deadline.min(begun + self.queue), both).await.ok().flatten().ok_or_else(full)
    }
}
