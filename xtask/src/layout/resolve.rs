//! Finds the file that defines what a path refers to, through imports and re-exports.

use super::module::{Binding, Module, ModulePath};
use super::tree::Tree;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What a path refers to within its own package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// An item: its name and the file that defines it.
    Item { name: String, file: PathBuf },
    /// A module. Naming a module is not a dependency; using something from it is.
    Module(ModulePath),
}

/// Resolves a single path. It remembers the imports that it has followed, so that circular ones end.
struct Resolver<'a> {
    tree: &'a Tree,
    followed: BTreeSet<(ModulePath, Vec<String>)>,
}

/// Every item and module that `path` can refer to in the module `from`. Paths to other crates refer to none.
pub(super) fn resolve(tree: &Tree, from: &ModulePath, path: &[String]) -> Vec<Target> {
    Resolver { tree, followed: BTreeSet::new() }.in_scope(from, path)
}

/// The `macro_rules!` of that name anywhere in the package: textual scope and `#[macro_export]` make imports unnecessary.
pub(super) fn resolve_macro(tree: &Tree, name: &str) -> Option<Target> {
    let module = tree.modules.values().find(|module| module.macros.contains(name))?;
    Some(Target::Item { name: name.to_owned(), file: module.file.clone() })
}

impl Resolver<'_> {
    /// Resolves a path as written: its first name is looked up in the module, then among the crates.
    fn in_scope(&mut self, from: &ModulePath, path: &[String]) -> Vec<Target> {
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

    /// Resolves a path relative to a module.
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
        // The name is not in the source, so a macro that the module calls must define it.
        let file = self.tree.modules.get(module).map(|module| module.file.clone());
        file.map(|file| Target::Item { name: first.clone(), file }).into_iter().collect()
    }

    /// As [`Self::walk`], but `None` if the module has no such name.
    fn lookup(&mut self, at: &ModulePath, path: &[String]) -> Option<Vec<Target>> {
        let module = self.tree.modules.get(at)?;
        let (name, rest) = path.split_first()?;
        let Some(bindings) = module.names.get(name) else { return self.lookup_in_globs(at, module, path) };
        // A module and a function can share a name; only the module can be followed by `::`.
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
                        targets.extend(self.in_scope(at, &[import, rest].concat()));
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
            for target in self.in_scope(at, glob) {
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
