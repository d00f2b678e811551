//! How many operations run at once, and waiting until none does.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A count with a bound.
#[derive(Debug, Clone)]
pub struct InFlight {
    places: Arc<Semaphore>,
    bound: usize,
}

/// One operation that runs; ends when dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl InFlight {
    /// At most `bound` operations at once.
    pub fn new(bound: usize) -> Self {
        let bound = bound.min(Semaphore::MAX_PERMITS);
        Self { places: Arc::new(Semaphore::new(bound)), bound }
    }

    /// A place, or nothing when all are taken.
    pub(super) fn enter(&self) -> Option<Place> {
        let permit = Arc::clone(&self.places).try_acquire_owned().ok()?;
        Some(Place { _permit: permit })
    }

    /// How many operations run now.
    pub fn count(&self) -> usize {
        self.bound.saturating_sub(self.places.available_permits())
    }

    /// Waits until no operation runs.
    pub async fn idle(&self) {
        // The semaphore is never closed, so this fails never.
        let all = u32::try_from(self.bound).unwrap_or(u32::MAX);
        let _ = self.places.acquire_many(all).await;
    }
}
