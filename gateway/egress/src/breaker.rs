//! The circuit breaker: an app that is down is not called over and over.
//!
//! Threat: while an app does not answer, every operation waits for it until its deadline, occupies a slot, and adds to the load
//! of the app when it recovers. After several consecutive failures, requests fail at once; after a while one request is let
//! through (half-open), and its outcome decides.
//!
//! Any answer other than 502, 503 and 504 shows that the app is up. A 500 is the failure of one request.

use std::sync::{Mutex, PoisonError};
use tokio::time::{Duration, Instant};

/// Consecutive failures that open the circuit.
const FAILURES_TO_OPEN: u32 = 5;
/// How long the circuit stays open at first; each failed probe doubles it.
const FIRST_REST: Duration = Duration::from_secs(5);
/// The longest time for which the circuit stays open.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// One instance's circuit.
#[derive(Debug)]
pub(crate) struct Breaker {
    instance: String,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    failures: u32,
    opened: u64,
    last: String,
    phase: Phase,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    Closed,
    Open { until: Instant, rest: Duration },
    Probing { rest: Duration },
}

/// The state of an instance's circuit, for readiness and metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circuit {
    /// Why requests fail at once, if they do: the last failure, and when the app is tried again. Contains no secrets.
    pub open: Option<String>,
    /// How often the circuit has opened.
    pub opened: u64,
}

/// Permission to send one request. Dropping it takes it back: an operation that was cancelled says nothing about the app.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    breaker: &'a Breaker,
    probe: bool,
    settled: bool,
}

impl Breaker {
    pub(crate) fn new(instance: &str) -> Self {
        let state = State { failures: 0, opened: 0, last: String::new(), phase: Phase::Closed };
        Self { instance: instance.to_owned(), state: Mutex::new(state) }
    }

    /// Permission to send a request.
    ///
    /// # Errors
    /// How long to wait, while the circuit is open.
    pub(crate) fn permit(&self) -> Result<Permit<'_>, Duration> {
        let now = Instant::now();
        let mut state = self.state();
        let probe = match state.phase {
            Phase::Closed => false,
            Phase::Open { until, .. } if now < until => return Err(until - now),
            Phase::Open { rest, .. } => {
                state.phase = Phase::Probing { rest };
                true
            }
            // Another request is the probe.
            Phase::Probing { .. } => return Err(Duration::from_secs(1)),
        };
        Ok(Permit { breaker: self, probe, settled: false })
    }

    pub(crate) fn circuit(&self) -> Circuit {
        let state = self.state();
        let open = match state.phase {
            Phase::Closed => None,
            Phase::Open { until, .. } => {
                let wait = until.saturating_duration_since(Instant::now()).as_secs();
                Some(format!("circuit open: {}; the app is tried again in {wait} s", state.last))
            }
            Phase::Probing { .. } => Some(format!("circuit half-open: {}; the app is being tried", state.last)),
        };
        Circuit { open, opened: state.opened }
    }

    fn answered(&self) {
        let mut state = self.state();
        if !matches!(state.phase, Phase::Closed) {
            tracing::info!(target: "scim_gateway::egress", instance = self.instance, "the app answers again: circuit closed");
        }
        state.phase = Phase::Closed;
        state.failures = 0;
    }

    fn failed(&self, probe: bool, why: &str) {
        let mut state = self.state();
        let rest = match state.phase {
            // A request that was sent before the circuit opened says nothing new.
            Phase::Open { .. } => return,
            Phase::Probing { .. } if !probe => return,
            Phase::Probing { rest } => (rest * 2).min(LONGEST_REST),
            Phase::Closed => FIRST_REST,
        };
        state.failures = state.failures.saturating_add(1);
        why.clone_into(&mut state.last);
        if probe || state.failures >= FAILURES_TO_OPEN {
            state.phase = Phase::Open { until: Instant::now() + rest, rest };
            state.opened += 1;
            let (instance, seconds) = (&self.instance, rest.as_secs());
            tracing::warn!(target: "scim_gateway::egress", instance, why, seconds, "the app does not answer: circuit open");
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// The app is up.
    pub(crate) fn answered(mut self) {
        self.settled = true;
        self.breaker.answered();
    }

    /// The app is down, or says so; `why` contains no secrets.
    pub(crate) fn failed(mut self, why: &str) {
        self.settled = true;
        self.breaker.failed(self.probe, why);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.probe && !self.settled {
            let mut state = self.breaker.state();
            if let Phase::Probing { rest } = state.phase {
                state.phase = Phase::Open { until: Instant::now(), rest };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(breaker: &Breaker, times: u32) {
        (0..times).for_each(|_| breaker.permit().unwrap().failed("unreachable"));
    }

    /// Whole seconds until the next attempt; none if the circuit lets requests through.
    fn closed_for(breaker: &Breaker) -> Option<u64> {
        breaker.permit().err().map(|wait| wait.as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn consecutive_failures_open_it_unless_there_is_an_answer_between_them() {
        let breaker = Breaker::new("acme");
        for _ in 0..3 {
            fail(&breaker, FAILURES_TO_OPEN - 1);
            breaker.permit().unwrap().answered();
        }
        assert_eq!(breaker.circuit(), Circuit { open: None, opened: 0 });
        fail(&breaker, FAILURES_TO_OPEN);
        assert_eq!(closed_for(&breaker), Some(5));
        let open = Some("circuit open: unreachable; the app is tried again in 5 s".to_owned());
        assert_eq!(breaker.circuit(), Circuit { open, opened: 1 });
    }

    #[tokio::test(start_paused = true)]
    async fn one_probe_decides_and_each_failed_probe_doubles_the_wait() {
        let breaker = Breaker::new("acme");
        fail(&breaker, FAILURES_TO_OPEN);
        for rest in [5, 10, 20, 40, 60, 60] {
            tokio::time::advance(Duration::from_secs(rest)).await;
            let probe = breaker.permit().unwrap();
            assert_eq!(closed_for(&breaker), Some(1), "one at a time");
            probe.failed("timeout");
        }
        tokio::time::advance(LONGEST_REST).await;
        breaker.permit().unwrap().answered();
        assert_eq!((closed_for(&breaker), breaker.circuit().opened), (None, 7));
        fail(&breaker, FAILURES_TO_OPEN);
        assert_eq!(closed_for(&breaker), Some(5), "it begins anew");
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_probe_leaves_the_decision_to_the_next_one() {
        let breaker = Breaker::new("acme");
        fail(&breaker, FAILURES_TO_OPEN);
        tokio::time::advance(FIRST_REST).await;
        drop(breaker.permit().unwrap());
        breaker.permit().unwrap().answered();
        assert_eq!(closed_for(&breaker), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_sent_before_the_circuit_opened_does_not_prolong_it() {
        let breaker = Breaker::new("acme");
        let (late, early) = (breaker.permit().unwrap(), breaker.permit().unwrap());
        fail(&breaker, FAILURES_TO_OPEN);
        late.failed("timeout");
        assert_eq!(breaker.circuit().opened, 1);
        early.answered();
        assert_eq!(closed_for(&breaker), None, "an answer is an answer");
    }
}
