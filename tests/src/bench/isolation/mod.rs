//! How attacks on a gateway affect another instance: the same requests, alone and beside the attack.
//!
//! While anything goes on, another instance's GET and `/healthz` should be answered within [`WITHIN_MS`] at the 99th percentile. The
//! rounds alternate, so that other work on the machine affects both sides alike.

mod attack;
mod error;
mod latency;
mod module;
mod provider;
mod stage;

pub use attack::{ATTACKS, Attack};
pub use error::IsolationError;
pub use latency::Latency;

use crate::artifacts::Artifacts;
use crate::http::{Http, HttpError, HttpRequest};
use attack::Attackers;
use serde::{Serialize, Serializer};
use stage::{Stage, with_token};
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

/// What is promised, in milliseconds, of a release build on two cores.
pub const WITHIN_MS: f64 = 100.0;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The number of rounds, each alone and beside the attack.
    pub rounds: usize,
    /// The requests of the good instance's client in half a round, one after the other.
    pub requests: usize,
    /// The clients that attack, each of which repeats its request at once.
    pub attackers: usize,
}

impl Size {
    /// For reliable figures.
    pub const FULL: Self = Self { rounds: 5, requests: 400, attackers: 32 };
    /// Enough to see a fault.
    pub const SMALL: Self = Self { rounds: 1, requests: 30, attackers: 8 };
}

/// The figures of every attack.
#[derive(Debug, Clone, Serialize)]
pub struct Report(pub Vec<Figures>);

/// The latency of the good instance and of `/healthz`, alone and beside an attack.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Figures {
    #[serde(serialize_with = "as_text")]
    pub attack: Attack,
    pub alone: Latency,
    pub beside: Latency,
    pub health_alone: Latency,
    pub health_beside: Latency,
    /// The ratio of `beside` to `alone`.
    pub p50_factor: f64,
    pub p99_factor: f64,
    /// Whether both were within [`WITHIN_MS`] beside the attack, at the 99th percentile, and none failed.
    pub within: bool,
    /// Descriptions of the good client's requests that failed.
    pub failures: Vec<String>,
    /// The attacks that were answered meanwhile.
    pub attacks: usize,
    /// How long one operation computed without a pause, at most since the gateway started, if longer than it should.
    pub longest_stall_ms: f64,
}

/// What one client saw.
#[derive(Debug, Default)]
struct Seen {
    gets: Vec<Duration>,
    health: Vec<Duration>,
    failures: Vec<String>,
}

/// Starts the real gateway and attacks it; its files go to `folder`, which must exist.
pub async fn run(
    artifacts: &Artifacts,
    hostile: &Path,
    folder: &Path,
    size: Size,
    attacks: &[Attack],
) -> Result<Report, IsolationError> {
    let stage = Stage::start(artifacts, hostile, folder).await?;
    let mut report = Vec::new();
    requests(&stage, size.requests, &mut Seen::default()).await?;
    for &attack in attacks {
        report.push(measure(&stage, attack, size).await?);
        stage.app.clear_calls();
    }
    stage.stop().await?;
    Ok(Report(report))
}

async fn measure(stage: &Stage, attack: Attack, size: Size) -> Result<Figures, IsolationError> {
    let (mut alone, mut beside, mut attacks) = (Seen::default(), Seen::default(), 0);
    for _ in 0..size.rounds {
        requests(stage, size.requests, &mut alone).await?;
        let attackers = Attackers::start(attack, stage, size.attackers);
        let measured = requests(stage, size.requests, &mut beside).await;
        attacks += attackers.stop().await;
        measured?;
    }
    let failures = [alone.failures, beside.failures].concat();
    let (alone, health_alone) = (Latency::of(alone.gets), Latency::of(alone.health));
    let (beside, health_beside) = (Latency::of(beside.gets), Latency::of(beside.health));
    let (p50_factor, p99_factor) = (beside.p50_ms / alone.p50_ms, beside.p99_ms / alone.p99_ms);
    let within = failures.is_empty() && beside.p99_ms <= WITHIN_MS && health_beside.p99_ms <= WITHIN_MS;
    Ok(Figures {
        attack,
        alone,
        beside,
        health_alone,
        health_beside,
        p50_factor,
        p99_factor,
        within,
        failures,
        attacks,
        longest_stall_ms: longest_stall_ms(stage).await?,
    })
}

/// Runs one client of the good instance.
async fn requests(stage: &Stage, requests: usize, seen: &mut Seen) -> Result<(), IsolationError> {
    let (http, gateway) = (Http::default(), stage.gateway.url());
    let (user, health) = (format!("{gateway}/good/scim/v2/Users/{}", stage.user), format!("{gateway}/healthz"));
    for _ in 0..requests {
        let (time, failure) = timed(&http, with_token("GET", user.clone())).await?;
        seen.gets.push(time);
        seen.failures.extend(failure);
        let (time, failure) = timed(&http, HttpRequest::new("GET", &health)).await?;
        seen.health.push(time);
        seen.failures.extend(failure);
    }
    Ok(())
}

/// The gateway's own measurement.
async fn longest_stall_ms(stage: &Stage) -> Result<f64, IsolationError> {
    let answer = Http::default().send(HttpRequest::new("GET", format!("{}/metrics", stage.gateway.url()))).await?;
    let seconds = answer.body.lines().find_map(|line| line.strip_prefix("scim_worker_longest_stall_seconds "));
    Ok(seconds.and_then(|seconds| seconds.parse::<f64>().ok()).unwrap_or_default() * 1000.0)
}

/// The time of a request, and a description of any answer but 200.
async fn timed(http: &Http, request: HttpRequest) -> Result<(Duration, Option<String>), IsolationError> {
    let begun = Instant::now();
    let answer = match http.send(request.clone()).await {
        // An idle connection may have been closed for another client; whoever keeps connections opens a new one.
        Err(HttpError::NoAnswer(_)) => http.send(request).await?,
        answer => answer?,
    };
    let failure = (answer.status != 200).then(|| format!("{}: {}", answer.status, answer.body));
    Ok((begun.elapsed(), failure))
}

fn as_text<S: Serializer>(attack: &Attack, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(attack)
}

/// A table for people.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:16}  {:>12}  {:>13}  {:>12}  {:>13}  {:>15}  {:>16}  {:>10}  {:>8}  {:>8}  within {WITHIN_MS} ms",
            "beside",
            "p50 alone ms",
            "p50 beside ms",
            "p99 alone ms",
            "p99 beside ms",
            "health alone ms",
            "health beside ms",
            "p99 factor",
            "failures",
            "stall ms"
        )?;
        for figures in &self.0 {
            let Figures { attack, alone, beside, health_alone, health_beside, p99_factor, within, failures, .. } =
                figures;
            writeln!(
                f,
                "{attack:16}  {:>12.2}  {:>13.2}  {:>12.2}  {:>13.2}  {:>15.2}  {:>16.2}  {p99_factor:>10.2}  {:>8}  {:>8.0}  {}",
                alone.p50_ms,
                beside.p50_ms,
                alone.p99_ms,
                beside.p99_ms,
                health_alone.p99_ms,
                health_beside.p99_ms,
                failures.len(),
                figures.longest_stall_ms,
                if *within { "yes" } else { "no" }
            )?;
        }
        Ok(())
    }
}
