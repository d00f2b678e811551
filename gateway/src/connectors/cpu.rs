//! Processor time, counted in ticks.
//!
//! A thread advances the engine's epoch; running code notices at its next loop or call. It then yields, so that one
//! connector cannot keep a worker thread, and is stopped once it has used up its budget. A connector that waits for
//! its app notices a tick too when it wakes up, so what is charged is the time since it woke, never more than a tick.
//! What it computed before it waited is charged when it begins to wait: else one that often waits a little would compute for
//! nothing.

use std::time::{Duration, Instant};

use wasmtime::{Engine, StoreContextMut, UpdateDeadline};

use super::host::HostState;

/// One operation's processor time.
#[derive(Debug)]
pub(super) struct CpuBudget {
    limit: Duration,
    tick: Duration,
    used: Duration,
    since: Instant,
}

impl CpuBudget {
    pub(super) fn new(limit: Duration, tick: Duration) -> Self {
        Self { limit, tick, used: Duration::ZERO, since: Instant::now() }
    }

    /// The connector waits from here on. Whether its time is used up is seen at the next tick.
    pub(super) fn pause(&mut self) {
        self.charge();
    }

    /// The connector runs again after the host has done something for it.
    pub(super) fn resume(&mut self) {
        self.since = Instant::now();
    }

    /// What to do with running code at a tick.
    pub(super) fn on_tick(mut store: StoreContextMut<'_, HostState>) -> wasmtime::Result<UpdateDeadline> {
        Ok(if store.data_mut().cpu.charge() { UpdateDeadline::Yield(1) } else { UpdateDeadline::Interrupt })
    }

    fn charge(&mut self) -> bool {
        let now = Instant::now();
        self.used += now.duration_since(self.since).min(self.tick);
        self.since = now;
        self.used <= self.limit
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
