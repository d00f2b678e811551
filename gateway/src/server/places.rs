//! The places for connections, and which connection leaves when a new client comes.
//!
//! Threat: somebody opens connections and sends nothing, until no place is left. So a connection without a running request gives its
//! place to a new one when all are taken, the one that has been idle for longest first. A client that finds its idle connection
//! closed opens another, as it does when a server closes one that was idle for too long (RFC 9112 §9.3.1); a request that has
//! arrived is always answered.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// The places of one listener. A cheap handle.
#[derive(Debug, Clone)]
pub(super) struct Places {
    places: Arc<Semaphore>,
    idle: Arc<Idle>,
}

/// The connections without a running request.
#[derive(Debug, Default)]
struct Idle {
    queue: Mutex<Queue>,
    /// Another connection has become idle.
    more: Notify,
    /// A connection that was asked to leave had just received a request.
    stays: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    next: u64,
    /// By the time since when they have been idle.
    waiting: BTreeMap<u64, Arc<Notify>>,
}

/// The place of one connection; given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    idle: Arc<Idle>,
    leave: Arc<Notify>,
    use_of_it: Mutex<Use>,
    _permit: OwnedSemaphorePermit,
}

#[derive(Debug)]
struct Use {
    /// Requests in progress, and answers that the client has not taken yet.
    busy: usize,
    /// The number in the queue, while there are none.
    number: Option<u64>,
}

/// While it exists, its connection is not asked to leave.
#[derive(Debug)]
pub(super) struct Busy(Arc<Place>);

impl Places {
    pub(super) fn new(most: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))), idle: Arc::default() }
    }

    /// Takes a place. If all are taken, the connection that has been idle for longest leaves; if all are busy, it waits.
    pub(super) async fn place(&self) -> Arc<Place> {
        let mut permit = pin!(Arc::clone(&self.places).acquire_owned());
        loop {
            let room = async {
                if self.make_room() { self.idle.stays.notified().await } else { self.idle.more.notified().await }
            };
            tokio::select! {
                biased;
                // The semaphore is never closed.
                Ok(permit) = &mut permit => return Place::new(Arc::clone(&self.idle), permit),
                () = room => {}
            }
        }
    }

    /// Asks the connection that has been idle for longest to leave; false if all are busy.
    pub(super) fn make_room(&self) -> bool {
        let oldest = self.idle.queue.lock().unwrap_or_else(PoisonError::into_inner).waiting.pop_first();
        oldest.map(|(_, leave)| leave.notify_one()).is_some()
    }
}

impl Idle {
    fn enter(&self, leave: &Arc<Notify>) -> u64 {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let number = queue.next;
        queue.next += 1;
        queue.waiting.insert(number, Arc::clone(leave));
        drop(queue);
        self.more.notify_one();
        number
    }

    fn quit(&self, number: u64) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).waiting.remove(&number);
    }
}

impl Place {
    fn new(idle: Arc<Idle>, permit: OwnedSemaphorePermit) -> Arc<Self> {
        let leave = Arc::new(Notify::new());
        let number = Some(idle.enter(&leave));
        Arc::new(Self { idle, leave, use_of_it: Mutex::new(Use { busy: 0, number }), _permit: permit })
    }

    /// Keeps the place for a request until the value is dropped.
    pub(super) fn occupy(self: &Arc<Self>) -> Busy {
        let mut used = self.use_of_it.lock().unwrap_or_else(PoisonError::into_inner);
        used.busy += 1;
        if let Some(number) = used.number.take() {
            self.idle.quit(number);
        }
        drop(used);
        Busy(Arc::clone(self))
    }

    /// Resolves when this connection has to leave.
    pub(super) async fn wanted(&self) {
        loop {
            self.leave.notified().await;
            if self.use_of_it.lock().unwrap_or_else(PoisonError::into_inner).busy == 0 {
                return;
            }
            self.idle.stays.notify_one();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let used = self.use_of_it.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = used.number.take() {
            self.idle.quit(number);
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let Place { idle, leave, use_of_it, .. } = &*self.0;
        let mut used = use_of_it.lock().unwrap_or_else(PoisonError::into_inner);
        used.busy -= 1;
        if used.busy == 0 {
            used.number = Some(idle.enter(leave));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    /// A place, which must be free.
    fn free(places: &Places) -> Arc<Place> {
        places.place().now_or_never().expect("a free place")
    }

    #[tokio::test]
    async fn the_connection_that_has_been_idle_for_longest_leaves() {
        let places = Places::new(3);
        let [first, second, third] = [(); 3].map(|()| free(&places));
        drop(first.occupy());
        let mut coming = pin!(places.place());
        assert!(coming.as_mut().now_or_never().is_none());
        assert!(second.wanted().now_or_never().is_some());
        assert!(first.wanted().now_or_never().is_none() && third.wanted().now_or_never().is_none());
        drop(second);
        coming.await;
    }

    #[tokio::test]
    async fn a_busy_connection_stays_and_the_next_one_leaves_instead() {
        let places = Places::new(2);
        let [first, second] = [(); 2].map(|()| free(&places));
        let mut coming = pin!(places.place());
        assert!(coming.as_mut().now_or_never().is_none());
        // A request arrives before the first connection has noticed.
        let busy = first.occupy();
        assert!(first.wanted().now_or_never().is_none());
        assert!(coming.as_mut().now_or_never().is_none());
        assert!(second.wanted().now_or_never().is_some());
        drop((second, busy));
        coming.await;
    }

    #[tokio::test]
    async fn while_all_are_busy_a_new_one_waits_for_the_first_to_become_idle() {
        let places = Places::new(1);
        let only = free(&places);
        let busy = only.occupy();
        let mut coming = pin!(places.place());
        assert!(coming.as_mut().now_or_never().is_none());
        drop(busy);
        assert!(coming.as_mut().now_or_never().is_none());
        only.wanted().await;
        drop(only);
        coming.await;
    }
}
