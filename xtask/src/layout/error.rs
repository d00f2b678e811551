//! Why the layout could not be checked.

use std::path::PathBuf;

/// The sources could not be read, or the findings not written. A broken rule is a [`super::finding::Finding`] instead.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LayoutError {
    #[error("cannot read {path}: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{path}: {source}")]
    NotToml { path: PathBuf, source: toml::de::Error },
    #[error("{path}:{line}: not Rust: {source}")]
    NotRust { path: PathBuf, line: usize, source: syn::Error },
    #[error("{path} declares the module `{name}`, but there is neither {name}.rs nor {name}/mod.rs")]
    NoFile { path: PathBuf, name: String },
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}
