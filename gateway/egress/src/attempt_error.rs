//! Why one attempt failed.

use super::message::{SendError, SendErrorCode};
use std::time::Duration;

/// One attempt brought no complete answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", .code.as_str())]
pub(crate) struct AttemptError {
    pub(crate) code: SendErrorCode,
    pub(crate) detail: String,
    /// Whether the app may have seen the request.
    pub(crate) sent: bool,
    /// When to try again, if that is known.
    pub(crate) retry_after: Option<Duration>,
    /// Whether it says something about the app, which was called and had enough time.
    pub(crate) about_app: bool,
}

impl AttemptError {
    /// An error that says something about the app.
    pub(crate) fn new(code: SendErrorCode, detail: impl Into<String>, sent: bool) -> Self {
        Self { code, detail: detail.into(), sent, retry_after: None, about_app: true }
    }

    /// The gateway did not send the request, and it was not the app's fault.
    pub(crate) fn not_now(code: SendErrorCode, detail: &str, wait: Duration) -> Self {
        Self { retry_after: Some(wait), about_app: false, ..Self::new(code, detail, false) }
    }
}

impl From<AttemptError> for SendError {
    fn from(error: AttemptError) -> Self {
        let AttemptError { code, detail, sent, retry_after, about_app: _ } = error;
        Self { code, detail, sent, retry_after }
    }
}
