//! Why no version was restored.

use scim_gateway::config::ConnectorName;
use scim_gateway::connectors::Sha256;
use scim_gateway::instances::VersionError;

/// Why no version was restored.
#[derive(Debug, thiserror::Error)]
pub(super) enum RollbackError {
    #[error("there is no [connectors.{name}] in {file}; configured connectors: {known}")]
    UnknownConnector { name: String, file: String, known: String },
    #[error("no earlier version of {0} is kept; the gateway keeps versions that it has served")]
    Nothing(ConnectorName),
    #[error("no kept version of {name} starts with {digest}; `--list` shows them")]
    NoSuch { name: ConnectorName, digest: String },
    #[error(
        "connectors.{name}.sha256 pins {pinned}, but the version to restore is {version}: change or remove the pin first"
    )]
    Pinned { name: ConnectorName, pinned: Sha256, version: Sha256 },
    #[error("the kept versions of {0} cannot be read: {1}")]
    Unreadable(ConnectorName, std::io::Error),
    #[error(transparent)]
    Version(#[from] VersionError),
}
