//! Why the layout could not be read at all.

use std::path::PathBuf;

/// What keeps the sources from being read, or the findings from being written; a rule that is broken is a [`super::finding::Finding`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum LayoutError {
    #[error("cannot read {path}: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{path}: {source}")]
    NotToml { path: PathBuf, source: toml::de::Error },
    #[error("{path}:{line}: not Rust: {source}")]
    NotRust { path: PathBuf, line: usize, source: syn::Error },
    #[error("{path} declares the module `{name}`, and there is neither {name}.rs nor {name}/mod.rs for it")]
    NoFile { path: PathBuf, name: String },
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}
