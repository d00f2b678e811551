//! The ticks at which running code is looked at: the engine's epoch, advanced by a thread of its own for as long as any connector may run,
//! and a little longer. A gateway without work does nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread::{self, Thread};
use std::time::Duration;

use wasmtime::{Engine, EngineWeak};

/// How long ticks go on after the last operation. The next one mostly comes sooner, and need not wake the thread.
const LINGER: Duration = Duration::from_millis(100);
/// How often a thread without work looks whether its engine is gone.
const LOOK: Duration = Duration::from_secs(1);

/// The ticks of one engine.
#[derive(Debug, Clone)]
pub(super) struct Ticks {
    shared: Arc<Shared>,
    thread: Thread,
}

#[derive(Debug, Default)]
struct Shared {
    operations: AtomicUsize,
    asleep: AtomicBool,
}

/// While it lives, there are ticks.
#[derive(Debug)]
pub(super) struct Ticking(Arc<Shared>);

impl Ticks {
    /// Starts the thread, which ends with the engine.
    pub(super) fn start(engine: &Engine, tick: Duration) -> std::io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let (engine, ticking) = (engine.weak(), Arc::clone(&shared));
        let thread = thread::Builder::new().name("connector-ticks".to_owned());
        let thread = thread.spawn(move || run(&engine, tick, &ticking))?.thread().clone();
        Ok(Self { shared, thread })
    }

    /// Ticks from now on.
    pub(super) fn begin(&self) -> Ticking {
        self.shared.operations.fetch_add(1, SeqCst);
        if self.shared.asleep.load(SeqCst) {
            self.thread.unpark();
        }
        Ticking(Arc::clone(&self.shared))
    }
}

impl Drop for Ticking {
    fn drop(&mut self) {
        self.0.operations.fetch_sub(1, SeqCst);
    }
}

fn run(engine: &EngineWeak, tick: Duration, shared: &Shared) {
    let is_idle = || shared.operations.load(SeqCst) == 0;
    let mut idle = Duration::ZERO;
    while let Some(engine) = engine.upgrade() {
        engine.increment_epoch();
        drop(engine);
        idle = if is_idle() { idle + tick } else { Duration::ZERO };
        if idle < LINGER {
            thread::park_timeout(tick);
            continue;
        }
        // Whoever begins after this sees it; who began before is seen.
        shared.asleep.store(true, SeqCst);
        if is_idle() {
            thread::park_timeout(LOOK);
        }
        shared.asleep.store(false, SeqCst);
    }
}
