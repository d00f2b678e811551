//! Limits how many operations run at once, and waits until none is running.
//!
//! Threat: one tenant with a slow app, or with a client that never stops asking, takes every permit and blocks all others; so do a
//! few together, if each of them has a fixed share. So the gateway as a whole has a limit, and each instance may have as many permits
//! as it leaves free: half of them alone, a third if two want as many, and there is always one for who has none.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A counter with an upper limit.
#[derive(Debug, Clone)]
pub struct InFlight {
    permits: Arc<Semaphore>,
    limit: usize,
    /// Those of the whole gateway, if these are one instance's.
    all: Option<Arc<Semaphore>>,
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
        Self { permits: Arc::new(Semaphore::new(limit)), limit, all: None }
    }

    /// The share of one more instance. Its operations have entered the whole gateway before.
    #[must_use]
    pub fn share(&self) -> Self {
        Self { all: Some(Arc::clone(&self.permits)), ..Self::new(self.limit) }
    }

    /// Takes a permit.
    ///
    /// # Errors
    /// [`Busy`] when all are taken; `limit` names the limit, for the operator.
    pub fn try_enter(&self, limit: &'static str) -> Result<Permit, Busy> {
        if self.all.as_ref().is_some_and(|all| self.count() > all.available_permits()) {
            return Err(Busy { limit });
        }
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

    /// As many operations of an instance as are admitted.
    fn enter(all: &InFlight, share: &InFlight) -> Vec<(Permit, Permit)> {
        let one = || Some((all.try_enter("all").ok()?, share.try_enter("its share").ok()?));
        std::iter::from_fn(one).collect()
    }

    #[test]
    fn an_instance_has_as_many_as_it_leaves_free_and_the_next_has_some_too() {
        for (total, shares) in [(512, [256, 128, 64]), (5, [3, 1, 1]), (1, [1, 0, 0])] {
            let all = InFlight::new(total);
            let running = shares.map(|expected| {
                let share = all.share();
                let entered = enter(&all, &share);
                assert_eq!((entered.len(), share.count()), (expected, expected), "{total}");
                entered
            });
            drop(running);
            assert_eq!(all.count(), 0);
        }
    }

    #[test]
    fn who_is_refused_is_told_by_which_limit() {
        let all = InFlight::new(2);
        let share = all.share();
        let _running = enter(&all, &share);
        let _entered = all.try_enter("all");
        assert_eq!(share.try_enter("its share").unwrap_err(), Busy { limit: "its share" });
    }
}
