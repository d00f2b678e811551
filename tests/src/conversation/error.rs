//! Why a step cannot be played.

use super::variables::UnknownVariable;
use crate::http::HttpError;

/// Why a step cannot be played at all.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    #[error("the simulator's /_sim/{what} failed: {reason}")]
    Simulator { what: String, reason: String },
    #[error("cannot prepare the app with {what}: {reason}")]
    Preparation { what: String, reason: String },
    #[error(transparent)]
    Variable(#[from] UnknownVariable),
    #[error("cannot reach the gateway: {0}")]
    Gateway(#[from] HttpError),
}
