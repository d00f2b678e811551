//! One request to the app and its answer, as a connector words them (`wit/app.wit`).

use std::time::Duration;

/// A request as the connector words it; nothing in it is trusted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppRequest {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// Relative to the base URL; see [`super::AppPath`].
    pub path: String,
    /// Names and values as they are.
    pub query: Vec<(String, String)>,
    /// Names and values as they are.
    pub headers: Vec<(String, String)>,
    /// The body, if there is one.
    pub body: Option<Vec<u8>>,
}

/// The app's answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppResponse {
    /// Any status, redirects too.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// The app gave no answer, or the request was not let out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", .code.as_str())]
pub struct SendError {
    /// Why.
    pub code: SendErrorCode,
    /// For the log.
    pub detail: String,
    /// Whether the app may have acted on the request.
    pub sent: bool,
    /// When it is worth asking again, where that is known.
    pub retry_after: Option<Duration>,
}

/// Why there is no answer (`wit/app.wit`, `send-error.code`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendErrorCode {
    /// The request breaks a rule.
    Refused,
    /// The operation has used up its calls.
    Budget,
    /// No connection to the app.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// The connection broke before the whole answer was there.
    Interrupted,
    /// The answer is larger than it may be.
    TooLarge,
    /// The app's authorization server gives no token for the instance's credential.
    Credential,
    /// The instance's rate, or a pause that the app asked for, leaves no turn within the operation's time.
    RateLimited,
    /// The app has not answered for a while and is left alone for now.
    CircuitOpen,
}

impl SendErrorCode {
    /// The word that the contract uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Budget => "budget",
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
            Self::Interrupted => "interrupted",
            Self::TooLarge => "too-large",
            Self::Credential => "credential",
            Self::RateLimited => "rate-limited",
            Self::CircuitOpen => "circuit-open",
        }
    }
}

impl SendError {
    pub(crate) fn unsent(code: SendErrorCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), sent: false, retry_after: None }
    }
}

/// One call to the app, for the operator's log: no query, no body, no credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppCall {
    /// The method as the connector gave it.
    pub method: String,
    /// The path below the base URL, ids included.
    pub path: String,
    /// The app's status, or why there is none.
    pub outcome: Result<u16, SendErrorCode>,
    /// From the connector's call to its return, waiting and repeating included.
    pub duration: Duration,
}
