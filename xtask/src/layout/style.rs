//! Where a module's file is, and how its imports are set.

use super::error::LayoutError;
use super::finding::{Finding, Rule};
use super::text;
use super::workspace::Package;
use std::path::Path;
use syn::visit::{self, Visit};
use syn::{Item, ItemUse, Visibility};

/// The folders of a crate that contain Rust files.
const FOLDERS: [&str; 4] = ["src", "tests", "benches", "examples"];

/// Checks every Rust file of a package, including tests.
pub(super) fn check(root: &Path, package: &Package) -> Result<Vec<Finding>, LayoutError> {
    let mut findings = Vec::new();
    for folder in FOLDERS.map(|name| root.join(&package.folder).join(name)) {
        for file in text::rust_files(&folder)? {
            let relative = file.strip_prefix(root).unwrap_or(&file).display().to_string();
            if is_beside_its_folder(&file)? {
                findings.push(Finding::at(Rule::ModuleStyle, [relative.clone()]));
            }
            let text = text::read(&file)?;
            let lines = second_blocks(&text::parse(&file, &text)?, &text);
            if !lines.is_empty() {
                let places = lines.into_iter().map(|line| format!("{relative}:{line}"));
                findings.push(Finding::at(Rule::ImportBlock, places));
            }
        }
    }
    Ok(findings)
}

/// Whether there is a folder `x` with Rust files beside `x.rs`.
fn is_beside_its_folder(file: &Path) -> Result<bool, LayoutError> {
    Ok(!text::rust_files(&file.with_extension(""))?.is_empty())
}

/// The lines of imports that a blank line separates from the import above. Re-exports may form a block of their own.
fn second_blocks(file: &syn::File, text: &str) -> Vec<usize> {
    let mut blocks = Blocks { lines: text.lines().collect(), found: Vec::new() };
    blocks.in_items(&file.items);
    blocks.visit_file(file);
    blocks.found
}

struct Blocks<'a> {
    lines: Vec<&'a str>,
    found: Vec<usize>,
}

impl Blocks<'_> {
    fn in_items(&mut self, items: &[Item]) {
        let neighbours = items.iter().zip(items.iter().skip(1));
        for (one, next) in neighbours {
            if let (Item::Use(one), Item::Use(next)) = (one, next)
                && is_import(one) == is_import(next)
                && self.is_blank_between(one, next)
            {
                self.found.push(next.use_token.span.start().line);
            }
        }
    }

    fn is_blank_between(&self, one: &ItemUse, next: &ItemUse) -> bool {
        let ends = one.semi_token.span.start().line;
        let begins = next.use_token.span.start().line;
        let between = self.lines.iter().take(begins.saturating_sub(1)).skip(ends);
        between.into_iter().any(|line| line.trim().is_empty())
    }
}

impl<'ast> Visit<'ast> for Blocks<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if let Some((_, items)) = &module.content {
            self.in_items(items);
        }
        visit::visit_item_mod(self, module);
    }
}

fn is_import(item: &ItemUse) -> bool {
    matches!(item.vis, Visibility::Inherited)
}
