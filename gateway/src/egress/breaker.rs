//! The circuit breaker: an app that is down is not asked again and again by everyone.
//!
//! Threat: while an app does not answer, every operation waits its whole time for it, holds its place, and adds to what the app
//! must digest when it comes back. After a few failures in a row without one answer between, requests fail at once; after a
//! while one is let through to see (half-open), and its outcome decides.
//!
//! An answer, whatever its status but 502, 503 and 504, says that the app is there. A 500 is one request's failure.

use std::sync::{Mutex, PoisonError};

use tokio::time::{Duration, Instant};

/// Failures in a row that open the circuit.
const PATIENCE: u32 = 5;
/// How long it stays open at first; each probe that fails doubles it.
const FIRST_REST: Duration = Duration::from_secs(5);
/// How long at most.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// One instance's circuit.
#[derive(Debug)]
pub(super) struct Breaker {
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

/// How an instance's circuit stands, for readiness and metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circuit {
    /// Why requests fail at once, if they do: the last failure, and when the app is tried again. No secrets.
    pub open: Option<String>,
    /// How often it has opened.
    pub opened: u64,
}

/// Leave to send one request. Dropped without a word, it is taken back: an operation that was cut off says nothing of the app.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    breaker: &'a Breaker,
    probe: bool,
    settled: bool,
}

impl Breaker {
    pub(super) fn new(instance: &str) -> Self {
        let state = State { failures: 0, opened: 0, last: String::new(), phase: Phase::Closed };
        Self { instance: instance.to_owned(), state: Mutex::new(state) }
    }

    /// Leave to send a request.
    ///
    /// # Errors
    /// When to try again, while the circuit is open.
    pub(super) fn pass(&self) -> Result<Pass<'_>, Duration> {
        let now = Instant::now();
        let mut state = self.state();
        let probe = match state.phase {
            Phase::Closed => false,
            Phase::Open { until, .. } if now < until => return Err(until - now),
            Phase::Open { rest, .. } => {
                state.phase = Phase::Probing { rest };
                true
            }
            // Somebody is finding out.
            Phase::Probing { .. } => return Err(Duration::from_secs(1)),
        };
        Ok(Pass { breaker: self, probe, settled: false })
    }

    pub(super) fn circuit(&self) -> Circuit {
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
            tracing::info!(instance = self.instance, "the app answers again: circuit closed");
        }
        state.phase = Phase::Closed;
        state.failures = 0;
    }

    fn failed(&self, probe: bool, why: &str) {
        let mut state = self.state();
        let rest = match state.phase {
            // One that was sent before the circuit opened says nothing new.
            Phase::Open { .. } => return,
            Phase::Probing { .. } if !probe => return,
            Phase::Probing { rest } => (rest * 2).min(LONGEST_REST),
            Phase::Closed => FIRST_REST,
        };
        state.failures = state.failures.saturating_add(1);
        why.clone_into(&mut state.last);
        if probe || state.failures >= PATIENCE {
            state.phase = Phase::Open { until: Instant::now() + rest, rest };
            state.opened += 1;
            let (instance, seconds) = (&self.instance, rest.as_secs());
            tracing::warn!(instance, why, seconds, "the app does not answer: circuit open");
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// The app is there.
    pub(super) fn answered(mut self) {
        self.settled = true;
        self.breaker.answered();
    }

    /// The app is not there, or says so; `why` holds no secrets.
    pub(super) fn failed(mut self, why: &str) {
        self.settled = true;
        self.breaker.failed(self.probe, why);
    }
}

impl Drop for Pass<'_> {
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
        (0..times).for_each(|_| breaker.pass().unwrap().failed("unreachable"));
    }

    /// Whole seconds until the next try; none if the circuit lets requests through.
    fn closed_for(breaker: &Breaker) -> Option<u64> {
        breaker.pass().err().map(|wait| wait.as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn failures_in_a_row_open_it_and_an_answer_between_them_does_not() {
        let breaker = Breaker::new("acme");
        for _ in 0..3 {
            fail(&breaker, PATIENCE - 1);
            breaker.pass().unwrap().answered();
        }
        assert_eq!(breaker.circuit(), Circuit { open: None, opened: 0 });
        fail(&breaker, PATIENCE);
        assert_eq!(closed_for(&breaker), Some(5));
        let open = Some("circuit open: unreachable; the app is tried again in 5 s".to_owned());
        assert_eq!(breaker.circuit(), Circuit { open, opened: 1 });
    }

    #[tokio::test(start_paused = true)]
    async fn one_probe_decides_and_each_that_fails_doubles_the_rest() {
        let breaker = Breaker::new("acme");
        fail(&breaker, PATIENCE);
        for rest in [5, 10, 20, 40, 60, 60] {
            tokio::time::advance(Duration::from_secs(rest)).await;
            let probe = breaker.pass().unwrap();
            assert_eq!(closed_for(&breaker), Some(1), "one at a time");
            probe.failed("timeout");
        }
        tokio::time::advance(LONGEST_REST).await;
        breaker.pass().unwrap().answered();
        assert_eq!((closed_for(&breaker), breaker.circuit().opened), (None, 7));
        fail(&breaker, PATIENCE);
        assert_eq!(closed_for(&breaker), Some(5), "it begins anew");
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_was_cut_off_leaves_the_next_one_to_decide() {
        let breaker = Breaker::new("acme");
        fail(&breaker, PATIENCE);
        tokio::time::advance(FIRST_REST).await;
        drop(breaker.pass().unwrap());
        breaker.pass().unwrap().answered();
        assert_eq!(closed_for(&breaker), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_sent_before_it_opened_does_not_prolong_it() {
        let breaker = Breaker::new("acme");
        let (late, early) = (breaker.pass().unwrap(), breaker.pass().unwrap());
        fail(&breaker, PATIENCE);
        late.failed("timeout");
        assert_eq!(breaker.circuit().opened, 1);
        early.answered();
        assert_eq!(closed_for(&breaker), None, "an answer is an answer");
    }
}
