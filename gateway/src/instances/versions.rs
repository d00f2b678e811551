//! Earlier versions of the connectors' files, so that one can be restored when a new one turns out to be faulty.
//!
//! A version is kept once an instance uses it (not when it loads: it may fit no instance), as
//! `<state directory>/connectors/<name>/<sha256>.wasm`; the file's modification time is the time when it became active. Anyone who
//! can write there can choose what code runs, as with the connectors' files themselves: so the directory belongs to the gateway
//! alone, and a version is restored only if its digest still matches its name.

use super::whole_file;
use crate::config::ConnectorName;
use crate::connectors::Sha256;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How many versions of one connector are kept.
const KEPT: usize = 5;

/// The directory with the versions of all connectors.
#[derive(Debug, Clone)]
pub struct Versions {
    directory: PathBuf,
}

/// A version that becomes active.
#[derive(Debug)]
pub struct ActivatedVersion {
    /// The connector's name.
    pub name: ConnectorName,
    /// The hash of the content.
    pub sha256: Sha256,
    /// The content of the file.
    pub content: Vec<u8>,
}

/// A version that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The hash of the file's content.
    pub sha256: Sha256,
    /// When it became active.
    pub since: SystemTime,
    file: PathBuf,
}

/// Why a version cannot be restored.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// The copy has been modified.
    #[error("{0} is damaged: its content does not match the digest in its name")]
    Damaged(PathBuf),
    /// The copy cannot be read, or the connector's file cannot be written.
    #[error("{0}: {1}")]
    File(PathBuf, #[source] io::Error),
}

impl Versions {
    /// The versions in a state directory.
    #[must_use]
    pub fn below(state: &Path) -> Self {
        Self { directory: state.join("connectors") }
    }

    /// Keeps a version that becomes active, and deletes the oldest ones.
    ///
    /// # Errors
    /// Errors of the file system.
    pub fn keep(&self, activated: &ActivatedVersion) -> io::Result<()> {
        let ActivatedVersion { name, sha256, content } = activated;
        let folder = self.directory.join(name.as_str());
        std::fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{sha256}.wasm"));
        if file.is_file() {
            std::fs::File::options().write(true).open(&file)?.set_modified(SystemTime::now())?;
        } else {
            replace(&file, content)?;
        }
        for old in self.of(name)?.into_iter().skip(KEPT) {
            std::fs::remove_file(old.file)?;
        }
        Ok(())
    }

    /// The versions of a connector, the most recently active first.
    ///
    /// # Errors
    /// Errors of the file system; a connector without versions is not an error.
    pub fn of(&self, name: &ConnectorName) -> io::Result<Vec<Version>> {
        let entries = match std::fs::read_dir(self.directory.join(name.as_str())) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut versions = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let digest = name.to_str().and_then(|name| name.strip_suffix(".wasm")?.parse().ok());
            if let Some(sha256) = digest {
                versions.push(Version { sha256, since: entry.metadata()?.modified()?, file: entry.path() });
            }
        }
        versions.sort_by_key(|version| std::cmp::Reverse(version.since));
        Ok(versions)
    }
}

impl Version {
    /// Replaces a connector's file by this version, atomically.
    ///
    /// # Errors
    /// [`VersionError`].
    pub fn restore(&self, file: &Path) -> Result<(), VersionError> {
        let bytes = std::fs::read(&self.file).map_err(|error| VersionError::File(self.file.clone(), error))?;
        if Sha256::of(&bytes) != self.sha256 {
            return Err(VersionError::Damaged(self.file.clone()));
        }
        // If the configuration names a symbolic link, its target is replaced, not the link.
        let target = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        replace(&target, &bytes).map_err(|error| VersionError::File(target, error))
    }
}

/// The permissions of the old file are kept.
fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let old = std::fs::metadata(file).ok().map(|old| old.permissions());
    whole_file::replace(file, bytes, old)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn activated(content: &[u8]) -> ActivatedVersion {
        ActivatedVersion {
            name: "app".parse().expect("a name"),
            sha256: Sha256::of(content),
            content: content.to_owned(),
        }
    }

    fn digests(versions: &Versions, name: &ConnectorName) -> Vec<Sha256> {
        versions.of(name).expect("versions").into_iter().map(|version| version.sha256).collect()
    }

    #[test]
    fn the_last_versions_are_kept_the_latest_first_and_each_once() {
        let folder = tempfile::tempdir().expect("a directory");
        let (versions, name) = (Versions::below(folder.path()), "app".parse().expect("a name"));
        assert!(digests(&versions, &name).is_empty());
        for bytes in [b"1", b"2", b"3", b"4", b"5", b"6", b"4"] {
            versions.keep(&activated(bytes)).expect("kept");
        }
        let expected: Vec<Sha256> = [b"4", b"6", b"5", b"3", b"2"].map(|bytes| Sha256::of(bytes)).into();
        assert_eq!(digests(&versions, &name), expected);
    }

    #[test]
    fn a_version_is_restored_unless_it_is_damaged() {
        let folder = tempfile::tempdir().expect("a directory");
        let (versions, name) = (Versions::below(folder.path()), "app".parse().expect("a name"));
        versions.keep(&activated(b"old")).expect("kept");
        let file = folder.path().join("app.wasm");
        std::fs::write(&file, "new").expect("a file");
        let version = versions.of(&name).expect("versions").remove(0);
        version.restore(&file).expect("restored");
        assert_eq!(std::fs::read(&file).expect("a file"), b"old");
        std::fs::write(&version.file, "forged").expect("a file");
        assert!(matches!(version.restore(&file), Err(VersionError::Damaged(_))));
        assert_eq!(std::fs::read(&file).expect("a file"), b"old");
    }
}
