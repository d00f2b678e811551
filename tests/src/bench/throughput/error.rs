//! Why there is no report.

use crate::gateway_process::{ConfigError, GatewayError};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ThroughputError {
    #[error("{0}")]
    Nginx(String),
    #[error("{what} cannot be run: {source}")]
    NotRun { what: String, source: std::io::Error },
    #[error("{0} ended before it was ready")]
    NotReady(String),
    #[error("the load generator failed before {target}: {said}")]
    Load { target: &'static str, said: String },
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}
