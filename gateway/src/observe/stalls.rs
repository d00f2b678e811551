//! Notices when an operation keeps a worker of the runtime busy for long without yielding.
//!
//! Whoever computes for long in one poll delays everybody whom the same worker serves (ARCHITECTURE.md, law 12). So each poll of an
//! operation is timed, which costs two readings of a clock: beyond a tick it is logged with its operation and counted. A poll that does
//! not end is reported by a thread of its own while it lasts.
//!
//! The time that the thread really computed tells the gateway's own work (`busy`) from a machine that had no processor for it, or a
//! disk that it waited for (`blocked`). On such a machine every operation may be blocked: of each kind, one a second is logged, and all
//! are counted.

use super::metrics::Metrics;
use super::operation::Recording;
use rustix::time::{ClockId, clock_gettime};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

/// The longest time for which one operation may delay others.
pub const TICK: Duration = Duration::from_millis(50);
/// A poll that lasts this long is reported before it ends.
const ENDLESS: Duration = Duration::from_secs(2);
/// The time between two log lines about stalls of one kind, in milliseconds.
const PAUSE_MS: u64 = 1000;
/// How often the thread looks for such polls.
const WATCH: Duration = Duration::from_millis(500);

/// Times the polls of operations. A cheap handle.
#[derive(Debug, Clone)]
pub struct Stalls(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limit: Duration,
    metrics: Arc<Metrics>,
    start: Instant,
    next: AtomicU64,
    /// When a stall of each kind was last logged, in milliseconds since the start.
    logged: [AtomicU64; 2],
    running: Mutex<BTreeMap<u64, Arc<Running>>>,
}

/// A running operation.
#[derive(Debug)]
struct Running {
    recording: Recording,
    /// When the present poll began, in milliseconds since the start and plus one; 0 between polls, [`REPORTED`] once it is reported.
    polled_at: AtomicU64,
}

const REPORTED: u64 = u64::MAX;

/// A poll that took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stall {
    /// From its begin to its end.
    elapsed: Duration,
    /// What the thread computed meanwhile.
    computed: Duration,
}

impl Stalls {
    /// Reports polls that take longer than `limit`. A thread watches for endless ones as long as a handle exists; where the system has
    /// no thread for it, they are reported when they end.
    #[must_use]
    pub fn watching(limit: Duration, metrics: Arc<Metrics>) -> Self {
        let (start, next, running) = (Instant::now(), AtomicU64::new(0), Mutex::default());
        let logged = [const { AtomicU64::new(0) }; 2];
        let inner = Arc::new(Inner { limit, metrics, start, next, logged, running });
        let watched = Arc::downgrade(&inner);
        let thread = std::thread::Builder::new().name("stalls".to_owned()).spawn(move || watch(&watched));
        if let Err(error) = thread {
            tracing::warn!(target: "scim_gateway::stalls", %error, "endless computations are not reported while they last");
        }
        Self(inner)
    }

    /// Runs a future and times each of its polls.
    pub async fn time<F: Future>(&self, recording: Recording, future: F) -> F::Output {
        let running = self.enter(recording);
        let mut future = pin!(future);
        poll_fn(|context| {
            let (begun, computed) = (Instant::now(), computed());
            running.poll_begins(begun);
            let polled = future.as_mut().poll(context);
            running.poll_ends();
            let elapsed = begun.elapsed();
            if elapsed > self.0.limit {
                let computed = self::computed().saturating_sub(computed);
                self.0.report(&running.entry.recording, Stall { elapsed, computed });
            }
            polled
        })
        .await
    }

    fn enter(&self, recording: Recording) -> Entered<'_> {
        let entry = Arc::new(Running { recording, polled_at: AtomicU64::new(0) });
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        self.0.running().insert(number, Arc::clone(&entry));
        Entered { inner: &self.0, number, entry }
    }
}

/// The entry of one future; removed when dropped.
struct Entered<'a> {
    inner: &'a Inner,
    number: u64,
    entry: Arc<Running>,
}

impl Entered<'_> {
    fn poll_begins(&self, now: Instant) {
        self.entry.polled_at.store(self.inner.since_start(now) + 1, Ordering::Relaxed);
    }

    fn poll_ends(&self) {
        self.entry.polled_at.store(0, Ordering::Relaxed);
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.inner.running().remove(&self.number);
    }
}

impl Inner {
    fn running(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Running>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds.
    fn since_start(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.start).as_millis()).unwrap_or(u64::MAX)
    }

    fn report(&self, recording: &Recording, stall: Stall) {
        let Stall { elapsed, computed } = stall;
        let (operation, kind) = (recording.note(|record| record.operation), stall.kind());
        self.metrics.count_stall(operation, kind, computed);
        if self.may_log(stall, self.since_start(Instant::now())) {
            log(recording, kind, elapsed, Some(computed), "an operation kept its worker from serving others");
        }
    }

    /// Whether no stall of this kind was logged within the last second.
    fn may_log(&self, stall: Stall, now: u64) -> bool {
        let [busy, blocked] = &self.logged;
        let last = if stall.is_busy() { busy } else { blocked };
        // Plus one, because 0 stands for never.
        let due = |last: u64| (last == 0 || now.saturating_sub(last - 1) >= PAUSE_MS).then_some(now + 1);
        last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, due).is_ok()
    }

    /// Polls that began long ago and have not ended; each is returned once.
    fn endless(&self, now: Instant) -> Vec<(Arc<Running>, Duration)> {
        let now = self.since_start(now);
        let running: Vec<Arc<Running>> = self.running().values().cloned().collect();
        let polls = running.into_iter().filter_map(|entry| {
            let at = entry.polled_at.load(Ordering::Relaxed);
            let lasts = Duration::from_millis(now.checked_sub(at.checked_sub(1)?)?);
            let told = lasts >= ENDLESS
                && entry.polled_at.compare_exchange(at, REPORTED, Ordering::Relaxed, Ordering::Relaxed).is_ok();
            told.then_some((entry, lasts))
        });
        polls.collect()
    }
}

