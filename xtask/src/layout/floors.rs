//! Which of our crates may depend on which: the table in ARCHITECTURE.md.

use super::finding::{Finding, Rule};
use super::graph::Tie;
use super::workspace::Package;

/// Each crate with the workspace crates that it may depend on. Crates that are not listed may depend on any, and no listed crate on them.
const FLOORS: &[(&str, &[&str])] = &[
    ("scim-protocol", &[]),
    ("scim-mapping", &["scim-protocol"]),
    ("scim-egress", &["scim-protocol"]),
    ("scim-store", &["scim-protocol"]),
    ("scim-runtime", &["scim-egress", "scim-mapping", "scim-protocol"]),
    ("scim-gateway", &["scim-egress", "scim-mapping", "scim-protocol", "scim-runtime", "scim-store"]),
    ("scim-connector-sdk", &["scim-mapping", "scim-protocol"]),
];

/// Connectors, which depend on the SDK alone, have names that end like this.
const CONNECTOR: &str = "-connector";
const ON_THE_SDK: &[&str] = &["scim-connector-sdk"];

/// Finds dependencies that the table does not allow, and crates of the gateway that it does not list.
pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    packages.iter().flat_map(|package| check_one(package, packages)).collect()
}

fn check_one(package: &Package, packages: &[Package]) -> Vec<Finding> {
    let Some(allowed) = allowed(&package.name) else {
        let unplaced = package.folder.starts_with("gateway");
        return unplaced
            .then(|| Finding::at(Rule::Floors, [format!("{} is not in the table of floors", package.name)]))
            .into_iter()
            .collect();
    };
    let ours = |name: &&String| packages.iter().any(|package| package.name == **name);
    let broken = package.dependencies.iter().filter(ours).filter(|name| !allowed.contains(&name.as_str()));
    broken
        .map(|name| {
            let manifest = package.folder.join("Cargo.toml").display().to_string();
            let tie = Tie { from: package.name.clone(), to: name.clone(), names: vec!["[dependencies]".to_owned()] };
            Finding::at(Rule::Floors, [manifest]).tied_by(vec![tie])
        })
        .collect()
}

fn allowed(name: &str) -> Option<&'static [&'static str]> {
    let row = FLOORS.iter().find(|(floor, _)| *floor == name).map(|(_, allowed)| *allowed);
    row.or_else(|| name.ends_with(CONNECTOR).then_some(ON_THE_SDK))
}
