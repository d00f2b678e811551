//! A module: the names that it has, and the paths that it writes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Where a module is in its crate: the crate's root (`lib`, `main`, or a binary's name), then the modules' names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ModulePath(Vec<String>);

impl ModulePath {
    pub(super) fn root(target: &str) -> Self {
        Self(vec![target.to_owned()])
    }

    pub(super) fn child(&self, name: &str) -> Self {
        let mut path = self.0.clone();
        path.push(name.to_owned());
        Self(path)
    }

    pub(super) fn parent(&self) -> Option<Self> {
        let (_, parent) = self.0.split_last()?;
        (!parent.is_empty()).then(|| Self(parent.to_vec()))
    }

    pub(super) fn crate_root(&self) -> Self {
        Self(self.0.iter().take(1).cloned().collect())
    }

    /// The modules' names below the crate's root.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().skip(1).map(String::as_str)
    }
}

/// What a module's name stands for; one name can stand for several things, as a module and a function do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Binding {
    /// The child module of that name.
    Module,
    /// An item that is written here.
    Here,
    /// What a `use` leads to.
    Import(Vec<String>),
}

/// A module that is not for tests only.
#[derive(Debug)]
pub(super) struct Module {
    /// Relative to the workspace; an inline module's is the file that it stands in.
    pub(super) file: PathBuf,
    pub(super) names: BTreeMap<String, Vec<Binding>>,
    /// Paths whose every name is a name here: `use path::*`.
    pub(super) globs: Vec<Vec<String>>,
    /// Every path that is written here, imports among them.
    pub(super) written: Vec<Vec<String>>,
    /// The `macro_rules!` that stand here.
    pub(super) macros: BTreeSet<String>,
    /// Macros that are called here by a single name.
    pub(super) called: BTreeSet<String>,
}

impl Module {
    pub(super) fn new(file: PathBuf) -> Self {
        Self {
            file,
            names: BTreeMap::new(),
            globs: Vec::new(),
            written: Vec::new(),
            macros: BTreeSet::new(),
            called: BTreeSet::new(),
        }
    }

    pub(super) fn bind(&mut self, name: impl Into<String>, binding: Binding) {
        let bindings = self.names.entry(name.into()).or_default();
        if !bindings.contains(&binding) {
            bindings.push(binding);
        }
    }
}
