//! PostgreSQL's programs: those that are there, or Debian's.

use super::error::PostgresError;
use super::program::output_of;
use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Debian puts the programs, below a directory per version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Debian makes and starts a cluster with the package unless this says otherwise.
const CLUSTERS: &str = "/etc/postgresql-common/createcluster.conf";

/// The directory with `initdb`, `postgres` and `psql`.
pub(super) fn programs() -> Result<PathBuf, PostgresError> {
    if let Some(found) = installed() {
        return Ok(found);
    }
    // Test programs run side by side; one installs.
    let _turn = {
        let lock = File::create(std::env::temp_dir().join("scim-gateway-installs-postgresql.lock"))?;
        lock.lock()?;
        lock
    };
    if let Some(found) = installed() {
        return Ok(found);
    }
    install().map_err(|error| PostgresError::NotInstalled(error.to_string()))?;
    installed().ok_or_else(|| PostgresError::NotInstalled("the package brought no server".to_owned()))
}

fn installed() -> Option<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_unstable();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let candidates = versions.into_iter().rev().map(|(_, programs)| programs).chain(std::env::split_paths(&path));
    candidates
        .into_iter()
        .find(|directory| ["initdb", "postgres", "psql"].iter().all(|name| directory.join(name).is_file()))
}

fn install() -> Result<(), PostgresError> {
    apt_get(["update"])?;
    apt_get(["install", "--yes", "--no-install-recommends", "postgresql-common"])?;
    if Path::new(CLUSTERS).is_file() {
        let settings = std::fs::read_to_string(CLUSTERS)?;
        let others = settings.lines().filter(|line| !line.contains("create_main_cluster"));
        let lines: Vec<&str> = others.chain(["create_main_cluster = false", ""]).collect();
        std::fs::write(CLUSTERS, lines.join("\n"))?;
    }
    apt_get(["install", "--yes", "--no-install-recommends", "postgresql"])
}

fn apt_get<const N: usize>(arguments: [&str; N]) -> Result<(), PostgresError> {
    let mut command = Command::new("apt-get");
    command.args(["--option", "DPkg::Lock::Timeout=300"]).args(arguments.map(OsStr::new));
    command.env("DEBIAN_FRONTEND", "noninteractive");
    output_of(&mut command).map(drop)
}
