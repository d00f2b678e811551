//! What the whole way costs, beside a plain reverse proxy: the same SCIM requests to a stub app directly, through nginx, and
//! through the gateway with a connector for a SCIM app and with Samanage's.
//!
//! What is measured has one core to itself, the load and the stub have another. Rounds alternate between the targets, so that what
//! else happens on the machine happens to all of them, and each figure is the median of its rounds. Numbers are the machine's;
//! ratios to nginx of the same run are what counts.

mod load;
mod nginx;
mod process;
mod report;
mod stub;
mod targets;

use crate::artifacts::Artifacts;
pub use load::{LoadError, Plan, Result as LoadResult};
pub use report::{Cell, Ratio, Report};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Duration;
pub use stub::serve as serve_stub;
use targets::{Target, Targets};

/// Connections at the same time.
const CONNECTIONS: [usize; 2] = [1, 32];
/// Rounds of which the median is taken.
const ROUNDS: usize = 3;
/// Where what is measured runs, and where all the rest does.
const MEASURED_CORE: usize = 0;
const LOAD_CORE: usize = 1;

/// The requests that are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// `GET /Users/{id}`
    Get,
    /// `GET /Users?filter=userName eq "…"`
    Filter,
    /// `POST /Users`
    Post,
    /// `PATCH /Users/{id}`: `active` becomes false.
    PatchActive,
    /// `PATCH /Groups/{id}`: one member comes.
    PatchMember,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Get, Self::Filter, Self::Post, Self::PatchActive, Self::PatchMember];
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ThroughputError {
    #[error("{0}")]
    Nginx(String),
    #[error("{what} cannot be run: {source}")]
    NotRun { what: String, source: std::io::Error },
    #[error("{0} ended before it was ready")]
    NotReady(String),
    #[error("the load generator failed before {target}: {said}")]
    Load { target: &'static str, said: String },
    #[error(transparent)]
    Gateway(#[from] crate::gateway_process::GatewayError),
    #[error(transparent)]
    Config(#[from] crate::gateway_process::ConfigError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Measures every target with every operation, `time` a round. `load` is the program of `src/bin/bench_load.rs`, built for speed.
///
/// # Errors
/// [`ThroughputError`]: a request that fails is no measurement.
pub async fn run(artifacts: &Artifacts, load: &Path, time: Duration) -> Result<Report, ThroughputError> {
    let folder = tempfile::tempdir()?;
    let targets = Targets::start(artifacts, load, folder.path()).await?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        for operation in Operation::ALL {
            for connections in CONNECTIONS {
                for target in &targets.all {
                    rounds.push(measure(&targets, target, operation, connections, load, time)?);
                }
            }
        }
    }
    let memory = targets.all.iter().filter_map(|target| Some((target.name, target.process?.resident()?))).collect();
    targets.stop().await?;
    Ok(Report::of(&rounds, memory))
}

fn measure(
    targets: &Targets,
    target: &Target,
    operation: Operation,
    connections: usize,
    load: &Path,
    time: Duration,
) -> Result<report::Round, ThroughputError> {
    let plan = Plan { address: target.address, path: target.path.clone(), operation, connections, time };
    // What is made at first use is there when the clock runs.
    let warm = Plan { time: time / 10, ..plan.clone() };
    targets::generate(load, &warm, target.name)?;
    let (calls, cpu) = (targets.stub_requests()?, target.cpu());
    let result = targets::generate(load, &plan, target.name)?;
    let requests = result.requests as f64;
    Ok(report::Round {
        target: target.name,
        operation,
        connections,
        requests_per_second: requests / time.as_secs_f64(),
        p50: result.p50,
        p99: result.p99,
        cpu_per_request: target.cpu().saturating_sub(cpu).as_secs_f64() * 1e6 / requests,
        app_calls_per_request: (targets.stub_requests()? - calls) as f64 / requests,
    })
}
