//! Counters and histograms in Prometheus' text format.
//!
//! Labels contain only names from the configuration or from this program, so that no client can increase their number.

use super::operation::OperationRecord;
use crate::egress::Circuit;
use crate::store::StoreCounts;
use metrics::{Key, KeyName, Label, Metadata, Recorder as _, SharedString};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::time::MissedTickBehavior;

const OPERATIONS: &str = "scim_operations_total";
const OPERATION_SECONDS: &str = "scim_operation_duration_seconds";
const APP_CALLS: &str = "scim_app_calls_total";
const APP_CALL_SECONDS: &str = "scim_app_call_duration_seconds";
const RELOADS: &str = "scim_reloads_total";
const FAILURES: &str = "scim_operation_failures_total";
const CIRCUIT_OPEN: &str = "scim_app_circuit_open";
const CIRCUIT_OPENED: &str = "scim_app_circuit_opened_total";
const GUARD_RAILS: &str = "scim_guard_rail_refusals_total";
const LENIENCIES: &str = "scim_leniencies_total";
const REFUSED_TOKENS: &str = "scim_refused_tokens_total";
const STALLS: &str = "scim_worker_stalls_total";
const LONGEST_STALL: &str = "scim_worker_longest_stall_seconds";
const RUNTIME_DELAY: &str = "scim_runtime_delay_seconds";
const IN_FLIGHT: &str = "scim_operations_in_flight";
const STORE_TRANSACTIONS: &str = "scim_store_transactions_total";
const STORE_COMMITS: &str = "scim_store_commits_total";
const DROPPED_LOG_ROWS: &str = "scim_provisioning_log_dropped_rows_total";
const REFUSED_STATE: &str = "scim_connector_state_refusals_total";

/// Bucket bounds in seconds, from the gateway's own work through an app's usual response times to a client's timeout.
const BUCKETS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 60.0];

static METADATA: Metadata<'static> = Metadata::new(module_path!(), metrics::Level::INFO, Some(module_path!()));

/// The metrics of one gateway.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    store: OnceLock<Box<dyn Fn() -> StoreCounts + Send + Sync>>,
    /// In microseconds.
    longest_stall: AtomicU64,
    /// The instances whose circuits were exported last.
    circuits: Mutex<BTreeSet<String>>,
}

impl Metrics {
    /// Empty metrics.
    pub fn new() -> Self {
        // `set_buckets` fails only for an empty list.
        let builder = PrometheusBuilder::new();
        let recorder = builder.set_buckets(&BUCKETS).unwrap_or_default().build_recorder();
        for (name, text) in [
            (GUARD_RAILS, "Operations that a guard rail refused, by instance and rail."),
            (LENIENCIES, "Requests that needed a leniency, by instance, client and leniency."),
            (
                OPERATIONS,
                "SCIM operations by instance, operation and status; instance is empty if no token was accepted.",
            ),
            (RELOADS, "Reloads of the configuration by outcome: applied, partly, refused, unchanged."),
            (FAILURES, "Failed SCIM operations by instance and class, the kind of failure: see the log's `class`."),
            (
                CIRCUIT_OPENED,
                "How often the circuit breaker of an instance's app opened because the app did not respond.",
            ),
            (APP_CALLS, "Requests to apps by instance and status; without a response, status is the kind of error."),
            (REFUSED_TOKENS, "Requests with a wrong token by status: 401, or 429 beyond the rate of an address."),
            (
                STALLS,
                "Times that an operation kept a worker from serving others for more than 50 ms, by operation; kind is busy, or blocked \
                 if it did not compute.",
            ),
            (STORE_TRANSACTIONS, "Transactions of the store; each waits for the disk once."),
            (STORE_COMMITS, "Commits requested from the store; those that arrive together share a transaction."),
            (
                DROPPED_LOG_ROWS,
                "Rows dropped from the provisioning log, by instance and reason: slow-store, rate, size, refused.",
            ),
            (REFUSED_STATE, "Values that the state of an instance's connector did not take because it is full."),
        ] {
            recorder.describe_counter(KeyName::from_const_str(name), None, text.into());
        }
        for (name, text) in [
            (OPERATION_SECONDS, "Seconds from the head of a SCIM request to its response."),
            (RUNTIME_DELAY, "Seconds by which a task that is due runs later; measured ten times a second."),
            (APP_CALL_SECONDS, "Seconds from sending a request to an app to the end of its response."),
        ] {
            recorder.describe_histogram(KeyName::from_const_str(name), None, text.into());
        }
        let longest = "The most seconds that an operation computed without a pause, if more than 0.05.";
        recorder.describe_gauge(KeyName::from_const_str(LONGEST_STALL), None, longest.into());
        let circuit = "1 while the circuit breaker of an instance's app is open, else 0.";
        recorder.describe_gauge(KeyName::from_const_str(CIRCUIT_OPEN), None, circuit.into());
        recorder.describe_gauge(
            KeyName::from_const_str(IN_FLIGHT),
            None,
            "SCIM operations that are running now.".into(),
        );
        Self {
            handle: recorder.handle(),
            recorder,
            store: OnceLock::new(),
            longest_stall: AtomicU64::new(0),
            circuits: Mutex::default(),
        }
    }

