//! `[connectors.<name>]`: a connector's file, and the hash that it must have.

use super::table::Table;
use crate::connectors::Sha256;
use std::path::{Path, PathBuf};

/// One `[connectors.<name>]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connector {
    /// The `.wasm` file; a relative path has been resolved against the configuration's directory.
    pub file: PathBuf,
    /// The hash that the file must have, if the operator pins it.
    pub sha256: Option<Sha256>,
}

impl Connector {
    pub(super) fn read(table: Table<'_>, directory: &Path) -> Option<Self> {
        let file = table.required::<PathBuf>("file", "write file = \"connectors/<name>.wasm\"");
        let sha256 = table.text("sha256");
        table.finish();
        Some(Self { file: directory.join(file?), sha256 })
    }
}
