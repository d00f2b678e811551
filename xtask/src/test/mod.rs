//! `cargo xtask test`: every check there is, one stage after the other. Only the fuzz targets are built beside the other stages.
//!
//! A stage that fails does not stop the later ones, unless they need what it builds, so that one run finds everything.
//! The last line is `N passed, N failed`. It counts tests; a stage that has no tests counts as one.

mod runner;

use crate::count::Count;
use crate::error::CommandError;
use crate::stage::{asynchronously, note, readable, stage};
use crate::terminal::Paint;
use crate::{fuzz, proof, tools};
use runner::{Runner, stream_and_count};
use scim_gateway_tests::artifacts::{
    Artifacts, CONNECTORS_VARIABLE, GATEWAY_VARIABLE, WASM_TARGET, cargo, connector_ids,
};
use std::io::{Write, stderr, stdout};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A finished stage.
struct Outcome {
    name: String,
    count: Count,
    took: Duration,
}

/// Returns whether everything passed.
pub(crate) fn run() -> Result<bool, CommandError> {
    let fuzz_targets = fuzz::BackgroundBuild::start();
    let mut outcomes = Vec::new();
    let mut lints = cargo();
    lints.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    let mut docs = cargo();
    // The workspace has no example programs. Asking for them gives dependencies the features that they have in the lints and the
    // tests; without it, wasmtime and others would be checked a second time.
    docs.args(["doc", "--workspace", "--no-deps", "--lib", "--bin", "xtask", "--examples"]);
    docs.env("RUSTDOCFLAGS", "-D warnings");
    let mut format = cargo();
    format.args(["fmt", "--all", "--check"]);
    outcomes.push(one("format", &mut format));
    outcomes.push(one("layout", Command::new(std::env::current_exe()?).arg("layout")));
    outcomes.push(one("dependencies", Command::new(std::env::current_exe()?).arg("dependencies")));
    outcomes.push(one("lints", &mut lints));
    outcomes.push(one("docs", &mut docs));

    let begun = Instant::now();
    let built = tools::build_as_tested();
    let count = if built.is_ok() { Count::PASSED } else { Count::FAILED };
    outcomes.push(Outcome { name: "connectors and gateway".into(), count, took: begun.elapsed() });
    // Some tests measure time: nothing else may run beside them.
    let fuzz_targets = fuzz_targets.map(fuzz::BackgroundBuild::finish);
    match built {
        Ok(artifacts) => {
            outcomes.push(one("lints of what runs as WebAssembly", &mut lints_of_guests()?));
            test_stages(&artifacts, &mut outcomes)?;
            let conformance = || asynchronously(proof::conformance_of(&artifacts));
            outcomes.push(proven("conformance (scim2-tester)", conformance));
            outcomes.push(proven("mutated requests", || asynchronously(proof::mutations_of(&artifacts))));
        }
        Err(error) => note(format!("{error}; the tests need the build and were not run")),
    }
    outcomes.push(proven("fuzzing", || Ok(fuzz_targets?.run(fuzz::BRIEFLY))));
    summarize(&outcomes)
}

fn test_stages(artifacts: &Artifacts, outcomes: &mut Vec<Outcome>) -> Result<(), CommandError> {
    let mut tests = cargo();
    if !has_nextest() {
        note("cargo-nextest is not installed, so the tests run with cargo test");
        tests.args(["test", "--workspace", "--no-fail-fast"]);
        outcomes.push(counted("tests", Runner::Cargo, &mut tests, artifacts)?);
        return Ok(());
    }
    tests.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
    if Paint::on(&stderr()).is_on() {
        tests.args(["--color", "always"]);
    }
    outcomes.push(counted("tests", Runner::Nextest, &mut tests, artifacts)?);
    let mut examples = cargo();
    examples.args(["test", "--workspace", "--doc"]);
    outcomes.push(counted("examples in the documentation", Runner::Cargo, &mut examples, artifacts)?);
    Ok(())
}

/// Lints the connectors, and the part of the SDK that exists only in WebAssembly.
fn lints_of_guests() -> Result<Command, CommandError> {
    let mut command = cargo();
    command.args(["clippy", "--target", WASM_TARGET, "--profile", "connector", "--package", "scim-connector-sdk"]);
    for id in connector_ids()? {
        command.args(["--package", &format!("{id}-connector")]);
    }
    command.args(["--", "-D", "warnings"]);
    Ok(command)
}

fn has_nextest() -> bool {
    let found = cargo().args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}

/// A check that counts its own parts; if it cannot be run at all, it has failed.
fn proven(name: &str, proof: impl FnOnce() -> Result<Count, CommandError>) -> Outcome {
    let begun = Instant::now();
    let count = proof().unwrap_or_else(|error| {
        note(error);
        Count::FAILED
    });
    Outcome { name: name.to_owned(), count, took: begun.elapsed() }
}

/// A stage that passes or fails as a whole and shows the output of its tool.
fn one(name: &str, command: &mut Command) -> Outcome {
    let begun = Instant::now();
    let done = stage(name, || match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(()),
        Err(error) => {
            note(format!("cannot run {}: {error}", command.get_program().to_string_lossy()));
            Err(())
        }
    });
    let count = if done.is_ok() { Count::PASSED } else { Count::FAILED };
    Outcome { name: name.to_owned(), count, took: begun.elapsed() }
}

/// A stage made of tests; the output of their runner is shown as it comes, and the tests in it are counted.
fn counted(name: &str, runner: Runner, command: &mut Command, artifacts: &Artifacts) -> Result<Outcome, CommandError> {
    let begun = Instant::now();
    command.env(CONNECTORS_VARIABLE, &artifacts.connectors).env(GATEWAY_VARIABLE, &artifacts.gateway);
    let mut count = Count::default();
    let well = stage(name, || {
        let (status, counted) = stream_and_count(runner, command)?;
        count = counted;
        Ok::<_, std::io::Error>(status.success())
    })?;
    if !well && count.failed == 0 {
        // The tests did not compile, or the runner crashed.
        count.failed = 1;
    }
    Ok(Outcome { name: name.to_owned(), count, took: begun.elapsed() })
}

fn summarize(outcomes: &[Outcome]) -> Result<bool, CommandError> {
    let paint = Paint::on(&stdout());
    let mut out = stdout().lock();
    let width = outcomes.iter().map(|outcome| outcome.name.len()).max().unwrap_or_default();
    writeln!(out)?;
    let mut total = Count::default();
    for Outcome { name, count, took } in outcomes {
        let line =
            format!("{name:width$}  {:>5} passed  {:>3} failed  {:>12}", count.passed, count.failed, readable(*took));
        writeln!(out, "{}", if count.failed == 0 { paint.green(line) } else { paint.red(line) })?;
        total = total + *count;
    }
    writeln!(out, "\n{} passed, {} failed", total.passed, total.failed)?;
    Ok(total.failed == 0)
}
