//! Checks that are programs of their own and not tests: they print what they counted.

use crate::count::Count;
use crate::error::CommandError;
use crate::stage::{note, stage_async};
use crate::tools;
use scim_gateway_tests::artifacts::{Artifacts, target};
use scim_gateway_tests::conformance;
use scim_gateway_tests::mutations::{self, Options};
use std::path::PathBuf;

/// Requests at each endpoint in `cargo xtask test`; `cargo xtask bench --only mutations` sends 100,000.
const REQUESTS: u32 = 1_000;
/// The seed in `cargo xtask test`, which is fixed so that every run sends the same requests.
const SEED: u64 = 7644;

/// `cargo xtask conformance`: returns whether every check of scim2-tester passed or is explained.
pub(crate) async fn conformance() -> Result<bool, CommandError> {
    Ok(conformance_of(&tools::build()?).await?.failed == 0)
}

/// Runs scim2-tester against every instance and notes the results. A check counts as a test.
pub(crate) async fn conformance_of(artifacts: &Artifacts) -> Result<Count, CommandError> {
    let target: PathBuf = target();
    let testing = conformance::run(artifacts, &target);
    let reports = stage_async("run scim2-tester against every instance", testing).await?;
    let mut count = Count::default();
    for report in &reports {
        note(report);
        count.passed += whole(report.passed + report.explained);
        count.failed += whole(report.unexplained.len() + report.stale.len());
    }
    Ok(count)
}

/// Sends mutated requests to every endpoint and notes the answers. An endpoint counts as a test.
pub(crate) async fn mutations_of(artifacts: &Artifacts) -> Result<Count, CommandError> {
    let options = Options { requests_per_endpoint: REQUESTS, seed: SEED };
    let report = stage_async("send mutated requests to every endpoint", mutations::run(artifacts, options)).await?;
    report.to_string().lines().for_each(note);
    let endpoints = whole(report.endpoints.len());
    let failed = if report.is_clean() { 0 } else { whole(report.failures.len().max(1)).min(endpoints) };
    Ok(Count { passed: endpoints - failed, failed })
}

fn whole(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
