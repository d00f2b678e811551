//! Which names in which directories are watched.
//!
//! Directories are watched instead of files: after an editor renames a new file over the old one, a watch on the old file would
//! see nothing. Symbolic links are followed step by step, so that a change to `gateway.toml -> ..data/gateway.toml` is noticed
//! although only `..data` is ever replaced (Kubernetes).

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

/// The watched names by directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Watched(BTreeMap<PathBuf, BTreeSet<OsString>>);

/// How many symbolic links are followed; a longer chain is a loop.
const LONGEST_CHAIN: usize = 16;

impl Watched {
    /// What must be watched to notice a change to any of the files. For a directory that does not exist, its nearest existing
    /// ancestor is watched.
    pub(super) fn of(files: &[PathBuf]) -> Self {
        let mut watched = Self::default();
        for file in files {
            watched.add(file);
        }
        watched
    }

    pub(super) fn directories(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().map(PathBuf::as_path)
    }

    /// Whether an event at this path concerns one of the files.
    pub(super) fn concerns(&self, path: &Path) -> bool {
        let Some((directory, name)) = path.parent().zip(path.file_name()) else { return false };
        let knows = |directory: &Path| self.0.get(directory).is_some_and(|names| names.contains(name));
        // Some systems report a different path for the directory than the one that was watched.
        knows(directory) || directory.canonicalize().is_ok_and(|directory| knows(&directory))
    }

    fn add(&mut self, file: &Path) {
        let mut file = file.to_owned();
        for _ in 0..LONGEST_CHAIN {
            let Some((directory, name)) = place(&file) else {
                let awaited = file.ancestors().skip(1).find_map(place);
                return awaited.into_iter().for_each(|(directory, name)| self.note(&directory, name));
            };
            self.note(&directory, name);
            let Ok(target) = std::fs::read_link(directory.join(name)) else { return };
            if let Some(Component::Normal(first)) = target.components().next() {
                self.note(&directory, first);
            }
            file = directory.join(target);
        }
    }

    fn note(&mut self, directory: &Path, name: &OsStr) {
        self.0.entry(directory.to_owned()).or_default().insert(name.to_owned());
    }
}

/// The directory of a path, if it exists, and the file name.
fn place(path: &Path) -> Option<(PathBuf, &OsStr)> {
    let parent = path.parent()?;
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    Some((parent.canonicalize().ok()?, path.file_name()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_watched_by_its_name_in_its_directory_and_others_there_are_not() {
        let folder = tempfile::tempdir().expect("a directory");
        let root = folder.path().canonicalize().expect("a path");
        let watched = Watched::of(&[folder.path().join("gateway.toml")]);
        assert_eq!(watched.directories().collect::<Vec<_>>(), [root.as_path()]);
        for (name, expected) in [("gateway.toml", true), ("gateway.toml~", false), ("scim-gateway.db-wal", false)] {
            assert_eq!(watched.concerns(&root.join(name)), expected, "{name}");
        }
    }

    #[test]
    fn the_creation_of_a_missing_directory_is_noticed() {
        let folder = tempfile::tempdir().expect("a directory");
        let root = folder.path().canonicalize().expect("a path");
        let file = root.join("target/debug/x.wasm");
        assert!(Watched::of(std::slice::from_ref(&file)).concerns(&root.join("target")));
        std::fs::create_dir(root.join("target")).expect("a directory");
        assert!(Watched::of(std::slice::from_ref(&file)).concerns(&root.join("target/debug")));
        std::fs::create_dir(root.join("target/debug")).expect("a directory");
        assert!(Watched::of(std::slice::from_ref(&file)).concerns(&file));
    }

    #[test]
    fn every_step_of_a_link_is_watched() {
        let folder = tempfile::tempdir().expect("a directory");
        let root = folder.path().canonicalize().expect("a path");
        std::fs::create_dir(root.join("..1")).expect("a directory");
        std::fs::write(root.join("..1/a.json"), "").expect("a file");
        std::os::unix::fs::symlink("..1", root.join("..data")).expect("a link");
        std::os::unix::fs::symlink("..data/a.json", root.join("a.json")).expect("a link");
        let watched = Watched::of(&[root.join("a.json")]);
        for path in ["a.json", "..data", "..1/a.json"] {
            assert!(watched.concerns(&root.join(path)), "{path} in {watched:?}");
        }
    }
}
