//! How long requests took.

use serde::Serialize;
use std::time::Duration;

/// The latency of several requests.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Latency {
    pub requests: usize,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

impl Latency {
    pub(super) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1)));
        let millis = |share| at(share).map_or(0.0, |time| time.as_secs_f64() * 1000.0);
        Self { requests: times.len(), p50_ms: millis(50), p99_ms: millis(99) }
    }
}
