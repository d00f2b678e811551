//! What an instance's clients notice of a hostile connector in the same gateway: the same requests alone and beside it.
//!
//! The rounds alternate, so that what else the machine does falls on both sides alike.

use crate::artifacts::Artifacts;
use crate::gateway_process::{ConfigError, GatewayConfig, GatewayError, GatewayProcess, InstanceConfig, token_hash};
use crate::http::{Http, HttpError, HttpRequest};
use crate::simulators::{Kind, Simulator, StartError};
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Ways to misbehave that cost the gateway itself something; see `tests/hostile`.
pub const BEHAVIOURS: [&str; 5] = ["spins", "floods-settings", "eats-memory", "huge-result", "many-values"];

const TOKEN: &str = "scim_isolation";

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Rounds, each alone and beside the hostile connector.
    pub rounds: usize,
    /// Requests of the good instance's client in half a round, one after the other.
    pub requests: usize,
    /// Clients of the hostile instance, each of which asks again at once.
    pub attackers: usize,
}

impl Size {
    /// What the figures are asked for.
    pub const FULL: Self = Self { rounds: 5, requests: 400, attackers: 32 };
    /// Enough to see a fault.
    pub const SMALL: Self = Self { rounds: 2, requests: 50, attackers: 16 };
}

/// The figures of every behaviour.
#[derive(Debug, Clone, Serialize)]
pub struct Report(pub Vec<Figures>);

