//! Processor time: one operation's budget, counted in ticks, and one instance's share.
//!
//! A thread advances the engine's epoch; running code notices at its next loop or call. It then yields, so that one
//! connector cannot keep a worker thread, and is stopped once it has used up its budget. A connector that waits for
//! its app notices a tick too when it wakes up, so what is charged is the time since it woke, never more than a tick.
//! What it computed before it waited is charged when it begins to wait: else one that often waits a little would compute for
//! nothing.
//!
//! Yielding alone is not fair: thirty spinning operations of one instance, a tick each, are thirty ticks between two turns of another's.
//! So an instance computes on no more than half of the processors at a time, whatever it is asked, and operations that have computed
//! for longer than a tick (heavy ones, which few honest ones are) take turns for half of the processors among all instances, which
//! rest for as long as they have computed: so whatever many hostile connectors do in the long run takes a quarter of the machine.
//! Who waits for its app or for the store gives its place back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::{Engine, StoreContextMut, UpdateDeadline};

use super::host::HostState;

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
    since: Instant,
    share: CpuShare,
    /// What it holds while it computes. Shared with the future in which it waits for its next turn.
    held: Arc<Mutex<Held>>,
}

/// A place of the heavy lane and one of the instance's own, given back when dropped.
type Held = [Option<OwnedSemaphorePermit>; 2];

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
    async fn enter(self, heavy: bool) -> Held {
        // Heavy first: while it waits for that, its instance's light operations go on.
        let heavy = if heavy { self.heavy.acquire_owned().await.ok() } else { None };
        [heavy, self.own.acquire_owned().await.ok()]
    }
}

impl CpuBudget {
    pub(super) fn new(limit: Duration, tick: Duration, share: CpuShare) -> Self {
        Self { limit, tick, used: Duration::ZERO, since: Instant::now(), share, held: Arc::default() }
    }

    /// The connector waits from here on. Whether its time is used up is seen at the next tick.
    pub(super) fn pause(&mut self) {
        self.charge();
        *self.held() = Held::default();
    }

    /// The connector is about to run, for the first time or after the host has done something for it.
    pub(super) async fn resume(&mut self) {
        let held = self.share.clone().enter(self.is_heavy()).await;
        *self.held() = held;
        self.since = Instant::now();
    }

    /// What to do with running code at a tick.
    pub(super) fn on_tick(mut store: StoreContextMut<'_, HostState>) -> wasmtime::Result<UpdateDeadline> {
        let cpu = &mut store.data_mut().cpu;
        if !cpu.charge() {
            return Ok(UpdateDeadline::Interrupt);
        }
        let [lane, own] = std::mem::take(&mut *cpu.held());
        drop(own);
        let (share, heavy, held, tick) = (cpu.share.clone(), cpu.is_heavy(), Arc::clone(&cpu.held), cpu.tick);
        let turn = async move {
            match lane {
                // The place rests, not only who held it: else there is always another one to compute.
                Some(place) => {
                    tokio::time::sleep(tick).await;
                    drop(place);
                }
                // Those that wait for this thread come first, also when there is a place at once.
                None => tokio::task::yield_now().await,
            }
            let entered = share.enter(heavy).await;
            *held.lock().unwrap_or_else(PoisonError::into_inner) = entered;
        };
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(turn)))
    }

    fn is_heavy(&self) -> bool {
        self.used >= self.tick
    }

    fn charge(&mut self) -> bool {
        let now = Instant::now();
        self.used += now.duration_since(self.since).min(self.tick);
        self.since = now;
        self.used <= self.limit
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Advances the engine's epoch until the engine is gone.
pub(super) fn start_ticking(engine: &Engine, tick: Duration) -> std::io::Result<()> {
    let engine = engine.weak();
    std::thread::Builder::new().name("connector-ticks".to_owned()).spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::park_timeout(tick);
        }
    })?;
    Ok(())
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
        let heavy = || CpuBudget { used: Duration::from_millis(5), ..budget(&lane.share()) };
        let (mut one, mut two) = (heavy(), heavy());
        one.resume().await;
        assert!(two.resume().now_or_never().is_none());
        budget(&two.share).resume().await;
        one.pause();
        two.resume().await;
    }

    #[test]
    fn a_single_processor_is_shared_too() {
        for (processors, places) in [(0, 1), (1, 1), (2, 1), (3, 2), (8, 4)] {
            assert_eq!(HeavyLane::of(processors).places.available_permits(), places);
        }
    }
}
