//! The one place where errors become HTTP.
//!
//! An error has two texts (design law 10): `detail` for the client, and a cause for the operator, which travels beside the response to
//! the operation's log line and never onto the wire.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, StatusCode};
use scim_protocol::{Error, ErrorStatus};

/// The media type of SCIM (RFC 7644 §3.1).
pub const SCIM_JSON: HeaderValue = HeaderValue::from_static("application/scim+json");

const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"scim\"");

/// A request that is answered with a SCIM error (RFC 7644 §3.12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    error: Error,
    class: Option<&'static str>,
    cause: Option<String>,
    retry_after: Option<Duration>,
    allow: Option<&'static str>,
}

/// What a response's error means to the operator; a response extension.
#[derive(Debug, Clone)]
pub(super) struct Explanation {
    pub(super) scim_type: Option<&'static str>,
    pub(super) class: Option<&'static str>,
    pub(super) cause: Option<String>,
}

impl Failure {
    /// Adds the operator's text.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds a word for the kind of failure, for log and metrics.
    #[must_use]
    pub fn of_class(mut self, class: &'static str) -> Self {
        self.class = Some(class);
        self
    }

    /// Tells the client when to ask again; sent in whole seconds, rounded up.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// 405, with the methods that are possible.
    pub fn method_not_allowed(method: &Method, allow: &'static str) -> Self {
        let error =
            Error::new(ErrorStatus::METHOD_NOT_ALLOWED, format!("{method} is not allowed here; allowed: {allow}"));
        Self { allow: Some(allow), ..error.into() }
    }

    /// What the client is told.
    pub fn error(&self) -> &Error {
        &self.error
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, class: None, cause: None, retry_after: None, allow: None }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.error.status.into()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let error = self.error;
        let mut response = (status, error.to_json().to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, SCIM_JSON);
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).into());
        }
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, CHALLENGE);
        }
        let scim_type = error.scim_type.map(scim_protocol::error::ScimType::as_str);
        response.extensions_mut().insert(Explanation { scim_type, class: self.class, cause: self.cause });
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_keeps_its_cause_to_itself_and_rounds_the_wait_up() {
        let failure =
            Failure::from(Error::unavailable("busy")).because("breaker").retry_after(Duration::from_millis(1200));
        let response = failure.into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers().get(RETRY_AFTER), Some(&HeaderValue::from_static("2")));
        assert_eq!(response.headers().get(CONTENT_TYPE), Some(&SCIM_JSON));
        let explanation = response.extensions().get::<Explanation>().expect("an explanation");
        assert_eq!(explanation.cause.as_deref(), Some("breaker"));
    }
}