/// The good instance's latency, side by side.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Figures {
    pub behaviour: &'static str,
    pub alone: Latency,
    pub beside: Latency,
    /// `beside` to `alone`.
    pub p50_factor: f64,
    pub p99_factor: f64,
    /// Requests of the hostile instance that were answered meanwhile.
    pub attacks: usize,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Latency {
    pub requests: usize,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

#[derive(Debug, thiserror::Error)]
pub enum IsolationError {
    #[error(transparent)]
    Simulator(#[from] StartError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("the good instance was answered {status}: {body}")]
    Harmed { status: u16, body: String },
}

/// Starts the real gateway with a good and a hostile instance; its files go to `folder`, which must exist.
pub async fn run(
    artifacts: &Artifacts,
    hostile: &Path,
    folder: &Path,
    size: Size,
    behaviours: &[&'static str],
) -> Result<Report, IsolationError> {
    let app = Simulator::start(Kind::Splashtop, "app").await?;
    app.seed(1);
    let mut config = GatewayConfig::new(folder);
    config.connector("splashtop", artifacts.connector("splashtop"));
    config.connector("hostile", hostile.to_owned());
    for (name, connector) in [("good", "splashtop"), ("hostile", "hostile")] {
        let instance = InstanceConfig {
            credential: config.credential(name, "app")?,
            tokens: vec![token_hash(TOKEN)],
            // An operation that is stopped sooner is asked for sooner again.
            limits: Map::from_iter([("cpu-ms".to_owned(), Value::from(250))]),
            ..InstanceConfig::on_loopback(connector, &app.api_url)
        };
        config.instance(name, instance);
    }
    let gateway = GatewayProcess::start(&artifacts.gateway, &config.write()?, &folder.join("gateway.log")).await?;
    let mut report = Vec::new();
    let user = first_user(&gateway).await?;
    half(&gateway, &user, size.requests).await?;
    for behaviour in behaviours {
        report.push(measure(&gateway, &user, behaviour, size).await?);
        app.clear_calls();
    }
    gateway.stop().await?;
    app.stop().await;
    Ok(Report(report))
}

async fn measure(
    gateway: &GatewayProcess,
    user: &str,
    behaviour: &'static str,
    size: Size,
) -> Result<Figures, IsolationError> {
    let (mut alone, mut beside, mut attacks) = (Vec::new(), Vec::new(), 0);
    for _ in 0..size.rounds {
        alone.extend(half(gateway, user, size.requests).await?);
        let attackers = Attackers::start(gateway, behaviour, size.attackers);
        let half = half(gateway, user, size.requests).await;
        attacks += attackers.stop().await?;
        beside.extend(half?);
    }
    let (alone, beside) = (Latency::of(alone), Latency::of(beside));
    let (p50_factor, p99_factor) = (beside.p50_ms / alone.p50_ms, beside.p99_ms / alone.p99_ms);
    Ok(Figures { behaviour, alone, beside, p50_factor, p99_factor, attacks })
}

/// The id of the one user.
async fn first_user(gateway: &GatewayProcess) -> Result<String, IsolationError> {
    let url = format!("{}/good/scim/v2/Users?filter=userName%20eq%20%22user1@seed.example%22", gateway.url());
    let answer = Http::default().send(request(url)).await?;
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let id = body.pointer("/Resources/0/id").and_then(Value::as_str).map(str::to_owned);
    id.ok_or(IsolationError::Harmed { status: answer.status, body: answer.body })
}

/// One client of the good instance: the time of each of its requests.
async fn half(gateway: &GatewayProcess, user: &str, requests: usize) -> Result<Vec<Duration>, IsolationError> {
    let (http, url) = (Http::default(), format!("{}/good/scim/v2/Users/{user}", gateway.url()));
    let mut times = Vec::with_capacity(requests);
    for _ in 0..requests {
        let begun = Instant::now();
        let answer = http.send(request(url.clone())).await?;
        times.push(begun.elapsed());
        if answer.status != 200 {
            return Err(IsolationError::Harmed { status: answer.status, body: answer.body });
        }
    }
    Ok(times)
}

/// Clients of the hostile instance.
struct Attackers {
    over: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    tasks: Vec<tokio::task::JoinHandle<Result<(), IsolationError>>>,
}

impl Attackers {
    fn start(gateway: &GatewayProcess, behaviour: &str, count: usize) -> Self {
        let (over, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let url = format!("{}/hostile/scim/v2/Users/{behaviour}", gateway.url());
        let attack = |_| {
            let (over, answered, url) = (Arc::clone(&over), Arc::clone(&answered), url.clone());
            tokio::spawn(async move {
                let http = Http::default();
                while !over.load(Ordering::Relaxed) {
                    http.send(request(url.clone())).await?;
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            })
        };
        let tasks = (0..count).map(attack).collect();
        Self { over, answered, tasks }
    }

    /// Waits until the gateway has nothing hostile left to do, so that the next half round is really alone.
    async fn stop(self) -> Result<usize, IsolationError> {
        self.over.store(true, Ordering::Relaxed);
        for task in self.tasks {
            // A task that panicked has reported that itself.
            task.await.unwrap_or(Ok(()))?;
        }
        Ok(self.answered.load(Ordering::Relaxed))
    }
}

impl Latency {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1)));
        let millis = |share| at(share).map_or(0.0, |time| time.as_secs_f64() * 1000.0);
        Self { requests: times.len(), p50_ms: millis(50), p99_ms: millis(99) }
    }
}

fn request(url: String) -> HttpRequest {
    HttpRequest::new("GET", url).header("authorization", format!("Bearer {TOKEN}"))
}

/// A table for people.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:16}  {:>12}  {:>13}  {:>12}  {:>13}  {:>10}  {:>10}",
            "beside one that",
            "p50 alone ms",
            "p50 beside ms",
            "p99 alone ms",
            "p99 beside ms",
            "p50 factor",
            "p99 factor"
        )?;
        for Figures { behaviour, alone, beside, p50_factor, p99_factor, .. } in &self.0 {
            writeln!(
                f,
                "{behaviour:16}  {:>12.2}  {:>13.2}  {:>12.2}  {:>13.2}  {p50_factor:>10.2}  {p99_factor:>10.2}",
                alone.p50_ms, beside.p50_ms, alone.p99_ms, beside.p99_ms
            )?;
        }
        Ok(())
    }
}
