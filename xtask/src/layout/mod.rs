//! `cargo xtask layout`: reads the imports of every crate, without building anything, and says what is out of place.
//!
//! A circle of files is files of which each depends on each other, directly or by way of others. Paths are read wherever they can be
//! seen: in `use`, in code, in macros' tokens. A name that is re-exported counts for the file that defines it, so a `mod.rs` that
//! only declares and re-exports is on nobody's way. What is compiled for tests only is left out. Methods are not seen.

mod circles;
mod error;
mod finding;
mod floors;
mod graph;
mod module;
mod paths;
mod resolve;
mod style;
mod test_only;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod workspace;

use std::io::{Write, stdout};
use std::path::Path;

use scim_gateway_tests::artifacts;

use finding::{Finding, Rule};
use tree::Tree;

pub(crate) use error::LayoutError;

/// Options of `cargo xtask layout`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// One JSON document on standard output, for programs: a list of findings.
    #[arg(long)]
    json: bool,
}

/// Answers whether every rule holds.
pub(crate) fn run(options: &Options) -> Result<bool, LayoutError> {
    let findings = findings(&artifacts::workspace())?;
    let mut out = stdout().lock();
    if options.json {
        serde_json::to_writer_pretty(&mut out, &findings)?;
        writeln!(out)?;
    } else {
        findings.iter().try_for_each(|finding| writeln!(out, "{finding}\n"))?;
        writeln!(out, "{}", summary(&findings))?;
    }
    Ok(findings.is_empty())
}

/// Every place in the workspace at `root` that breaks a rule.
fn findings(root: &Path) -> Result<Vec<Finding>, LayoutError> {
    let packages = workspace::packages(root)?;
    let mut findings = floors::check(&packages);
    for package in &packages {
        let tree = Tree::read(root, package)?;
        let ties = circles::ties_of_files(&tree);
        findings.extend(circles::of_folders(&tree, &ties));
        findings.extend(circles::of_files(&tree, &ties));
        findings.extend(style::check(root, package)?);
    }
    Ok(findings)
}

fn summary(findings: &[Finding]) -> String {
    let counts = Rule::ALL.map(|rule| (rule, findings.iter().filter(|finding| finding.rule == rule).count()));
    let broken: Vec<String> =
        counts.iter().filter(|(_, count)| *count > 0).map(|(rule, count)| format!("{rule}: {count}")).collect();
    if broken.is_empty() { "everything is in its place".to_owned() } else { broken.join("\n") }
}
