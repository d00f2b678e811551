//! An independent judge of the protocol: scim2-tester, from PyPI, against the real gateway before each app's simulator.
//!
//! A check that fails is either a fault, or it is in `tests/conformance/explained.toml` with the section of the RFC that allows what
//! the gateway does. An explanation of a check that does not fail any more is a fault, too.

mod explained;

use crate::artifacts::{Artifacts, BuildError, connector_ids, workspace};
use crate::packages::{self, PackageError};
use crate::simulators::Kind;
use crate::simulators::control::RequestError;
use crate::system::{Instance, Plan, System, SystemError};
use explained::Explanation;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Check {
    /// The tester's name for it.
    pub check: String,
    pub resource_type: Option<String>,
    /// The attribute that a check of PATCH is about.
    pub attribute: Option<String>,
    pub status: Status,
    pub reason: Option<String>,
    /// What the gateway answered where that was an error.
    pub answer: Option<String>,
}

/// The tester's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    Success,
    Compliant,
    Acceptable,
    /// Against a SHOULD.
    Deviation,
    /// Against a MUST.
    Error,
    Critical,
    Skipped,
}

/// What came of all checks of one instance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub instance: String,
    pub passed: usize,
    pub skipped: usize,
    /// Failed, as the table says.
    pub explained: usize,
    pub unexplained: Vec<Check>,
    /// What the table says failed and did not.
    pub stale: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConformanceError {
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    System(#[from] SystemError),
    #[error(transparent)]
    Switch(#[from] RequestError),
    #[error(transparent)]
    Packages(#[from] PackageError),
    #[error("{0}: {1}")]
    Table(PathBuf, String),
    #[error("scim2-tester did not run: {0}")]
    NotRun(#[from] std::io::Error),
    #[error("scim2-tester broke off at {instance}:\n{said}")]
    BrokeOff { instance: String, said: String },
    #[error("scim2-tester said what is no check ({0}): {1}")]
    NoCheck(serde_json::Error, String),
    #[error("{0} is no JSON: {1}")]
    NoJson(PathBuf, serde_json::Error),
}

/// Runs every check against one instance of each connector whose app is simulated; Python's packages go below `target`.
///
/// # Errors
/// [`ConformanceError`]: no report. Checks that fail are in the report.
pub async fn run(artifacts: &Artifacts, target: &Path) -> Result<Vec<Report>, ConformanceError> {
    let folder = tempfile::tempdir()?;
    let programs = packages::python("scim2-tester", &source("requirements.txt"), target)?;
    let ids = connector_ids()?;
    let simulated = ids.iter().filter(|id| Kind::has_app_of(id));
    let plans: Vec<Plan> = simulated.map(|id| Plan::for_any_client(id)).collect();
    let mapping = samanage_mapping(folder.path())?;
    let system = System::start_with(artifacts, folder.path(), &plans, |config| {
        if let Some(samanage) = config.instance_mut("samanage") {
            samanage.mapping = Some(mapping);
        }
    });
    let system = system.await?;
    let explanations = explained::load(&source("explained.toml"))?;
    let values = json_file(&source("values.json"))?;
    let mut reports = Vec::new();
    for instance in &system.instances {
        if instance.app.kind == Kind::Samanage {
            // What the tester asks in a second is more than Samanage takes in a minute.
            instance.app.switch(&json!({ "calls_per_minute": null }))?;
        }
        let checks = checks(&programs, instance, system.gateway.url(), &values).await?;
        reports.push(Report::of(&instance.name, checks, &explanations));
    }
    system.stop().await?;
    Ok(reports)
}

/// As an administrator would do whose directory has people without names: Samanage takes none, so that the address is the name.
fn samanage_mapping(folder: &Path) -> Result<PathBuf, ConformanceError> {
    let mut mapping = json_file(&workspace().join("plugins/samanage/mapping.json"))?;
    let rules = mapping.pointer_mut("/resource-types/User").and_then(Value::as_array_mut);
    let rule = rules.and_then(|rules| rules.iter_mut().find(|rule| rule.get("scim") == Some(&json!("displayName"))));
    if let Some(Value::String(expression)) = rule.and_then(|rule| rule.get_mut("expression")) {
        *expression = format!("coalesce({expression}, userName)");
    }
    let path = folder.join("samanage-mapping.json");
    std::fs::write(&path, mapping.to_string())?;
    Ok(path)
}

fn json_file(path: &Path) -> Result<Value, ConformanceError> {
    let text = std::fs::read_to_string(path)?;
    serde_json::from_str(&text).map_err(|error| ConformanceError::NoJson(path.to_owned(), error))
}

/// The tester's results, one JSON document a line.
async fn checks(
    programs: &Path,
    instance: &Instance,
    gateway: &str,
    values: &Value,
) -> Result<Vec<Check>, ConformanceError> {
    let Instance { name, connector, token, .. } = instance;
    let mut python = Command::new(programs.join("python"))
        .arg(source("check.py"))
        .arg(format!("{gateway}/{name}/scim/v2"))
        .arg(values.get(connector).unwrap_or(&json!({})).to_string())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    if let Some(mut stdin) = python.stdin.take() {
        stdin.write_all(format!("{token}\n").as_bytes()).await?;
    }
    let output = python.wait_with_output().await?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(ConformanceError::BrokeOff { instance: name.clone(), said });
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).map_err(|error| ConformanceError::NoCheck(error, line.to_owned())))
        .collect()
}

impl Report {
    fn of(instance: &str, checks: Vec<Check>, explanations: &[Explanation]) -> Self {
        let mut report = Self { instance: instance.to_owned(), ..Self::default() };
        let mut open: BTreeMap<String, &Explanation> =
            explanations.iter().filter(|each| each.is_about(instance)).map(|each| (each.key(), each)).collect();
        let mut met = Vec::new();
        for check in checks {
            match check.status {
                Status::Success | Status::Compliant | Status::Acceptable => report.passed += 1,
                Status::Skipped => report.skipped += 1,
                Status::Deviation | Status::Error | Status::Critical => {
                    match explanations.iter().find(|each| each.is_about(instance) && each.covers(&check)) {
                        Some(explanation) => {
                            report.explained += 1;
                            met.push(explanation.key());
                        }
                        None => report.unexplained.push(check),
                    }
                }
            }
        }
        open.retain(|key, _| !met.contains(key));
        report.stale = open.into_keys().collect();
        report
    }

    /// Whether nothing is to be done.
    pub fn is_clean(&self) -> bool {
        self.unexplained.is_empty() && self.stale.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { instance, passed, skipped, explained, unexplained, stale } = self;
        write!(f, "{instance}: {passed} checks passed, {explained} explained, {skipped} skipped")?;
        for check in unexplained {
            let Check { check, resource_type, attribute, status, reason, answer } = check;
            let about = [resource_type, attribute, reason, answer];
            write!(f, "\n  {check} {status:?}")?;
            about.into_iter().flatten().try_for_each(|text| write!(f, " | {text}"))?;
        }
        stale.iter().try_for_each(|key| write!(f, "\n  explained.toml has {key}, which does not fail any more"))
    }
}

fn source(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance").join(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(attribute: Option<&str>, status: Status) -> Check {
        let attribute = attribute.map(str::to_owned);
        let resource_type = Some("User".to_owned());
        Check { check: "add".to_owned(), resource_type, attribute, status, reason: None, answer: None }
    }

    #[test]
    fn what_fails_must_be_explained_and_what_is_explained_must_fail() {
        let explanations =
            [("title", "app"), ("active", "app"), ("name", "other")].map(|(attribute, app)| Explanation {
                apps: vec![app.to_owned()],
                check: "add".to_owned(),
                resource_type: Some("User".to_owned()),
                attribute: Some(attribute.to_owned()),
                section: "RFC 7644 §3.3".to_owned(),
                reason: "because".to_owned(),
            });
        let checks = vec![
            check(Some("title"), Status::Error),
            check(Some("active"), Status::Success),
            check(Some("name"), Status::Deviation),
            check(None, Status::Skipped),
        ];
        let report = Report::of("app", checks, &explanations);
        assert_eq!((report.passed, report.explained, report.skipped), (1, 1, 1));
        assert_eq!(report.unexplained, [check(Some("name"), Status::Deviation)]);
        assert_eq!(report.stale, ["add of User active"]);
        assert!(!report.is_clean());
    }

    #[test]
    fn the_table_is_read() {
        assert!(!explained::load(&source("explained.toml")).unwrap().is_empty());
    }
}
