//! Why there are no figures.

use crate::gateway_process::{ConfigError, GatewayError};
use crate::http::HttpError;
use crate::simulators::StartError;
use crate::simulators::control::RequestError;

#[derive(Debug, thiserror::Error)]
pub enum IsolationError {
    #[error(transparent)]
    Simulator(#[from] StartError),
    #[error(transparent)]
    Fault(#[from] RequestError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error(transparent)]
    File(#[from] std::io::Error),
    #[error("the good instance has no user: {status}: {body}")]
    NoUser { status: u16, body: String },
}
