//! `wasi:io/poll`: a connector that waits gives up its slot among those that compute.

use super::super::cpu::CpuBudget;
use futures_util::FutureExt as _;
use std::pin::pin;
use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi::p2::DynPollable;
use wasmtime_wasi_io::bindings::wasi::io::poll;

/// What a waiting connector needs.
pub(crate) struct Waiting<'a> {
    pub(crate) cpu: &'a mut CpuBudget,
    pub(crate) table: &'a mut ResourceTable,
}

/// Waits, without giving up the slot if the result is ready at once.
async fn waited<T>(cpu: &mut CpuBudget, wait: impl Future<Output = T>) -> T {
    let mut wait = pin!(wait);
    match wait.as_mut().now_or_never() {
        Some(done) => done,
        None => cpu.while_waiting(wait).await,
    }
}

impl poll::Host for Waiting<'_> {
    async fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        waited(self.cpu, poll::Host::poll(self.table, pollables)).await
    }
}

impl poll::HostPollable for Waiting<'_> {
    async fn block(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        waited(self.cpu, poll::HostPollable::block(self.table, pollable)).await
    }

    async fn ready(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<bool> {
        poll::HostPollable::ready(self.table, pollable).await
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        poll::HostPollable::drop(self.table, pollable)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::cpu::HeavyLane;
    use super::*;
    use std::sync::Arc;
    use std::time::Duration;
    use tokio::sync::Notify;
    use wasmtime_wasi::async_trait;
    use wasmtime_wasi::p2::Pollable;

    /// Ready when notified.
    struct Clock(Arc<Notify>);

    #[async_trait]
    impl Pollable for Clock {
        async fn ready(&mut self) {
            self.0.notified().await;
        }
    }

    #[tokio::test]
    async fn a_waiting_connector_gives_up_its_slot_and_waits_for_one_before_it_continues() {
        let share = HeavyLane::of(1).share();
        let budget = || CpuBudget::new(Duration::from_secs(60), Duration::from_millis(5), share.clone());
        let (mut table, rings) = (ResourceTable::new(), Arc::new(Notify::new()));
        let clock = table.push(Clock(Arc::clone(&rings))).expect("a clock");
        let pollable = wasmtime_wasi::p2::subscribe(&mut table, clock).expect("a pollable");
        let (mut cpu, mut other) = (budget(), budget());
        cpu.resume().await;
        assert!(other.resume().now_or_never().is_none(), "it computes");

        let mut waiting = Waiting { cpu: &mut cpu, table: &mut table };
        let mut block = pin!(poll::Host::poll(&mut waiting, vec![pollable]));
        assert!(block.as_mut().now_or_never().is_none());
        other.resume().await;
        rings.notify_one();
        tokio::task::yield_now().await;
        assert!(block.as_mut().now_or_never().is_none(), "the other one computes");
        other.pause();
        assert_eq!(block.await.expect("what is ready"), [0]);
        assert!(other.resume().now_or_never().is_none(), "it computes again");
    }
}
