//! Why a host was not confirmed.

use scim_gateway::config::InstanceName;
use std::path::PathBuf;

/// Why a host was not confirmed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConfirmHostError {
    #[error("there is no [instances.{name}] in {file}; configured instances: {known}")]
    UnknownInstance { name: InstanceName, file: String, known: String },
    #[error("there is no state directory {0}: a gateway that never served has nothing to confirm")]
    NoState(PathBuf),
    #[error("the confirmation cannot be written to {0}: {1}")]
    Unwritable(PathBuf, std::io::Error),
}
