//! Reads files, folders and Rust syntax trees.

use super::error::LayoutError;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) fn read(path: &Path) -> Result<String, LayoutError> {
    fs::read_to_string(path).map_err(|source| LayoutError::Unreadable { path: path.to_owned(), source })
}

pub(super) fn parse(path: &Path, text: &str) -> Result<syn::File, LayoutError> {
    syn::parse_file(text).map_err(|source| {
        let line = source.span().start().line;
        LayoutError::NotRust { path: path.to_owned(), line, source }
    })
}

/// The sorted entries of a folder; none if there is no such folder.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>, LayoutError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable = |source| LayoutError::Unreadable { path: folder.to_owned(), source };
    let entries: Result<Vec<PathBuf>, _> =
        fs::read_dir(folder).map_err(unreadable)?.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut entries = entries.map_err(unreadable)?;
    entries.sort();
    Ok(entries)
}

/// All `.rs` files below a folder.
pub(super) fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, LayoutError> {
    let mut files = Vec::new();
    for entry in entries(folder)? {
        if entry.is_dir() {
            files.extend(rust_files(&entry)?);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            files.push(entry);
        }
    }
    Ok(files)
}
