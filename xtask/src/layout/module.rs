//! A module: the names that it defines or imports, and the paths that its code contains.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A module's place in its package: the target (`lib`, `main`, or a binary's name), then the names of modules.
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

    /// The child of `parent` that this module is or is below, as a path of names from the crate's root: `egress/tests`.
    pub(super) fn child_of(&self, parent: &Self) -> Option<PathBuf> {
        self.0.strip_prefix(parent.0.as_slice())?.first()?;
        Some(self.0.iter().take(parent.0.len() + 1).skip(1).collect())
    }
}

/// What a name in a module refers to. One name can have several bindings, for example a module and a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Binding {
    /// The child module of that name.
    Module,
    /// An item that is defined here.
    Here,
    /// The path of a `use`.
    Import(Vec<String>),
}

/// A module that is compiled outside tests.
#[derive(Debug)]
pub(super) struct Module {
    /// Relative to the workspace; for an inline module, the file that contains it.
    pub(super) file: PathBuf,
    pub(super) names: BTreeMap<String, Vec<Binding>>,
    /// The paths of `use path::*`.
    pub(super) globs: Vec<Vec<String>>,
    /// Every path in the module's code, including imports.
    pub(super) written: Vec<Vec<String>>,
    /// The `macro_rules!` that are defined here.
    pub(super) macros: BTreeSet<String>,
    /// Macros that are called by a single name.
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
