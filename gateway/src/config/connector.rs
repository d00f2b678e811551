//! `[connectors.<name>]`: a file that holds a connector, and the hash that it must have.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::table::Table;
use super::token::sha256_from_hex;

/// The SHA-256 hash of a connector's file: 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileHash([u8; 32]);

/// Why a text is not a file's hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a SHA-256 hash; write the 64 hexadecimal digits that `sha256sum` prints")]
pub struct FileHashError(String);

impl FileHash {
    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for FileHash {
    type Err = FileHashError;

    fn from_str(text: &str) -> Result<Self, FileHashError> {
        sha256_from_hex(text).map(Self).ok_or_else(|| FileHashError(text.to_owned()))
    }
}

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// One `[connectors.<name>]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connector {
    /// The `.wasm` file; a relative path has been joined to the configuration's directory.
    pub file: PathBuf,
    /// The hash that the file must have, when the operator pins it.
    pub sha256: Option<FileHash>,
}

impl Connector {
    pub(super) fn read(table: Table<'_>, directory: &Path) -> Option<Self> {
        let file = table.required::<PathBuf>("file", "write file = \"connectors/<name>.wasm\"");
        let sha256 = table.text("sha256");
        if let Some(file) = file.as_ref().map(|file| directory.join(file)).filter(|file| !file.is_file()) {
            table.mistake(
                "file",
                format_args!("{} is not a file", file.display()),
                "paths start at this file's directory",
            );
        }
        table.finish();
        Some(Self { file: directory.join(file?), sha256 })
    }
}
