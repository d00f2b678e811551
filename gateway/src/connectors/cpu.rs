//! Processor time: one operation's budget, looked at in ticks, and one instance's share.
//!
//! At a tick ([`super::ticks`]), running code notices at its next loop or call. It then yields, so that one
//! connector cannot keep a worker thread, and is stopped once it has used up its budget. What is charged is the processor time of the
//! thread that it ran on since it last began to run, so neither a wait nor a busy machine costs it anything. What it computed before
//! a wait is charged when the wait begins: else one that often waits a little would compute for nothing.
//!
//! Yielding alone is not fair: thirty spinning operations of one instance, a tick each, are thirty ticks between two turns of another's.
//! So an instance computes on no more than half of the processors at a time, whatever it is asked, and operations that have computed
//! for longer than [`HEAVY`] (which few honest ones do) take turns for half of the processors among all instances, which
//! rest for as long as they have computed: so whatever many hostile connectors do in the long run takes a quarter of the machine.
//! Who waits for its app, for the store or for a clock gives its place back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::{StoreContextMut, UpdateDeadline};

use super::host::HostState;

/// What an operation computes before it takes turns with others of its kind.
const HEAVY: Duration = Duration::from_millis(10);

/// The places where heavy operations of all instances compute.
#[derive(Debug, Clone)]
pub(super) struct HeavyLane {
    places: Arc<Semaphore>,
    processors: usize,
}

/// One instance's share of the processors. Cheap to clone; the clones are one share.
#[derive(Debug, Clone)]
pub struct CpuShare {
    own: Arc<Semaphore>,
    heavy: Arc<Semaphore>,
}

/// One operation's processor time.
#[derive(Debug)]
pub(super) struct CpuBudget {
    limit: Duration,
    tick: Duration,
    used: Duration,
    /// What it had used when it last gave way to others.
    rested_at: Duration,
    share: CpuShare,
    /// Its present turn. Shared with the future in which it waits for the next one.
    turn: Arc<Mutex<Option<Turn>>>,
}

/// While an operation computes; ends when dropped.
#[derive(Debug)]
struct Turn {
    lane: Option<OwnedSemaphorePermit>,
    /// None would mean that the semaphore was closed, which it never is.
    _own: Option<OwnedSemaphorePermit>,
    /// The processor time of its thread when it began.
    began: Duration,
}

impl HeavyLane {
    /// Half of the processors, at least one.
    pub(super) fn of(processors: usize) -> Self {
        let processors = processors.div_ceil(2).max(1);
        Self { places: Arc::new(Semaphore::new(processors)), processors }
    }

    /// A share for one more instance.
    pub(super) fn share(&self) -> CpuShare {
        CpuShare { own: Arc::new(Semaphore::new(self.processors)), heavy: Arc::clone(&self.places) }
    }
}

impl CpuShare {
    /// Fair: who came first computes first. The semaphores are never closed, so there is always a place in the end.
    async fn enter(self, heavy: bool) -> Turn {
        // The lane first: while it waits for that, its instance's light operations go on.
        let lane = if heavy { self.heavy.acquire_owned().await.ok() } else { None };
        Turn { lane, _own: self.own.acquire_owned().await.ok(), began: thread_time() }
    }
}

impl CpuBudget {
    pub(super) fn new(limit: Duration, tick: Duration, share: CpuShare) -> Self {
        Self { limit, tick, used: Duration::ZERO, rested_at: Duration::ZERO, share, turn: Arc::default() }
    }

    /// The connector waits from here on. Whether its time is used up is seen at the next tick.
    pub(super) fn pause(&mut self) {
        drop(self.charge());
    }

    /// The connector is about to run, for the first time or after the host has done something for it.
    pub(super) async fn resume(&mut self) {
        let turn = self.share.clone().enter(self.is_heavy()).await;
        *lock(&self.turn) = Some(turn);
    }

    /// The connector waits for something that it chose itself, as often as it likes: so its place rests as it does at a tick.
    pub(super) async fn while_waiting<T>(&mut self, wait: impl Future<Output = T>) -> T {
        let lane = self.charge().and_then(|turn| turn.lane);
        self.rested_at = self.used;
        let (done, ()) = futures_util::future::join(wait, rest(lane, self.tick)).await;
        self.resume().await;
        done
    }

