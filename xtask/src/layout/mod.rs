//! `cargo xtask layout`: checks from the imports of every crate, without building it, that the code keeps to ARCHITECTURE.md.
//!
//! A circle is a set of files or folders that all depend on each other, directly or through others. Paths are found in `use`, in code and
//! in the tokens of macros. A re-exported name counts as a dependency on the file that defines it, so importing it through a `mod.rs`
//! is not a dependency on that `mod.rs`. Code that is compiled for tests only is skipped. Method calls cannot be seen.

mod circles;
mod documents;
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
mod tokens;
mod tree;
mod workspace;

use finding::{Finding, Rule};
use scim_gateway_tests::artifacts;
use std::io::{Write, stdout};
use std::path::Path;
use tree::Tree;

pub(crate) use error::LayoutError;

/// Options of `cargo xtask layout`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Print the findings as one JSON document, for programs.
    #[arg(long)]
    json: bool,
}

/// Returns whether every rule holds.
pub(crate) fn run(options: &Options) -> Result<bool, LayoutError> {
    let findings = findings(artifacts::workspace())?;
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

/// Finds every place in the workspace at `root` that breaks a rule.
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
    findings.extend(documents::check(root, &packages)?);
    Ok(findings)
}

fn summary(findings: &[Finding]) -> String {
    let counts = Rule::ALL.map(|rule| (rule, findings.iter().filter(|finding| finding.rule == rule).count()));
    let broken: Vec<String> =
        counts.iter().filter(|(_, count)| *count > 0).map(|(rule, count)| format!("{rule}: {count}")).collect();
    if broken.is_empty() { "the layout is as ARCHITECTURE.md says".to_owned() } else { broken.join("\n") }
}
