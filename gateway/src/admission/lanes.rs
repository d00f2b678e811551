//! How many workers one instance's computations may occupy at a time.
//!
//! Threat: a client of one instance sends many requests that are expensive to understand, such as a PATCH with thousands of elements.
//! Each is bounded and yields, but together they stand before everybody else's in the queue of every worker. So once a poll of an
//! instance's operation has taken long, its operations occupy only half of the workers for a while, and wait for each other instead
//! of for the workers. Operations that compute little never notice.

use crate::config::InstanceName;
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

/// A poll that takes longer than this is heavy. Most take a fraction of it.
const HEAVY: Duration = Duration::from_millis(2);
/// How long an instance is watched after a heavy poll.
const WATCHED: Duration = Duration::from_secs(1);

/// The lanes of all instances. A cheap handle.
#[derive(Debug, Clone)]
pub struct Lanes {
    /// The workers that one instance may occupy with heavy polls.
    width: usize,
    lanes: Arc<Mutex<HashMap<InstanceName, Weak<Lane>>>>,
}

/// The lane of one instance; it exists while one of its operations runs.
#[derive(Debug, Default)]
struct Lane(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    polling: usize,
    watched_until: Option<Instant>,
    waiting: Vec<Waker>,
}

/// A poll that may go on; its end lets the next one in.
struct Polling<'a> {
    lane: &'a Lane,
    begun: Instant,
}

impl Lanes {
    /// For a runtime with so many workers.
    #[must_use]
    pub fn new(workers: usize) -> Self {
        Self { width: (workers / 2).max(1), lanes: Arc::default() }
    }

    /// Runs an operation in the lane of its instance, as soon as `instance` knows it.
    pub async fn run<F: Future>(&self, instance: impl Fn() -> Option<InstanceName>, operation: F) -> F::Output {
        let mut operation = pin!(operation);
        let mut lane: Option<Arc<Lane>> = None;
        poll_fn(|context| {
            if lane.is_none() {
                lane = instance().map(|name| self.lane(name));
            }
            match &lane {
                None => operation.as_mut().poll(context),
                Some(lane) => match lane.enter(self.width, Instant::now(), context.waker()) {
                    Some(_polling) => operation.as_mut().poll(context),
                    None => Poll::Pending,
                },
            }
        })
        .await
    }

    fn lane(&self, instance: InstanceName) -> Arc<Lane> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(&instance).and_then(Weak::upgrade) {
            return lane;
        }
        lanes.retain(|_, lane| lane.strong_count() > 0);
        let lane = Arc::new(Lane::default());
        lanes.insert(instance, Arc::downgrade(&lane));
        lane
    }
}

impl Lane {
    /// Lets a poll in, or wakes its task when it is worth another try.
    fn enter(&self, width: usize, now: Instant, waker: &Waker) -> Option<Polling<'_>> {
        let mut state = self.state();
        let watched = state.watched_until.is_some_and(|until| now < until);
        if watched && state.polling >= width {
            state.waiting.push(waker.clone());
            return None;
        }
        state.polling += 1;
        drop(state);
        Some(Polling { lane: self, begun: now })
    }

    fn leave(&self, begun: Instant, now: Instant) {
        let mut state = self.state();
        state.polling -= 1;
        if now.saturating_duration_since(begun) > HEAVY {
            state.watched_until = Some(now + WATCHED);
        }
        // All of them: one that is gone must not be the only one that is woken.
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        self.lane.leave(self.begun, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::task::yield_now;

    fn acme() -> Option<InstanceName> {
        "acme".parse().ok()
    }

    #[test]
    fn a_lane_is_narrow_only_for_a_while_after_a_heavy_poll() {
        let (lane, start, waker) = (Lane::default(), Instant::now(), Waker::noop());
        let polls: Vec<_> = (0..9).map_while(|_| lane.enter(2, start, waker)).collect();
        assert_eq!(polls.len(), 9, "light ones do not wait");
        drop(polls);
        lane.state().polling += 1;
        lane.leave(start, start + HEAVY * 2);
        let polls: Vec<_> = (0..9).map_while(|_| lane.enter(2, start + HEAVY * 2, waker)).collect();
        assert_eq!((polls.len(), lane.state().waiting.len()), (2, 1));
        drop(polls);
        assert!(lane.state().waiting.is_empty(), "who waits is woken");
        let later = start + HEAVY * 2 + WATCHED;
        assert_eq!((0..9).map_while(|_| lane.enter(2, later, waker)).collect::<Vec<_>>().len(), 9);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn heavy_operations_of_one_instance_leave_workers_to_others_and_all_finish() {
        let lanes = Lanes::new(2);
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let heavy = (0..32).map(|_| {
            let (lanes, now, most) = (lanes.clone(), Arc::clone(&now), Arc::clone(&most));
            tokio::spawn(async move {
                let work = async {
                    for round in 0..5 {
                        let at_once = now.fetch_add(1, Ordering::SeqCst) + 1;
                        // What follows the first heavy poll is watched.
                        if round > 1 {
                            most.fetch_max(at_once, Ordering::SeqCst);
                        }
                        let begun = Instant::now();
                        while begun.elapsed() < HEAVY * 2 {
                            std::hint::spin_loop();
                        }
                        now.fetch_sub(1, Ordering::SeqCst);
                        yield_now().await;
                    }
                };
                lanes.run(acme, work).await;
            })
        });
        for task in heavy.collect::<Vec<_>>() {
            task.await.expect("finished");
        }
        assert_eq!(most.load(Ordering::SeqCst), 1);
        assert!(lanes.lanes.lock().expect("the lanes").values().all(|lane| lane.strong_count() == 0));
    }
}
