//! One request to the app and its answer, as a connector sees them (`wit/app.wit`).

use std::time::Duration;

/// A connector's request; nothing in it is trusted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppRequest {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// Relative to the base URL; see [`super::AppPath`].
    pub path: String,
    /// Names and values, not encoded.
    pub query: Vec<(String, String)>,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body, if there is one; only for `POST`, `PUT` and `PATCH`.
    pub body: Option<Vec<u8>>,
}

/// The app's answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppResponse {
    /// Any status, including redirects.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// The app did not answer, or the request was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", .code.as_str())]
pub struct SendError {
    /// Why.
    pub code: SendErrorCode,
    /// For the log.
    pub detail: String,
    /// Whether the app may have acted on the request.
    pub sent: bool,
    /// When to try again, if that is known.
    pub retry_after: Option<Duration>,
}

/// Why there is no answer (`wit/app.wit`, `send-error.code`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendErrorCode {
    /// The request breaks a rule.
    Refused,
    /// The request could change the app, and the operation is a rehearsal.
    Rehearsal,
    /// The operation has used up its calls.
    Budget,
    /// No connection to the app.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// The connection broke before the answer was complete.
    Interrupted,
    /// The answer exceeds the limit.
    TooLarge,
    /// The app's authorization server issues no token for the instance's credential.
    Credential,
    /// The instance's rate limit, or a pause that the app asked for, leaves no turn within the operation's time.
    RateLimited,
    /// The app has not answered for a while and is not called for now.
    CircuitOpen,
}

impl SendErrorCode {
    /// The contract's word. To a connector, a rehearsal is one more rule that its request breaks.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused | Self::Rehearsal => "refused",
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
    /// The request was not sent.
    #[must_use]
    pub fn unsent(code: SendErrorCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), sent: false, retry_after: None }
    }
}

/// One call to the app, for the operator's log: no query, no body, no credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppCall {
    /// The connector's method.
    pub method: String,
    /// The path below the base URL, including ids.
    pub path: String,
    /// The app's status, or why there is none.
    pub outcome: Result<u16, SendErrorCode>,
    /// From the connector's call to its return, including waits and retries.
    pub duration: Duration,
}
