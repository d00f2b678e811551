//! The processor time of one operation.

use super::share::{CpuShare, Turn};
use super::thread_time::thread_time;
use scim_mapping::Work;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use wasmtime::UpdateDeadline;

/// How long an operation computes before it takes turns with other heavy ones.
const HEAVY: Duration = Duration::from_millis(10);

/// One operation's processor time.
#[derive(Debug)]
pub(crate) struct CpuBudget {
    limit: Duration,
    tick: Duration,
    /// What the connector has used.
    used: Duration,
    /// What the connector and the mapping have used together, which the limit is for.
    work: Work,
    /// The time it had used when it last yielded.
    rested_at: Duration,
    share: CpuShare,
    /// Its current turn. Shared with the future in which it waits for the next one.
    turn: Arc<Mutex<Option<Turn>>>,
}

impl CpuBudget {
    pub(crate) fn new(limit: Duration, tick: Duration, share: CpuShare) -> Self {
        let (used, rested_at, work) = (Duration::ZERO, Duration::ZERO, Work::default());
        Self { limit, tick, used, work, rested_at, share, turn: Arc::default() }
    }

    /// Counts the work of the operation.
    pub(crate) fn work(&self) -> &Work {
        &self.work
    }

    /// The connector waits from here on. Whether its time is used up is checked at the next tick.
    pub(crate) fn pause(&mut self) {
        drop(self.charge());
    }

    /// The connector is about to run, for the first time or after the host has done something for it.
    pub(crate) async fn resume(&mut self) {
        let turn = self.share.clone().enter(self.is_heavy()).await;
        *lock(&self.turn) = Some(turn);
    }

    /// The connector waits for something of its own choice, as often as it likes. Its slot therefore rests as it does at a tick.
    pub(crate) async fn while_waiting<T>(&mut self, wait: impl Future<Output = T>) -> T {
        let lane = self.charge().and_then(|turn| turn.lane);
        self.rested_at = self.used;
        let (done, ()) = futures_util::future::join(wait, rest(lane, self.tick)).await;
        self.resume().await;
        done
    }

    /// What to do with running code at a tick.
    pub(crate) fn on_tick(&mut self) -> UpdateDeadline {
        if self.has_just_rested() {
            return UpdateDeadline::Continue(1);
        }
        let lane = self.charge().and_then(|turn| turn.lane);
        if self.work.spent() > self.limit {
            return UpdateDeadline::Interrupt;
        }
        self.rested_at = self.used;
        let (share, heavy, turn, tick) = (self.share.clone(), self.is_heavy(), Arc::clone(&self.turn), self.tick);
        let next = async move {
            rest(lane, tick).await;
            let entered = share.enter(heavy).await;
            *lock(&turn) = Some(entered);
        };
        UpdateDeadline::YieldCustom(1, Box::pin(next))
    }

    /// Whether it has computed so little since it last rested, in any number of turns, that it need not rest: it spent the ticks
    /// since then waiting.
    fn has_just_rested(&self) -> bool {
        let running = lock(&self.turn).as_ref().map_or(Duration::ZERO, |turn| thread_time().saturating_sub(turn.began));
        let used = self.used + running;
        let is_within = self.work.spent() + running <= self.limit;
        is_within && used.saturating_sub(self.rested_at) < self.tick / 2
    }

    fn is_heavy(&self) -> bool {
        self.used >= HEAVY
    }

    /// Ends the turn and charges its processor time.
    fn charge(&mut self) -> Option<Turn> {
        let turn = lock(&self.turn).take()?;
        let used = thread_time().saturating_sub(turn.began);
        self.used += used;
        self.work.add(used);
        Some(turn)
    }
}

/// Between two turns.
async fn rest(lane: Option<OwnedSemaphorePermit>, tick: Duration) {
    match lane {
        // The slot rests, not only its holder: otherwise another operation would compute at once.
        Some(slot) => {
            tokio::time::sleep(tick).await;
            drop(slot);
        }
        // Tasks that wait for this thread come first, even if there is a free slot.
        None => tokio::task::yield_now().await,
    }
}

fn lock(turn: &Mutex<Option<Turn>>) -> MutexGuard<'_, Option<Turn>> {
    turn.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::super::share::HeavyLane;
    use super::*;
    use futures_util::FutureExt as _;

    fn budget(share: &CpuShare) -> CpuBudget {
        CpuBudget::new(Duration::from_secs(60), Duration::from_millis(5), share.clone())
    }

    #[tokio::test]
    async fn an_instance_computes_on_its_share_and_leaves_the_rest_to_others() {
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
    async fn what_the_mapping_uses_is_taken_from_the_connectors_time() {
        let mut one = budget(&HeavyLane::of(2).share());
        one.resume().await;
        one.work().add(Duration::from_secs(59));
        assert!(!matches!(one.on_tick(), UpdateDeadline::Interrupt));
        one.work().add(Duration::from_secs(2));
        assert!(matches!(one.on_tick(), UpdateDeadline::Interrupt));
    }

    #[tokio::test]
    async fn a_waiting_operation_is_charged_for_earlier_computation_and_lets_others_compute() {
        let lane = HeavyLane::of(2);
        let heavy = || CpuBudget { used: Duration::from_millis(10), ..budget(&lane.share()) };
        let (mut one, mut two) = (heavy(), heavy());
        one.resume().await;
        one.while_waiting(async {
            two.resume().await;
            // On the same thread, but not charged to the first operation.
            let begun = thread_time();
            while thread_time() - begun < Duration::from_millis(20) {}
            two.pause();
        })
        .await;
        one.pause();
        assert!(one.used < Duration::from_millis(20) && two.used >= Duration::from_millis(30), "{one:?} {two:?}");
    }
}
