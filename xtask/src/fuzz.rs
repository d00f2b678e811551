//! `cargo xtask fuzz`: the targets of `tests/fuzz`, each for a bounded time.
//!
//! libFuzzer needs the code to tell which branches it takes. These are the compiler flags by which cargo-fuzz asks for that with no
//! sanitizer; all of them are stable. `--target` keeps build scripts and macros out of it.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use clap::Args;
use scim_gateway_tests::artifacts::{cargo, target, workspace};

use crate::CommandError;
use crate::proof::Held;
use crate::stage::{note, stage};

/// Branches as counters, comparisons as hints, and no merged branches that would hide one.
const FLAGS: [&str; 8] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Ccodegen-units=1",
    "--cfg=fuzzing",
];

/// MiB that a target may hold: a parser that needs more grows with what it reads.
const MEMORY: u32 = 1024;
/// Seconds that one input may take.
const TIMEOUT: u32 = 5;
/// The longest input, in bytes.
const LONGEST: u32 = 4096;

/// What `cargo xtask test` gives each target.
pub(crate) const BRIEFLY: u64 = 10;

#[derive(Args)]
pub(crate) struct Options {
    /// How long each target runs.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Only this target: filter, path, patch, bulk or mapping.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
}

/// Answers whether nothing was found.
pub(crate) fn run(options: &Options) -> Result<bool, CommandError> {
    Ok(all(options.seconds, options.only.as_deref())?.failed == 0)
}

/// Runs the targets, as many at a time as there are processors: each uses one. A target counts as a test; one that does not build,
/// as all of them.
pub(crate) fn all(seconds: u64, only: Option<&str>) -> Result<Held, CommandError> {
    let folder = workspace().join("tests/fuzz");
    let names: Vec<String> = names(&folder)?.into_iter().filter(|name| only.is_none_or(|only| only == name)).collect();
    let Some(host) = host() else { return Err(CommandError::NoHost) };
    let mut held = Held { passed: 0, failed: 0 };
    let built = stage("build the fuzz targets", || succeeds("cargo", &mut building(&folder, &host))).is_ok();
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    for names in names.chunks(processors) {
        let run = |name: &str| fuzz(&folder, &host, name, seconds).is_ok();
        let passed = if built { side_by_side(names, seconds, run) } else { 0 };
        held.passed += passed as u64;
        held.failed += (names.len() - passed) as u64;
    }
    if names.is_empty() {
        note("there is no such target");
        held.failed = 1;
    }
    Ok(held)
}

/// Runs these targets at the same time and answers how many passed.
fn side_by_side(names: &[String], seconds: u64, run: impl Fn(&str) -> bool + Sync) -> usize {
    let all_pass = || {
        let passed = thread::scope(|scope| {
            let run = &run;
            let running: Vec<_> = names.iter().map(|name| scope.spawn(move || run(name))).collect();
            running.into_iter().map(|target| target.join().unwrap_or(false)).filter(|passed| *passed).count()
        });
        if passed == names.len() { Ok(passed) } else { Err(passed) }
    };
    stage(&format!("fuzz {} for {seconds} s", names.join(", ")), all_pass).unwrap_or_else(|passed| passed)
}

/// The targets: each is a file.
fn names(folder: &Path) -> Result<Vec<String>, CommandError> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder.join("targets"))? {
        let path = entry?.path();
        names.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// The platform that we run on, as the compiler calls it.
fn host() -> Option<String> {
    let said = Command::new("rustc").arg("-vV").output().ok()?.stdout;
    String::from_utf8_lossy(&said).lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned)
}

fn building(folder: &Path, host: &str) -> Command {
    let mut command = cargo();
    command
        .current_dir(folder)
        .args(["build", "--release", "--locked", "--target", host])
        .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"))
        .env("CARGO_TARGET_DIR", output());
    command
}

fn output() -> PathBuf {
    target().join("fuzz")
}

/// New inputs are kept below the target folder, so that the next run begins where this one ended; what fails stays there, too.
fn fuzz(folder: &Path, host: &str, name: &str, seconds: u64) -> Result<(), ()> {
    let program = output().join(host).join("release").join(name);
    let found = output().join("corpus").join(name);
    let failures = output().join("failures");
    if std::fs::create_dir_all(&found).and_then(|()| std::fs::create_dir_all(&failures)).is_err() {
        note(format!("{} cannot be made", found.display()));
        return Err(());
    }
    let mut command = Command::new(program);
    command
        .arg(found)
        .arg(folder.join("corpus").join(name))
        .arg(format!("-dict={}", folder.join("scim.dict").display()))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg(format!("-timeout={TIMEOUT}"))
        .arg(format!("-max_len={LONGEST}"))
        .arg(format!("-artifact_prefix={}/{name}-", failures.display()))
        .args(["-print_final_stats=1", "-verbosity=1"]);
    succeeds(name, &mut command)
}

/// Runs it quietly: what it said is shown when it failed, and otherwise libFuzzer's own count. `who` it is, is said with it.
fn succeeds(who: &str, command: &mut Command) -> Result<(), ()> {
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) => {
            note(format!("{} cannot be run: {error}", command.get_program().to_string_lossy()));
            return Err(());
        }
    };
    let said = String::from_utf8_lossy(&output.stderr);
    let note = |line: &str| note(format!("{who}: {line}"));
    if output.status.success() {
        said.lines().filter(|line| line.contains("number_of_executed_units")).for_each(note);
        return Ok(());
    }
    let lines: Vec<&str> = said.lines().collect();
    lines.iter().skip(lines.len().saturating_sub(60)).for_each(|line| note(line));
    Err(())
}
