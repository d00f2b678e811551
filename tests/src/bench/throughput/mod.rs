//! What the whole way costs, beside a plain reverse proxy: the same SCIM requests to a stub app directly, through nginx, and
//! through the gateway with a connector for a SCIM app and with Samanage's.
//!
//! What is measured has one core to itself, the load and the stub have another. Rounds alternate between the targets, so that what
//! else happens on the machine happens to all of them, and each figure is the median of its rounds. Numbers are the machine's;
//! ratios to nginx of the same run are what counts.

mod cores;
mod error;
mod load;
mod nginx;
mod operation;
mod process;
mod report;
mod stub;
mod targets;

use crate::artifacts::Artifacts;
pub use error::ThroughputError;
pub use load::{LoadError, Plan, Result as LoadResult};
pub use operation::Operation;
use report::{CONNECTIONS, Round};
pub use report::{Cell, Ratio, Report};
use std::path::Path;
use std::time::Duration;
pub use stub::serve as serve_stub;
use targets::{Target, Targets};

/// Rounds of which the median is taken.
const ROUNDS: usize = 3;
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
) -> Result<Round, ThroughputError> {
    let plan = Plan { address: target.address, path: target.path.clone(), operation, connections, time };
    // What is made at first use is there when the clock runs.
    let warm = Plan { time: time / 10, ..plan.clone() };
    targets::generate(load, &warm, target.name)?;
    let (calls, cpu) = (targets.stub_requests()?, target.cpu());
    let result = targets::generate(load, &plan, target.name)?;
    let requests = result.requests as f64;
    Ok(Round {
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
