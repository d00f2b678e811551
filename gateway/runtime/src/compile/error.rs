//! Why a file could not be compiled.

use super::super::artifact::ArtifactError;
use std::time::Duration;

/// Why a file could not be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// The file is wrong.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// It takes too much processor time.
    #[error(
        "compiling it takes more than {} s of processor time; a file of ordinary size with very large functions does: split them, or build \
         with optimisation; on a slow machine, raise server.compile-seconds",
        .limit.as_secs()
    )]
    Time {
        /// The limit.
        limit: Duration,
    },
    /// It takes too much memory.
    #[error(
        "compiling it takes more than {} MiB of memory; a file with very large functions does: split them, or build with optimisation",
        .limit >> 20
    )]
    Memory {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The system ended the process.
    #[error("the system ended the compiler, most likely because memory is short; reload to try again")]
    Killed,
    /// The machine had no time for it.
    #[error("compiling it took longer than {} s, because the machine is busy; reload to try again", .limit.as_secs())]
    Late {
        /// The limit.
        limit: Duration,
    },
    /// The compiler failed.
    #[error(
        "the compiler ended without a result ({how}); build the connector with another version of its toolchain, and report this"
    )]
    Crashed {
        /// Its exit status and the end of what it printed.
        how: String,
    },
    /// The process could not be started.
    #[error("the compiler cannot be started: {0}")]
    Start(String),
    /// The directory for compiled code cannot be used.
    #[error("compiled code cannot be kept: {0}; check the space and the permissions of server.state-directory")]
    Workplace(String),
    /// The gateway is shutting down.
    #[error("compiling was cancelled")]
    Cancelled,
}

impl CompileError {
    /// Whether the same file would fail again.
    pub(crate) const fn is_final(&self) -> bool {
        matches!(self, Self::Artifact(_) | Self::Time { .. } | Self::Memory { .. } | Self::Crashed { .. })
    }
}
