//! An amount that is divided fairly among however many instances want some.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// An amount of which everyone may take as long as they have less than there is for the others. One instance alone gets half of
/// it, two a third each, and ten an eleventh; about as much as the largest has is always free for whoever comes next. (Switches divide their
/// buffers in the same way: "dynamic thresholds", Choudhury and Hahne 1998.)
pub(crate) struct FairPool(Arc<Inner>);

struct Inner {
    total: usize,
    free: Mutex<usize>,
    /// Told whenever something is given back.
    freed: Notify,
}

/// One instance's part of a pool. Cheap to clone; the clones are one part.
#[derive(Clone)]
pub(crate) struct FairPart {
    pool: Arc<Inner>,
    /// What it has. Changed under the lock of the pool.
    own: Arc<Mutex<usize>>,
}

/// An amount that was taken; given back when dropped.
#[derive(Debug)]
pub(crate) struct Taken {
    part: FairPart,
    amount: usize,
}

impl FairPool {
    pub(crate) fn new(total: usize) -> Self {
        Self(Arc::new(Inner { total, free: Mutex::new(total), freed: Notify::new() }))
    }

    /// The part of one more instance, which has nothing yet.
    pub(crate) fn part(&self) -> FairPart {
        FairPart { pool: Arc::clone(&self.0), own: Arc::default() }
    }
}

impl FairPart {
    /// Nothing yet, to which [`Taken::add`] adds.
    pub(crate) fn nothing(&self) -> Taken {
        Taken { part: self.clone(), amount: 0 }
    }

    /// Takes an amount, if it is there for this instance.
    pub(crate) fn take(&self, amount: usize) -> Option<Taken> {
        let mut taken = self.nothing();
        taken.add(amount).then_some(taken)
    }

    /// Takes an amount as soon as it is there.
    pub(crate) async fn wait(&self, amount: usize) -> Taken {
        loop {
            let mut freed = std::pin::pin!(self.pool.freed.notified());
            // Registered first, so that what is freed between the two lines is not missed.
            freed.as_mut().enable();
            if let Some(taken) = self.take(amount) {
                return taken;
            }
            freed.await;
        }
    }

    /// All of the pool.
    pub(crate) fn total(&self) -> usize {
        self.pool.total
    }
}

impl Taken {
    /// Takes more; false, and nothing is taken, if it is not there for this instance.
    pub(crate) fn add(&mut self, amount: usize) -> bool {
        let (mut free, mut own) = (lock(&self.part.pool.free), lock(&self.part.own));
        let after = own.saturating_add(amount);
        if after > *free {
            return false;
        }
        *free -= amount;
        *own = after;
        self.amount += amount;
        true
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if self.amount == 0 {
            return;
        }
        *lock(&self.part.pool.free) += self.amount;
        *lock(&self.part.own) -= self.amount;
        self.part.pool.freed.notify_waiters();
    }
}

fn lock(number: &Mutex<usize>) -> MutexGuard<'_, usize> {
    number.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for FairPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FairPool({} of {})", lock(&self.0.free), self.0.total)
    }
}

impl fmt::Debug for FairPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FairPart({} of {})", lock(&self.own), self.pool.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    /// All that an instance gets, in ones.
    fn all(part: &FairPart) -> Vec<Taken> {
        std::iter::from_fn(|| part.take(1)).collect()
    }

    #[test]
    fn each_gets_as_much_as_it_leaves_to_the_others() {
        let pool = FairPool::new(256);
        let (one, two) = (pool.part(), pool.part());
        let first = all(&one);
        assert_eq!(first.len(), 128);
        // The second takes from what the first left, and both keep what they have.
        assert_eq!(all(&two).len(), 64);
        drop(first);
        assert_eq!(all(&two).len(), 128);
    }

    #[test]
    fn however_many_are_greedy_there_is_one_for_the_next() {
        let pool = FairPool::new(256);
        let greedy: Vec<FairPart> = (0..20).map(|_| pool.part()).collect();
        let mut taken = Vec::new();
        // In turn, as they do who ask at the same time.
        for _ in 0..256 {
            taken.extend(greedy.iter().filter_map(|part| part.take(1)));
        }
        assert!((20 * 12..20 * 13).contains(&taken.len()), "a twenty-first each, not {}", taken.len());
        assert!(pool.part().take(1).is_some());
    }

    #[tokio::test]
    async fn who_waits_gets_what_another_gives_back() {
        let pool = FairPool::new(1);
        let held = pool.part().take(1);
        let (part, other) = (pool.part(), pool.part());
        let mut waiting = Box::pin(part.wait(1));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(other.wait(1).now_or_never());
        drop(held);
        waiting.await;
    }

    #[test]
    fn what_is_not_there_is_not_taken_and_what_is_taken_comes_back() {
        let pool = FairPool::new(100);
        let mut some = pool.part().nothing();
        assert!(some.add(30) && !some.add(50) && some.add(20));
        assert!(!some.add(1), "half");
        drop(some);
        assert!(pool.part().take(100).is_some(), "all, for who has nothing");
    }
}
