//! Why a file cannot be loaded as a connector.

use super::artifact::ArtifactError;
use super::call_error::CallError;
use super::compile::CompileError;
use super::descriptor::DescriptorError;
use super::sha256::Sha256;

/// A file cannot be loaded as a connector.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{origin}: {cause}")]
pub struct LoadError {
    /// Where the file comes from, as named by the caller.
    pub origin: String,
    /// Why.
    #[source]
    pub cause: LoadCause,
}

/// Why a file cannot be loaded as a connector.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LoadCause {
    /// Too large.
    #[error("it has {bytes} bytes, above the limit of {limit}; build with `--profile connector`, or raise the limit")]
    TooLarge {
        /// The file's size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Not the file that the operator pinned.
    #[error("its SHA-256 is {actual}, but {pinned} is pinned; if the change is intended, update the pin")]
    Pin {
        /// The digest in the configuration.
        pinned: Sha256,
        /// The digest of the file.
        actual: Sha256,
    },
    /// Not a component of this contract.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// It could not be compiled.
    #[error(transparent)]
    Compile(CompileError),
    /// What was compiled could not be loaded.
    #[error("its compiled code cannot be loaded: {0}; delete the directory `code` in server.state-directory")]
    Code(String),
    /// The probe failed: no instance could be created, or `describe` failed.
    #[error("the trial call of `describe` failed: {0}")]
    Probe(#[source] CallError),
    /// The descriptor is invalid.
    #[error("its descriptor is invalid: {0}")]
    Descriptor(#[from] DescriptorError),
    /// Transforms are declared but not exported.
    #[error("its descriptor declares the transforms {}, but it does not export the interface `transforms`", .0.join(", "))]
    Transforms(Vec<String>),
    /// The gateway is shutting down.
    #[error("loading was cancelled")]
    Cancelled,
}

impl From<CompileError> for LoadCause {
    fn from(error: CompileError) -> Self {
        match error {
            CompileError::Artifact(error) => Self::Artifact(error),
            error => Self::Compile(error),
        }
    }
}
