//! Circles of files, and of folders that are side by side.

use super::finding::{Finding, Rule};
use super::graph::{Graph, Tie};
use super::module::{Module, ModulePath};
use super::resolve::{Target, resolve, resolve_macro};
use super::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Which names each file of a crate uses from which other file.
pub(super) fn ties_of_files(tree: &Tree) -> Graph {
    let mut graph = Graph::default();
    for (path, module) in &tree.modules {
        let mut tie = |file: &Path, name: String| graph.tie(module.file.display(), file.display(), name);
        for target in module.written.iter().flat_map(|written| resolve(tree, path, written)) {
            if let Target::Item { name, file } = target {
                tie(&file, name);
            }
        }
        for glob in &module.globs {
            for target in resolve(tree, path, glob) {
                let file = match &target {
                    Target::Item { file, .. } => Some(file),
                    Target::Module(source) => tree.modules.get(source).map(|source| &source.file),
                };
                if let Some(file) = file {
                    tie(file, format!("{}::*", glob.join("::")));
                }
            }
        }
        let unknown = module.called.iter().filter(|name| !module.names.contains_key(*name));
        for target in unknown.filter_map(|name| resolve_macro(tree, name)) {
            if let Target::Item { name, file } = target {
                tie(&file, format!("{name}!"));
            }
        }
    }
    graph
}

/// Every circle of files, except a module's file and the file of one direct child.
pub(super) fn of_files(tree: &Tree, ties: &Graph) -> Vec<Finding> {
    let parents = parents(tree);
    let is_parent = |one: &String, other: &String| {
        parents.get(Path::new(other)).is_some_and(|parent| parent.as_path() == Path::new(one))
    };
    let allowed = |circle: &BTreeSet<String>| match (circle.first(), circle.last()) {
        (Some(one), Some(other)) => circle.len() == 2 && (is_parent(one, other) || is_parent(other, one)),
        _ => false,
    };
    let circles = ties.circles().into_iter().filter(|circle| !allowed(circle));
    circles.map(|circle| finding(Rule::CircleOfFiles, &circle, ties, &allowed)).collect()
}

/// Every circle of sibling modules, each taken with everything in its folder. Circles of single files are left to [`of_files`].
pub(super) fn of_folders(tree: &Tree, files: &Graph) -> Vec<Finding> {
    let parents: BTreeSet<ModulePath> = tree.modules.keys().filter_map(ModulePath::parent).collect();
    parents.iter().flat_map(|parent| of_folders_below(parent, tree, files)).collect()
}

fn of_folders_below(parent: &ModulePath, tree: &Tree, files: &Graph) -> Vec<Finding> {
    let root = tree.modules.get(&parent.crate_root()).and_then(|root| root.file.parent()).unwrap_or(Path::new(""));
    let mut folders: BTreeMap<String, String> = BTreeMap::new();
    for (path, module) in &tree.modules {
        if let Some(child) = path.child_of(parent) {
            folders.insert(module.file.display().to_string(), root.join(child).display().to_string());
        }
    }
    let is_folder = |name: &String| folders.values().filter(|folder| *folder == name).count() > 1;
    let mut ties = Graph::default();
    for tie in files.among(&folders.keys().cloned().collect()) {
        if let (Some(from), Some(to)) = (folders.get(&tie.from), folders.get(&tie.to)) {
            let name = |path: &str| Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
            ties.tie(from, to, format!("{} uses {} from {}", name(&tie.from), tie.names.join(" and "), name(&tie.to)));
        }
    }
    let circles = ties.circles().into_iter().filter(|circle| circle.iter().any(is_folder));
    circles.map(|circle| finding(Rule::CircleOfFolders, &circle, &ties, &|_| false)).collect()
}

/// Maps each file to the file that declares its module.
fn parents(tree: &Tree) -> BTreeMap<PathBuf, PathBuf> {
    let parent = |(path, module): (&ModulePath, &Module)| {
        let parent = tree.modules.get(&path.parent()?)?;
        (parent.file != module.file).then(|| (module.file.clone(), parent.file.clone()))
    };
    tree.modules.iter().filter_map(parent).collect()
}

fn finding(
    rule: Rule,
    circle: &BTreeSet<String>,
    ties: &Graph,
    allowed: &dyn Fn(&BTreeSet<String>) -> bool,
) -> Finding {
    let ties = ties.among(circle);
    let opens = |cut: &&Tie| Graph::of_ties(ties.iter().filter(|tie| tie != cut)).circles().iter().all(allowed);
    let cuts = ties.iter().filter(opens).cloned().collect();
    Finding::at(rule, circle.iter().cloned()).tied_by(ties).cut_at(cuts)
}
