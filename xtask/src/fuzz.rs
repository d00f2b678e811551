//! `cargo xtask fuzz`: runs the targets of `tests/fuzz`, each for a limited time.
//!
//! libFuzzer needs to see which branches the code takes. The compiler flags below are those with which cargo-fuzz asks for that
//! when no sanitizer is wanted; all of them are stable. `--target` keeps them away from build scripts and macros.

use crate::count::Count;
use crate::error::CommandError;
use crate::stage::{note, stage};
use clap::Args;
use scim_gateway_tests::artifacts::{cargo, target, workspace};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};

/// Branches as counters, comparisons as hints, and no merged branches, which would hide one.
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

/// The memory limit of a target in MiB: a parser that needs more grows with its input.
const MEMORY: u32 = 1024;
/// The time limit of one input in seconds.
const TIMEOUT: u32 = 5;
/// The longest input in bytes.
const LONGEST: u32 = 4096;
/// How many of the last lines of a failed program are shown.
const LAST_LINES: usize = 60;

/// How long each target runs in `cargo xtask test`, in seconds.
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

/// Returns whether no target failed.
pub(crate) fn run(options: &Options) -> Result<bool, CommandError> {
    let targets = Targets::find(options.only.as_deref())?;
    let is_built = stage("build the fuzz targets", || targets.build()).is_ok();
    Ok(targets.run(is_built, options.seconds).failed == 0)
}

/// A build of all targets that runs beside other work. It has a target folder, and so a lock, of its own and uses a processor
/// whenever the other work leaves one idle.
pub(crate) struct BackgroundBuild {
    targets: Targets,
    build: JoinHandle<Result<(), ()>>,
}

impl BackgroundBuild {
    pub(crate) fn start() -> Result<Self, CommandError> {
        let targets = Targets::find(None)?;
        let for_the_build = targets.clone();
        Ok(Self { targets, build: thread::spawn(move || for_the_build.build()) })
    }

    /// Waits for the build.
    pub(crate) fn finish(self) -> Built {
        let finish = || self.build.join().unwrap_or(Err(()));
        let is_built = stage("finish building the fuzz targets (the build has run beside the other stages)", finish);
        Built { targets: self.targets, is_built: is_built.is_ok() }
    }
}

/// The targets after their build.
pub(crate) struct Built {
    targets: Targets,
    is_built: bool,
}

impl Built {
    /// Runs the targets. Each counts as a test; if they did not build, all have failed.
    pub(crate) fn run(&self, seconds: u64) -> Count {
        self.targets.run(self.is_built, seconds)
    }
}

/// The targets of `tests/fuzz`: each is a file.
#[derive(Clone)]
struct Targets {
    folder: PathBuf,
    names: Vec<String>,
    /// This platform, as the compiler calls it.
    host: String,
}

impl Targets {
    fn find(only: Option<&str>) -> Result<Self, CommandError> {
        let folder = workspace().join("tests/fuzz");
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder.join("targets"))? {
            let path = entry?.path();
            names.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
        }
        names.retain(|name| only.is_none_or(|only| only == name));
        names.sort();
        Ok(Self { folder, names, host: host().ok_or(CommandError::NoHost)? })
    }

    fn build(&self) -> Result<(), ()> {
        let mut command = cargo();
        command
            .current_dir(&self.folder)
            .args(["build", "--release", "--locked", "--target", &self.host])
            .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"))
            .env("CARGO_TARGET_DIR", output());
        run_quietly("cargo", &mut command)
    }

    /// Runs as many targets at a time as there are processors: each uses one.
    fn run(&self, is_built: bool, seconds: u64) -> Count {
        if self.names.is_empty() {
            note("there is no such target");
            return Count::FAILED;
        }
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        self.names.chunks(processors).fold(Count::default(), |count, names| {
            let passed = if is_built { self.run_together(names, seconds) } else { 0 };
            count + Count { passed: passed as u64, failed: (names.len() - passed) as u64 }
        })
    }

    /// Runs these targets at the same time and returns how many passed.
    fn run_together(&self, names: &[String], seconds: u64) -> usize {
        let all_pass = || {
            let passed = thread::scope(|scope| {
                let running: Vec<_> =
                    names.iter().map(|name| scope.spawn(move || self.run_one(name, seconds).is_ok())).collect();
                running.into_iter().map(|target| target.join().unwrap_or(false)).filter(|passed| *passed).count()
            });
            if passed == names.len() { Ok(passed) } else { Err(passed) }
        };
        stage(&format!("fuzz {} for {seconds} s", names.join(", ")), all_pass).unwrap_or_else(|passed| passed)
    }

    /// New inputs stay below the target folder, so that the next run begins where this one ended; inputs that fail stay there, too.
    fn run_one(&self, name: &str, seconds: u64) -> Result<(), ()> {
        let program = output().join(&self.host).join("release").join(name);
        let found = output().join("corpus").join(name);
        let failures = output().join("failures");
        if std::fs::create_dir_all(&found).and_then(|()| std::fs::create_dir_all(&failures)).is_err() {
            note(format!("cannot create {}", found.display()));
            return Err(());
        }
        let mut command = Command::new(program);
        command
            .arg(found)
            .arg(self.folder.join("corpus").join(name))
            .arg(format!("-dict={}", self.folder.join("scim.dict").display()))
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-rss_limit_mb={MEMORY}"))
            .arg(format!("-timeout={TIMEOUT}"))
            .arg(format!("-max_len={LONGEST}"))
            .arg(format!("-artifact_prefix={}/{name}-", failures.display()))
            .args(["-print_final_stats=1", "-verbosity=1"]);
        run_quietly(name, &mut command)
    }
}

fn host() -> Option<String> {
    let output = Command::new("rustc").arg("-vV").output().ok()?.stdout;
    String::from_utf8_lossy(&output).lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned)
}

/// The target folder of the build.
fn output() -> PathBuf {
    target().join("fuzz")
}

/// Runs a program without showing its output. Notes the last lines if it fails, and libFuzzer's own count if it does not, each
/// under the name.
fn run_quietly(name: &str, command: &mut Command) -> Result<(), ()> {
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) => {
            note(format!("cannot run {}: {error}", Path::new(command.get_program()).display()));
            return Err(());
        }
    };
    let text = String::from_utf8_lossy(&output.stderr);
    let note = |line: &str| note(format!("{name}: {line}"));
    if output.status.success() {
        text.lines().filter(|line| line.contains("number_of_executed_units")).for_each(note);
        return Ok(());
    }
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().skip(lines.len().saturating_sub(LAST_LINES)).for_each(|line| note(line));
    Err(())
}