    /// What to do with running code at a tick.
    pub(super) fn on_tick(mut store: StoreContextMut<'_, HostState>) -> wasmtime::Result<UpdateDeadline> {
        let cpu = &mut store.data_mut().cpu;
        if cpu.has_just_rested() {
            return Ok(UpdateDeadline::Continue(1));
        }
        let lane = cpu.charge().and_then(|turn| turn.lane);
        if cpu.used > cpu.limit {
            return Ok(UpdateDeadline::Interrupt);
        }
        cpu.rested_at = cpu.used;
        let (share, heavy, turn, tick) = (cpu.share.clone(), cpu.is_heavy(), Arc::clone(&cpu.turn), cpu.tick);
        let next = async move {
            rest(lane, tick).await;
            let entered = share.enter(heavy).await;
            *lock(&turn) = Some(entered);
        };
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(next)))
    }

    /// Whether it has computed so little since it last rested, in however many turns, that there is nothing to rest for: the ticks that
    /// passed were those of a wait.
    fn has_just_rested(&self) -> bool {
        let running = lock(&self.turn).as_ref().map_or(Duration::ZERO, |turn| thread_time().saturating_sub(turn.began));
        let used = self.used + running;
        used <= self.limit && used.saturating_sub(self.rested_at) < self.tick / 2
    }

    fn is_heavy(&self) -> bool {
        self.used >= HEAVY
    }

    /// Ends the turn and counts what was computed in it.
    fn charge(&mut self) -> Option<Turn> {
        let turn = lock(&self.turn).take()?;
        self.used += thread_time().saturating_sub(turn.began);
        Some(turn)
    }
}

/// Between two turns.
async fn rest(lane: Option<OwnedSemaphorePermit>, tick: Duration) {
    match lane {
        // The place rests, not only who held it: else there is always another one to compute.
        Some(place) => {
            tokio::time::sleep(tick).await;
            drop(place);
        }
        // Those that wait for this thread come first, also when there is a place at once.
        None => tokio::task::yield_now().await,
    }
}

fn lock(turn: &Mutex<Option<Turn>>) -> MutexGuard<'_, Option<Turn>> {
    turn.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The processor time that this thread has used. A turn begins and ends within one poll, so on one thread.
fn thread_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn budget(share: &CpuShare) -> CpuBudget {
        CpuBudget::new(Duration::from_secs(60), Duration::from_millis(5), share.clone())
    }

    #[tokio::test]
    async fn an_instance_that_computes_on_its_share_leaves_the_rest_to_others() {
        let lane = HeavyLane::of(4);
        let (share, other) = (lane.share(), lane.share());
        let (mut one, mut two, mut three) = (budget(&share), budget(&share), budget(&share));
        one.resume().await;
        two.resume().await;
        assert!(three.resume().now_or_never().is_none(), "two of four processors");
        budget(&other).resume().await;
        one.pause();
        three.resume().await;
        drop(two);
        one.resume().await;
    }

    #[tokio::test]
    async fn heavy_operations_of_all_instances_take_turns_and_light_ones_do_not_wait_for_them() {
        let lane = HeavyLane::of(2);
        let heavy = || CpuBudget { used: Duration::from_millis(10), ..budget(&lane.share()) };
        let (mut one, mut two) = (heavy(), heavy());
        one.resume().await;
        assert!(two.resume().now_or_never().is_none());
        budget(&two.share).resume().await;
        one.pause();
        two.resume().await;
    }

    #[tokio::test]
    async fn who_waits_is_charged_for_what_it_computed_before_and_lets_others_compute_meanwhile() {
        let lane = HeavyLane::of(2);
        let heavy = || CpuBudget { used: Duration::from_millis(10), ..budget(&lane.share()) };
        let (mut one, mut two) = (heavy(), heavy());
        one.resume().await;
        one.while_waiting(async {
            two.resume().await;
            // Of the same thread, and not the one's.
            let begun = thread_time();
            while thread_time() - begun < Duration::from_millis(20) {}
            two.pause();
        })
        .await;
        one.pause();
        assert!(one.used < Duration::from_millis(20) && two.used >= Duration::from_millis(30), "{one:?} {two:?}");
    }

    #[test]
    fn a_single_processor_is_shared_too() {
        for (processors, places) in [(0, 1), (1, 1), (2, 1), (3, 2), (8, 4)] {
            assert_eq!(HeavyLane::of(processors).places.available_permits(), places);
        }
    }
}