    /// Counts an operation and its app calls.
    pub fn count(&self, record: &OperationRecord) {
        let instance = record.instance.as_ref().map_or(SharedString::from(""), |name| name.shared().into());
        let instance = || ("instance", instance.clone());
        let operation = || ("operation", record.operation.unwrap_or_default().into());
        self.observe(OPERATION_SECONDS, [instance(), operation()], record.duration);
        self.increment(OPERATIONS, [instance(), operation(), ("status", record.status.to_string().into())]);
        if let Some(class) = record.class {
            self.increment(FAILURES, [instance(), ("class", class.into())]);
        }
        for &rail in &record.guard_rails {
            self.increment(GUARD_RAILS, [instance(), ("rail", rail.into())]);
        }
        for &leniency in &record.leniencies {
            let client = ("client", record.client.unwrap_or_default().into());
            self.increment(LENIENCIES, [instance(), client, ("leniency", leniency.into())]);
        }
        for call in &record.app_calls {
            let status = call.outcome.map_or_else(|code| code.as_str().into(), |status| status.to_string().into());
            self.increment(APP_CALLS, [instance(), ("status", status)]);
            self.observe(APP_CALL_SECONDS, [instance()], call.duration);
        }
    }

    /// Counts a reload of the configuration.
    pub fn count_reload(&self, outcome: &'static str) {
        self.increment(RELOADS, [("outcome", outcome.into())]);
    }

    /// Counts a request with a wrong token.
    pub fn count_refused_token(&self, too_many: bool) {
        self.increment(REFUSED_TOKENS, [("status", if too_many { "429" } else { "401" }.into())]);
    }

    /// Counts a poll that took too long, and what it computed.
    pub fn count_stall(&self, operation: Option<&'static str>, kind: &'static str, computed: Duration) {
        self.increment(STALLS, [("operation", operation.unwrap_or_default().into()), ("kind", kind.into())]);
        let computed = u64::try_from(computed.as_micros()).unwrap_or(u64::MAX);
        let longest = Duration::from_micros(self.longest_stall.fetch_max(computed, Ordering::Relaxed).max(computed));
        self.recorder.register_gauge(&Key::from_static_name(LONGEST_STALL), &METADATA).set(longest.as_secs_f64());
    }

    /// Measures for ever how late a task runs, whatever the reason. Spawn it, so that it shares the workers with operations.
    pub async fn watch_runtime(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = ticks.tick().await;
            self.observe(RUNTIME_DELAY, [], due.elapsed());
        }
    }

    /// Sets the number of running operations.
    pub fn set_in_flight(&self, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.recorder.register_gauge(&Key::from_static_name(IN_FLIGHT), &METADATA).set(f64::from(count));
    }

    /// Sets the state of each instance's circuit; the circuit of a removed instance counts as closed.
    pub fn set_circuits(&self, circuits: &[(String, Circuit)]) {
        let mut shown = self.circuits.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = std::mem::replace(&mut *shown, circuits.iter().map(|(instance, _)| instance.clone()).collect());
        let label = |instance: &str| [("instance", instance.to_owned().into())];
        let set_open = |instance: &str, open: bool| {
            let gauge = self.recorder.register_gauge(&key(CIRCUIT_OPEN, label(instance)), &METADATA);
            gauge.set(f64::from(u8::from(open)));
        };
        gone.difference(&shown).for_each(|instance| set_open(instance, false));
        for (instance, circuit) in circuits {
            set_open(instance, circuit.open.is_some());
            self.recorder.register_counter(&key(CIRCUIT_OPENED, label(instance)), &METADATA).absolute(circuit.opened);
        }
    }

    /// Sets the source of the store's numbers, which [`Self::render`] reads each time. Only the first call has an effect.
    pub fn watch_store(&self, counts: impl Fn() -> StoreCounts + Send + Sync + 'static) {
        let _ = self.store.set(Box::new(counts));
    }

    /// The metrics in Prometheus' text format.
    pub fn render(&self) -> String {
        if let Some(counts) = self.store.get() {
            let StoreCounts { transactions, commits, dropped_log_rows, refused_state } = counts();
            for (name, count) in [(STORE_TRANSACTIONS, transactions), (STORE_COMMITS, commits)] {
                self.recorder.register_counter(&Key::from_static_name(name), &METADATA).absolute(count);
            }
            for ((instance, reason), count) in dropped_log_rows {
                let labels = [("instance", instance.into()), ("reason", reason.as_str().into())];
                self.recorder.register_counter(&key(DROPPED_LOG_ROWS, labels), &METADATA).absolute(count);
            }
            for (instance, count) in refused_state {
                let labels = [("instance", instance.into())];
                self.recorder.register_counter(&key(REFUSED_STATE, labels), &METADATA).absolute(count);
            }
        }
        self.handle.render()
    }

    /// Moves the samples of histograms into their buckets, for ever. Without it they grow until [`Self::render`] is called.
    pub async fn upkeep(&self) {
        let mut ticks = tokio::time::interval(Duration::from_secs(5));
        loop {
            ticks.tick().await;
            self.handle.run_upkeep();
        }
    }

    fn increment<const N: usize>(&self, name: &'static str, labels: [(&'static str, SharedString); N]) {
        self.recorder.register_counter(&key(name, labels), &METADATA).increment(1);
    }

    fn observe<const N: usize>(
        &self,
        name: &'static str,
        labels: [(&'static str, SharedString); N],
        duration: Duration,
    ) {
        self.recorder.register_histogram(&key(name, labels), &METADATA).record(duration.as_secs_f64());
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

fn key<const N: usize>(name: &'static str, labels: [(&'static str, SharedString); N]) -> Key {
    let labels: Vec<Label> = labels.into_iter().map(|(name, value)| Label::new(name, value)).collect();
    Key::from_parts(name, labels)
}
