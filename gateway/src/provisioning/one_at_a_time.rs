//! Changes of one resource happen one after the other: Entra works in parallel, and two PATCHes of a group must not
//! each build on what the other is about to change.

use crate::store::ResourceKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::OwnedMutexGuard;

/// Locks by resource; a lock exists while someone holds or awaits it. Clones share them: an instance that is reloaded takes turns
/// with the requests that still run in the version before it.
#[derive(Debug, Clone, Default)]
pub struct OneAtATime {
    locks: Arc<Mutex<HashMap<ResourceKey, Weak<tokio::sync::Mutex<()>>>>>,
}

/// Entries of finished work are swept when the map has grown to a multiple of this.
const SWEEP: usize = 1024;

impl OneAtATime {
    /// Waits for the turn to change `resource`; the turn ends when the guard is dropped.
    pub(super) async fn turn(&self, resource: &ResourceKey) -> OwnedMutexGuard<()> {
        self.lock_of(resource).lock_owned().await
    }

    fn lock_of(&self, resource: &ResourceKey) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(resource).and_then(Weak::upgrade) {
            return lock;
        }
        if locks.len() % SWEEP == SWEEP - 1 {
            locks.retain(|_, lock| lock.strong_count() > 0);
        }
        let lock = Arc::default();
        locks.insert(resource.clone(), Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::user;
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn a_second_change_waits_for_the_first_and_others_do_not() {
        let turns = OneAtATime::default();
        let one = user("1");
        let first = turns.turn(&one).await;
        let mut second = Box::pin(turns.turn(&one));
        assert!(second.as_mut().now_or_never().is_none());
        let _other = turns.turn(&user("2")).await;
        drop(first);
        second.await;
    }

    #[tokio::test]
    async fn finished_resources_do_not_pile_up() {
        let turns = OneAtATime::default();
        for id in 0..10 * SWEEP {
            turns.turn(&user(&id.to_string())).await;
        }
        assert!(turns.locks.lock().unwrap().len() <= SWEEP);
    }
}
