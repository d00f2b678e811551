//! Which file defines what a path names. A `pub use` is followed to the item itself.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::module::{Binding, Module, ModulePath};
use super::tree::Tree;

/// What a path leads to inside its own crate; what leads out of it has no target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// An item: its name and the file that defines it.
    Item { name: String, file: PathBuf },
    /// A module. Naming one ties nothing: what is taken from it does.
    Module(ModulePath),
}

/// Resolves one path; it is made anew for each, for it remembers the imports that it followed.
struct Resolver<'a> {
    tree: &'a Tree,
    followed: BTreeSet<(ModulePath, Vec<String>)>,
}

/// Every item and module that `path`, written in the module `from`, can mean.
pub(super) fn resolve(tree: &Tree, from: &ModulePath, path: &[String]) -> Vec<Target> {
    Resolver { tree, followed: BTreeSet::new() }.from_scope(from, path)
}

/// The macro of that name: it need not be imported where its text comes first, and `#[macro_export]` puts it into the crate's root.
pub(super) fn resolve_macro(tree: &Tree, name: &str) -> Option<Target> {
    let module = tree.modules.values().find(|module| module.macros.contains(name))?;
    Some(Target::Item { name: name.to_owned(), file: module.file.clone() })
}

impl Resolver<'_> {
    /// A path as it is written: its first name is looked up in the module, then among the crates.
    fn from_scope(&mut self, from: &ModulePath, path: &[String]) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        match first.as_str() {
            "crate" => self.walk(&from.crate_root(), rest),
            "self" => self.walk(from, rest),
            "super" => self.above(from, rest),
            _ => match self.lookup(from, path) {
                Some(targets) => targets,
                None if *first == self.tree.library => self.walk(&ModulePath::root("lib"), rest),
                None => Vec::new(),
            },
        }
    }

    fn above(&mut self, module: &ModulePath, rest: &[String]) -> Vec<Target> {
        match module.parent() {
            Some(parent) => self.walk(&parent, rest),
            None => Vec::new(),
        }
    }

    /// What `path` means inside a module that is known.
    fn walk(&mut self, module: &ModulePath, path: &[String]) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else { return vec![Target::Module(module.clone())] };
        if first == "super" {
            return self.above(module, rest);
        }
        if let Some(targets) = self.lookup(module, path) {
            return targets;
        }
        if module.parent().is_none()
            && let Some(exported) = resolve_macro(self.tree, first)
        {
            return vec![exported];
        }
        // Nothing that can be seen has this name: a macro that the module calls makes it.
        let file = self.tree.modules.get(module).map(|module| module.file.clone());
        file.map(|file| Target::Item { name: first.clone(), file }).into_iter().collect()
    }

    /// As [`Self::walk`], or nothing where the module does not have the path's first name.
    fn lookup(&mut self, at: &ModulePath, path: &[String]) -> Option<Vec<Target>> {
        let module = self.tree.modules.get(at)?;
        let (name, rest) = path.split_first()?;
        let Some(bindings) = module.names.get(name) else { return self.lookup_in_globs(at, module, path) };
        // A module and a function can have one name; what goes on behind it is in the module.
        if bindings.contains(&Binding::Module) && !rest.is_empty() {
            return Some(self.walk(&at.child(name), rest));
        }
        let mut targets = Vec::new();
        for binding in bindings {
            match binding {
                Binding::Module => targets.push(Target::Module(at.child(name))),
                Binding::Here => targets.push(Target::Item { name: name.clone(), file: module.file.clone() }),
                Binding::Import(import) => {
                    if self.followed.insert((at.clone(), [import, rest].concat())) {
                        targets.extend(self.from_scope(at, &[import, rest].concat()));
                    }
                }
            }
        }
        Some(targets)
    }

    fn lookup_in_globs(&mut self, at: &ModulePath, module: &Module, path: &[String]) -> Option<Vec<Target>> {
        for glob in &module.globs {
            if !self.followed.insert((at.clone(), [glob.as_slice(), &["*".to_owned()], path].concat())) {
                continue;
            }
            for target in self.from_scope(at, glob) {
                if let Target::Module(source) = target
                    && let Some(found) = self.lookup(&source, path)
                {
                    return Some(found);
                }
            }
        }
        None
    }
}
