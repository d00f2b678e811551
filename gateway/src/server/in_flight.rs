//! How many operations run at once, and waiting until none does.
//!
//! Threat: one tenant whose app is slow, or whose client asks without end, takes every place and so stops all others. So the
//! gateway as a whole has a bound, and each instance a share of it.

use std::sync::Arc;
use std::time::Duration;

use scim_protocol::error::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::Failure;

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

    /// One instance's share where at most `bound` operations run in all: a quarter.
    #[must_use]
    pub fn share(bound: usize) -> Self {
        Self::new((bound / 4).max(1))
    }

    /// A place.
    ///
    /// # Errors
    /// 503 with Retry-After when all are taken; `bound` names what is used up, for the operator.
    pub(super) fn enter(&self, bound: &str) -> Result<Place, Failure> {
        let permit = Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            let error = Error::unavailable("the gateway is busy; send the same request again");
            Failure::from(error)
                .because(format!("more operations at once than {bound}"))
                .retry_after(Duration::from_secs(1))
        })?;
        Ok(Place { _permit: permit })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_has_a_quarter_and_at_least_one() {
        for (bound, share) in [(512, 128), (5, 1), (1, 1)] {
            let places = InFlight::share(bound);
            let taken: Vec<_> = (0..share).map(|_| places.enter("its share")).collect();
            assert!(taken.iter().all(Result::is_ok), "{bound}");
            let refused = places.enter("its share").unwrap_err();
            assert_eq!((refused.error().status, places.count()), (503, share), "{bound}");
        }
    }
}
