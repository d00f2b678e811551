//! The cost of each part of an operation: filters, PATCH, mapping, schema checks, connector instances and calls. Criterion measures
//! them in the `benches/` of their crates; this module runs it and reads its figures.

use crate::artifacts::{self, BuildError, CONNECTORS_VARIABLE};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The crates with parts to measure.
const CRATES: [&str; 3] = ["scim-protocol", "scim-mapping", "scim-runtime"];

/// One part's time, in nanoseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Part {
    /// Such as `filter/parse/user-name`.
    pub name: String,
    pub median_ns: f64,
    /// The 95 % confidence interval of the median.
    pub from_ns: f64,
    pub to_ns: f64,
}

/// All parts, by name.
#[derive(Debug, Clone, Serialize)]
pub struct Report(pub Vec<Part>);

#[derive(Debug, thiserror::Error)]
pub enum PartsError {
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error("cannot read the figures in {path}: {source}")]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("the benchmarks left no figures in {0}")]
    Nothing(PathBuf),
}

/// Measures every part for `time`.
///
/// # Errors
/// [`PartsError`], also for a part that fails.
pub fn run(connectors: &Path, time: Duration) -> Result<Report, PartsError> {
    let (folder, begun) = (artifacts::target().join("criterion"), SystemTime::now());
    let mut command = artifacts::cargo();
    command.env(CONNECTORS_VARIABLE, connectors).env("CRITERION_HOME", &folder).arg("bench");
    for name in CRATES {
        command.args(["--package", name]);
    }
    // Only criterion's benchmarks know these options.
    command.args(["--bench", "*", "--", "--noplot", "--warm-up-time", "1"]);
    command.args(["--measurement-time", &time.as_secs_f64().to_string()]);
    artifacts::run(&mut command, "Install Rust from rustup.rs.")?;
    let mut parts = Vec::new();
    collect(&folder, &mut Vec::new(), begun, &mut parts)
        .map_err(|source| PartsError::Unreadable { path: folder.clone(), source })?;
    if parts.is_empty() {
        return Err(PartsError::Nothing(folder));
    }
    parts.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Report(parts))
}

/// The part of criterion's `estimates.json` that is reported.
#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
    confidence_interval: Interval,
}

#[derive(Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}

/// Finds `<name>/new/estimates.json`. Files older than this run belong to parts that no longer exist.
fn collect(folder: &Path, name: &mut Vec<String>, begun: SystemTime, parts: &mut Vec<Part>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let file = path.join("estimates.json");
        if path.ends_with("new") && file.is_file() {
            let file = File::open(file)?;
            if file.metadata()?.modified()? >= begun {
                let Estimates { median } = serde_json::from_reader(file)?;
                let Interval { lower_bound, upper_bound } = median.confidence_interval;
                let name = name.join("/");
                parts.push(Part { name, median_ns: median.point_estimate, from_ns: lower_bound, to_ns: upper_bound });
            }
        } else if path.is_dir() {
            name.push(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
            collect(&path, name, begun, parts)?;
            name.pop();
        }
    }
    Ok(())
}

/// A table for people.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:28}  {:>10}  {:>21}", "part", "median µs", "95 % confidence µs")?;
        for Part { name, median_ns, from_ns, to_ns } in &self.0 {
            let [median, from, to] = [median_ns, from_ns, to_ns].map(|time| time / 1000.0);
            writeln!(f, "{name:28}  {median:>10.3}  {from:>9.3} – {to:>9.3}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_of_this_run_are_read_and_those_of_parts_that_are_gone_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let begun = SystemTime::now() - Duration::from_secs(60);
        let leave = |part: &str, which: &str, modified: SystemTime| {
            let folder = folder.path().join(part).join(which);
            std::fs::create_dir_all(&folder).unwrap();
            let estimates = r#"{"mean": {}, "median": {"confidence_interval": {"confidence_level": 0.95,
                "lower_bound": 1200.5, "upper_bound": 1300.0}, "point_estimate": 1250.0, "standard_error": 3.0}}"#;
            std::fs::write(folder.join("estimates.json"), estimates).unwrap();
            File::options().write(true).open(folder.join("estimates.json")).unwrap().set_modified(modified).unwrap();
        };
        leave("filter/parse/user-name", "new", begun + Duration::from_secs(1));
        leave("filter/parse/user-name", "base", begun + Duration::from_secs(1));
        leave("egress", "new", begun);
        leave("gone", "new", begun - Duration::from_secs(1));
        let mut parts = Vec::new();
        collect(folder.path(), &mut Vec::new(), begun, &mut parts).unwrap();
        parts.sort_by(|one, other| one.name.cmp(&other.name));
        let part = |name: &str| Part { name: name.to_owned(), median_ns: 1250.0, from_ns: 1200.5, to_ns: 1300.0 };
        assert_eq!(parts, [part("egress"), part("filter/parse/user-name")]);
        let shown = Report(parts).to_string();
        assert!(shown.contains("filter/parse/user-name             1.250      1.200 –     1.300"), "{shown}");
    }
}
