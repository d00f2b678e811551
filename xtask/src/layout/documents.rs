//! Whether what the documents name is there: files, and the laws that comments cite.

use super::error::LayoutError;
use super::finding::{Finding, Rule};
use super::text;
use super::workspace::Package;
use std::path::Path;

/// The documents at the root whose paths in backticks are checked. The README's are not: some name what its commands create.
const WITH_PATHS: [&str; 3] = ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"];
/// Paths in the documents are relative to one of these.
const BASES: [&str; 2] = ["", "gateway/src"];
/// Before the number of a law that a comment cites.
const CITATION: &str = "ARCHITECTURE.md, law ";
/// Before the number of a law in ARCHITECTURE.md.
const HEADING: &str = "### Law ";

/// Checks the links and paths of the documents at the root, and the citations in every Rust file.
pub(super) fn check(root: &Path, packages: &[Package]) -> Result<Vec<Finding>, LayoutError> {
    let mut missing = Vec::new();
    for document in text::entries(root)?.into_iter().filter(|entry| entry.extension().is_some_and(|end| end == "md")) {
        let name = document.file_name().unwrap_or_default().to_string_lossy();
        let text = text::read(&document)?;
        let linked = links(&text).filter(|link| !root.join(link).exists());
        missing.extend(linked.map(|link| format!("{name} links to {link}")));
        if WITH_PATHS.contains(&name.as_ref()) {
            let named = paths(&text).filter(|path| !BASES.iter().any(|base| root.join(base).join(path).exists()));
            missing.extend(named.map(|path| format!("{name} names {path}")));
        }
    }
    let architecture = root.join("ARCHITECTURE.md");
    let laws = if architecture.is_file() { text::read(&architecture)? } else { String::new() };
    for file in packages.iter().map(|package| text::rust_files(&root.join(&package.folder).join("src"))) {
        for file in file? {
            let text = text::read(&file)?;
            let unknown = numbers(&text, CITATION).filter(|cited| !numbers(&laws, HEADING).any(|law| law == *cited));
            let file = file.strip_prefix(root).unwrap_or(&file).display();
            missing.extend(unknown.map(|law| format!("{file} cites law {law}")));
        }
    }
    Ok(missing.into_iter().map(|place| Finding::at(Rule::Documents, [place])).collect())
}

/// The targets of links, without their fragments, that are files here.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let files = targets.map(|target| target.split_once('#').map_or(target, |(file, _)| file));
    files.filter(|file| !file.is_empty() && !file.contains("://"))
}

/// What stands in backticks and has the form of a relative path.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split('`').skip(1).step_by(2);
    let of_paths = |letter: char| letter.is_ascii_alphanumeric() || "/._-".contains(letter);
    quoted.filter(move |text| text.contains('/') && !text.starts_with('/') && text.chars().all(of_paths))
}

/// The numbers that follow a text.
fn numbers<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = u32> {
    text.split(before).skip(1).filter_map(|rest| {
        let digits = rest.split(|letter: char| !letter.is_ascii_digit()).next()?;
        digits.parse().ok()
    })
}
