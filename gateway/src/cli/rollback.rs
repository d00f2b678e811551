//! `rollback`: restores an earlier version of a connector.

use super::error::CommandError;
use super::rollback_error::RollbackError;
use super::terminal::Terminal;
use scim_gateway::config::{Config, ConnectorName};
use scim_gateway::connectors::Sha256;
use scim_gateway::instances::{Version, Versions};
use std::path::Path;

/// What to do.
pub(super) enum Wanted<'a> {
    /// Restore the version that was active before the current file.
    Previous,
    /// Restore the version whose digest starts like this.
    Digest(&'a str),
    /// Only list the versions.
    List,
}

pub(super) fn run(
    file: &Path,
    name: &str,
    wanted: &Wanted<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<(), CommandError> {
    let config = Config::load(file)?;
    let found = config.connectors.get_key_value(name);
    let (name, connector) = found.ok_or_else(|| {
        let known: Vec<&str> = config.connectors.keys().map(ConnectorName::as_str).collect();
        let (name, file) = (name.to_owned(), file.display().to_string());
        RollbackError::UnknownConnector { name, file, known: known.join(", ") }
    })?;
    let unreadable = |error| RollbackError::Unreadable(name.clone(), error);
    let versions = Versions::below(&config.server.state_directory).of(name).map_err(unreadable)?;
    let present = std::fs::read(&connector.file).ok().map(|bytes| Sha256::of(&bytes));
    if let Wanted::List = wanted {
        for version in &versions {
            let mark = if Some(version.sha256) == present { "current" } else { "" };
            terminal.line(format_args!("{}  {}  {mark}", version.sha256, since(version)))?;
        }
        return Ok(());
    }
    let version = choose(&versions, present, wanted, name)?;
    if let Some(pinned) = connector.sha256.filter(|pinned| *pinned != version.sha256) {
        let (name, version) = (name.clone(), version.sha256);
        return Err(RollbackError::Pinned { name, pinned, version }.into());
    }
    version.restore(&connector.file).map_err(RollbackError::from)?;
    let (label, file) = (terminal.green("restored:"), connector.file.display());
    terminal.line(format_args!("{label} {file} is now version {}, active since {}", version.sha256, since(version)))?;
    terminal.line(
        "A gateway that watches its files has loaded it already; for others run kill -HUP <pid>, or POST /-/reload.",
    )?;
    Ok(())
}

fn choose<'a>(
    versions: &'a [Version],
    present: Option<Sha256>,
    wanted: &Wanted<'_>,
    name: &ConnectorName,
) -> Result<&'a Version, RollbackError> {
    let (found, missing) = match wanted {
        Wanted::Digest(digest) => (
            versions.iter().find(|version| version.sha256.to_string().starts_with(&digest.to_lowercase())),
            RollbackError::NoSuch { name: name.clone(), digest: (*digest).to_owned() },
        ),
        Wanted::Previous | Wanted::List => {
            (versions.iter().find(|version| Some(version.sha256) != present), RollbackError::Nothing(name.clone()))
        }
    };
    found.ok_or(missing)
}

fn since(version: &Version) -> String {
    jiff::Timestamp::try_from(version.since).map_or_else(|_| String::new(), |time| format!("{time:.0}"))
}