impl Stall {
    const fn is_busy(self) -> bool {
        self.computed.as_nanos() * 2 >= self.elapsed.as_nanos()
    }

    const fn kind(self) -> &'static str {
        if self.is_busy() { "busy" } else { "blocked" }
    }
}

/// Looks for endless polls until no handle is left.
fn watch(watched: &Weak<Inner>) {
    loop {
        std::thread::park_timeout(WATCH);
        let Some(inner) = watched.upgrade() else { return };
        for (entry, lasts) in inner.endless(Instant::now()) {
            log(
                &entry.recording,
                "endless",
                lasts,
                None,
                "an operation keeps its worker from serving others, and goes on",
            );
        }
    }
}

fn log(
    recording: &Recording,
    kind: &'static str,
    elapsed: Duration,
    computed: Option<Duration>,
    message: &'static str,
) {
    let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    recording.note(|record| {
        tracing::warn!(
            target: "scim_gateway::stalls",
            correlation = record.correlation,
            instance = record.instance.as_ref().map(tracing::field::display),
            operation = record.operation,
            kind,
            elapsed_ms = milliseconds(elapsed),
            computed_ms = computed.map(milliseconds),
            "{message}: {} {}",
            record.method,
            record.path,
        );
    });
}

/// The processor time of this thread.
fn computed() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::tests::Captured;
    use super::*;
    use crate::config::{Format, Level};

    fn recording() -> Recording {
        let recording = Recording::begin("c-1", "PATCH", "/acme/scim/v2/Users/4711", Instant::now());
        recording.note(|record| record.operation = Some("patch"));
        recording
    }

    /// Computes for this much time of the thread.
    fn compute(time: Duration) {
        let until = computed() + time;
        while computed() < until {
            std::hint::black_box(());
        }
    }

    #[tokio::test]
    async fn a_computation_without_a_yield_is_logged_with_its_operation_and_counted() {
        let (log, metrics) = (Captured::default(), Arc::new(Metrics::new()));
        let _log = tracing::subscriber::set_default(log.subscriber(Format::Json, Level::Info));
        let stalls = Stalls::watching(TICK, Arc::clone(&metrics));
        stalls.time(recording(), async { compute(TICK * 2) }).await;
        let (text, shown) = (log.text(), metrics.render());
        assert!(text.contains("PATCH /acme/scim/v2/Users/{id}") && text.contains("\"operation\":\"patch\""), "{text}");
        assert!(shown.contains("scim_worker_stalls_total{operation=\"patch\",kind="), "{shown}");
    }

    #[tokio::test]
    async fn one_that_yields_is_not() {
        let metrics = Arc::new(Metrics::new());
        let stalls = Stalls::watching(TICK * 2, Arc::clone(&metrics));
        let pieces = async {
            for _ in 0..15 {
                compute(Duration::from_millis(10));
                tokio::task::yield_now().await;
            }
        };
        stalls.time(recording(), pieces).await;
        // A thread that waits for a processor in between is blocked.
        assert!(!metrics.render().contains("kind=\"busy\""), "{}", metrics.render());
    }

    #[test]
    fn an_endless_poll_is_reported_once_while_it_lasts_and_an_ended_one_is_forgotten() {
        let stalls = Stalls::watching(TICK, Arc::new(Metrics::new()));
        let entered = stalls.enter(recording());
        let start = Instant::now();
        let found = |after: Duration| stalls.0.endless(start + after).len();
        assert_eq!(found(ENDLESS * 2), 0, "it is not being polled");
        entered.poll_begins(start);
        assert_eq!((found(ENDLESS / 2), found(ENDLESS * 2), found(ENDLESS * 3)), (0, 1, 0));
        entered.poll_ends();
        assert_eq!(found(ENDLESS * 4), 0);
        drop(entered);
        assert!(stalls.0.running().is_empty());
    }

    #[test]
    fn one_stall_of_each_kind_is_logged_in_a_second() {
        let stalls = Stalls::watching(TICK, Arc::new(Metrics::new()));
        let (busy, blocked) =
            (Stall { elapsed: TICK, computed: TICK }, Stall { elapsed: TICK, computed: Duration::ZERO });
        let logged = |stall, now| stalls.0.may_log(stall, now);
        assert_eq!([logged(busy, 0), logged(busy, 999), logged(blocked, 999)], [true, false, true]);
        assert_eq!([logged(busy, 1000), logged(blocked, 1000), logged(blocked, 1999)], [true, false, true]);
    }

    #[test]
    fn a_thread_that_waited_was_blocked_and_one_that_computed_was_busy() {
        let [long, short] = [100, 20].map(Duration::from_millis);
        assert_eq!(Stall { elapsed: long, computed: short }.kind(), "blocked");
        assert_eq!(Stall { elapsed: long, computed: long }.kind(), "busy");
    }
}
