//! The workspace's crates, as their `Cargo.toml` files describe them. Nothing is built, and cargo is not asked.

use super::error::LayoutError;
use super::text;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One crate of the workspace.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    /// Relative to the workspace, as `gateway/scim`.
    pub(super) folder: PathBuf,
    /// The packages in `[dependencies]`, `[build-dependencies]` and their per-target tables, but not in `[dev-dependencies]`.
    pub(super) dependencies: Vec<String>,
}

#[derive(Deserialize)]
struct Manifest {
    package: Option<Names>,
    workspace: Option<Workspace>,
    #[serde(flatten)]
    tables: Dependencies,
    #[serde(default)]
    target: BTreeMap<String, Dependencies>,
}

#[derive(Deserialize)]
struct Names {
    name: String,
}

#[derive(Deserialize)]
struct Workspace {
    members: Vec<String>,
}

#[derive(Deserialize)]
struct Dependencies {
    #[serde(default)]
    dependencies: BTreeMap<String, Dependency>,
    #[serde(default, rename = "build-dependencies")]
    build: BTreeMap<String, Dependency>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Dependency {
    Version(#[expect(dead_code, reason = "only the package's name matters")] String),
    Table { package: Option<String> },
}

/// Every member of the workspace at `root`.
pub(super) fn packages(root: &Path) -> Result<Vec<Package>, LayoutError> {
    let members = manifest(&root.join("Cargo.toml"))?.workspace.map(|workspace| workspace.members).unwrap_or_default();
    let mut packages = Vec::new();
    for folder in members.iter().map(|member| folders(root, member)).collect::<Result<Vec<_>, _>>()?.concat() {
        let manifest = manifest(&root.join(&folder).join("Cargo.toml"))?;
        let Some(Names { name }) = manifest.package else { continue };
        let tables = std::iter::once(&manifest.tables).chain(manifest.target.values());
        let mut dependencies: Vec<String> = tables
            .flat_map(|table| table.dependencies.iter().chain(&table.build))
            .map(|(key, dependency)| match dependency {
                Dependency::Table { package: Some(package) } => package.clone(),
                _ => key.clone(),
            })
            .collect();
        dependencies.sort();
        dependencies.dedup();
        packages.push(Package { name, folder, dependencies });
    }
    Ok(packages)
}

/// The folders that a member refers to: itself, or every crate in the folder before `/*`.
fn folders(root: &Path, member: &str) -> Result<Vec<PathBuf>, LayoutError> {
    let Some(parent) = member.strip_suffix("/*") else { return Ok(vec![PathBuf::from(member)]) };
    let mut found: Vec<PathBuf> = text::entries(&root.join(parent))?
        .into_iter()
        .filter(|folder| folder.join("Cargo.toml").is_file())
        .filter_map(|folder| Some(Path::new(parent).join(folder.file_name()?)))
        .collect();
    found.sort();
    Ok(found)
}

fn manifest(path: &Path) -> Result<Manifest, LayoutError> {
    toml::from_str(&text::read(path)?).map_err(|source| LayoutError::NotToml { path: path.to_owned(), source })
}
