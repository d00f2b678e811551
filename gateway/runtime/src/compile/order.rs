//! What the gateway asks of the process that compiles, and what that answers.

use super::super::artifact::ArtifactError;
use super::super::compile_limits::CompileLimits;
use super::super::wasi::Wasi;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::str::FromStr;

/// What to compile, besides the file itself, which comes on standard input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompileOrder {
    /// An empty directory for the compiled code.
    pub(super) directory: PathBuf,
    pub(super) wasi: Wasi,
    pub(super) limits: CompileLimits,
    /// Whether the gateway serves meanwhile.
    pub(super) gives_way: bool,
}

/// What became of it, on standard output.
pub(super) type Outcome = Result<(), ArtifactError>;

/// An order that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("this command is for the gateway's own use")]
pub struct OrderError(#[from] serde_json::Error);

impl FromStr for CompileOrder {
    type Err = OrderError;

    fn from_str(text: &str) -> Result<Self, OrderError> {
        Ok(serde_json::from_str(text)?)
    }
}
