//! The proofs that are programs of their own and not tests: they print what they counted.

use std::path::PathBuf;

use scim_gateway_tests::artifacts::{Artifacts, target};
use scim_gateway_tests::conformance;
use scim_gateway_tests::mutations::{self, Options};

use crate::stage::{note, stage_async};
use crate::{CommandError, tools};

/// Requests at each endpoint in `cargo xtask test`; `cargo xtask bench --only mutations` sends 100,000.
const REQUESTS: u32 = 1_000;
/// In `cargo xtask test`, so that a failure is nobody's surprise.
const SEED: u64 = 7644;

/// What came of a proof: how many of its parts held.
pub(crate) struct Held {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

/// `cargo xtask conformance`: answers whether every check of scim2-tester passed or is explained.
pub(crate) async fn conformance() -> Result<bool, CommandError> {
    Ok(conformance_of(&tools::build()?).await?.failed == 0)
}

/// Runs scim2-tester against every instance and says what came of it. A check counts as a test.
pub(crate) async fn conformance_of(artifacts: &Artifacts) -> Result<Held, CommandError> {
    let target: PathBuf = target();
    let reports = stage_async("scim2-tester against every instance", conformance::run(artifacts, &target)).await?;
    let mut held = Held { passed: 0, failed: 0 };
    for report in &reports {
        note(report);
        held.passed += count(report.passed + report.explained);
        held.failed += count(report.unexplained.len() + report.stale.len());
    }
    Ok(held)
}

/// Sends a few mutated requests to every endpoint and says what they were answered. An endpoint counts as a test.
pub(crate) async fn mutations_of(artifacts: &Artifacts) -> Result<Held, CommandError> {
    let options = Options { requests_per_endpoint: REQUESTS, seed: SEED };
    let report = stage_async("mutated requests at every endpoint", mutations::run(artifacts, options)).await?;
    report.to_string().lines().for_each(note);
    let endpoints = count(report.endpoints.len());
    let failed = if report.is_clean() { 0 } else { count(report.failures.len().max(1)).min(endpoints) };
    Ok(Held { passed: endpoints - failed, failed })
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
