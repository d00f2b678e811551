//! The ticks at which running code is checked: the engine's epoch, advanced by a dedicated thread while any connector may run, and
//! for a short time afterwards. An idle gateway does nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread::{self, Thread};
use std::time::Duration;
use wasmtime::{Engine, EngineWeak};

/// How long ticks continue after the last operation. The next operation usually comes sooner and need not wake the thread.
const LINGER: Duration = Duration::from_millis(100);
/// How often an idle thread checks whether its engine was dropped.
const ENGINE_CHECK: Duration = Duration::from_secs(1);

/// The ticks of one engine.
#[derive(Debug, Clone)]
pub(crate) struct Ticks {
    shared: Arc<Shared>,
    thread: Thread,
}

#[derive(Debug, Default)]
struct Shared {
    operations: AtomicUsize,
    asleep: AtomicBool,
}

/// Keeps the ticks going until it is dropped.
#[derive(Debug)]
pub(crate) struct Ticking(Arc<Shared>);

impl Ticks {
    /// Starts the thread, which ends when the engine is dropped.
    pub(crate) fn start(engine: &Engine, tick: Duration) -> std::io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let (engine, ticking) = (engine.weak(), Arc::clone(&shared));
        let thread = thread::Builder::new().name("connector-ticks".to_owned());
        let thread = thread.spawn(move || run(&engine, tick, &ticking))?.thread().clone();
        Ok(Self { shared, thread })
    }

    /// Starts the ticks.
    pub(crate) fn begin(&self) -> Ticking {
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
        // An operation that begins after this sees the flag; one that began before is seen here.
        shared.asleep.store(true, SeqCst);
        if is_idle() {
            thread::park_timeout(ENGINE_CHECK);
        }
        shared.asleep.store(false, SeqCst);
    }
}
