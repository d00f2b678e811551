//! Limits how many operations run at once, and waits until none is running.
//!
//! Threat: one tenant with a slow app, or with a client that never stops asking, takes every permit and blocks all others. So
//! the gateway as a whole has a limit, and each instance may use a share of it.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A counter with an upper limit.
#[derive(Debug, Clone)]
pub struct InFlight {
    permits: Arc<Semaphore>,
    limit: usize,
}

/// Permission for one operation to run; given back when dropped.
#[derive(Debug)]
pub struct Permit {
    _permit: OwnedSemaphorePermit,
}

/// Every permit is taken. The text is the operator's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("more concurrent operations than {limit}")]
pub struct Busy {
    /// Which limit was reached.
    pub limit: &'static str,
}

impl InFlight {
    /// At most `limit` operations at once.
    pub fn new(limit: usize) -> Self {
        let limit = limit.min(Semaphore::MAX_PERMITS);
        Self { permits: Arc::new(Semaphore::new(limit)), limit }
    }

    /// One instance's share, a quarter, when at most `total` operations run in the whole gateway.
    #[must_use]
    pub fn share_of(total: usize) -> Self {
        Self::new((total / 4).max(1))
    }

    /// Takes a permit.
    ///
    /// # Errors
    /// [`Busy`] when all are taken; `limit` names the limit, for the operator.
    pub fn try_enter(&self, limit: &'static str) -> Result<Permit, Busy> {
        let permit = Arc::clone(&self.permits).try_acquire_owned().map_err(|_| Busy { limit })?;
        Ok(Permit { _permit: permit })
    }

    /// How many operations are running.
    pub fn count(&self) -> usize {
        self.limit.saturating_sub(self.permits.available_permits())
    }

    /// Waits until no operation is running.
    pub async fn idle(&self) {
        // The semaphore is never closed, so this never fails.
        let all = u32::try_from(self.limit).unwrap_or(u32::MAX);
        let _ = self.permits.acquire_many(all).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_has_a_quarter_and_at_least_one() {
        for (total, share) in [(512, 128), (5, 1), (1, 1)] {
            let in_flight = InFlight::share_of(total);
            let taken: Vec<_> = (0..share).map(|_| in_flight.try_enter("its share")).collect();
            assert!(taken.iter().all(Result::is_ok), "{total}");
            let busy = in_flight.try_enter("its share").unwrap_err();
            assert_eq!((busy, in_flight.count()), (Busy { limit: "its share" }, share), "{total}");
        }
    }
}
