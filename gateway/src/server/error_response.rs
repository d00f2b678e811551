//! The one place where errors become HTTP responses.
//!
//! An error has two texts (ARCHITECTURE.md, law 10): `detail` for the client, and a cause for the operator, which goes with the response to
//! the operation's log line and is never sent.

use crate::admission::{AccessError, Busy};
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, StatusCode};
use scim_protocol::{Error, ErrorStatus};
use std::time::Duration;

/// The media type of SCIM (RFC 7644 §3.1).
pub const SCIM_JSON: HeaderValue = HeaderValue::from_static("application/scim+json");

const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"scim\"");

/// A SCIM error as a response (RFC 7644 §3.12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorResponse {
    error: Error,
    class: Option<&'static str>,
    cause: Option<String>,
    retry_after: Option<Duration>,
    allow: Option<&'static str>,
    refused_token: bool,
}

/// Marks the response to a wrong token; a response extension.
#[derive(Debug, Clone, Copy)]
pub(super) struct RefusedToken;

/// What the operator is told about an error; a response extension.
#[derive(Debug, Clone)]
pub(super) struct Explanation {
    pub(super) scim_type: Option<&'static str>,
    pub(super) class: Option<&'static str>,
    pub(super) cause: Option<String>,
}

impl ErrorResponse {
    /// Adds the operator's text.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds the kind of failure, for log and metrics.
    #[must_use]
    pub fn of_class(mut self, class: &'static str) -> Self {
        self.class = Some(class);
        self
    }

    /// Tells the client when to retry; sent in whole seconds, rounded up.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// 405, with the allowed methods.
    pub fn method_not_allowed(method: &Method, allow: &'static str) -> Self {
        let error =
            Error::new(ErrorStatus::METHOD_NOT_ALLOWED, format!("{method} is not allowed here; allowed: {allow}"));
        Self { allow: Some(allow), ..error.into() }
    }

    /// What the client is told.
    pub fn scim_error(&self) -> &Error {
        &self.error
    }
}

impl From<Error> for ErrorResponse {
    fn from(error: Error) -> Self {
        Self { error, class: None, cause: None, retry_after: None, allow: None, refused_token: false }
    }
}

impl From<AccessError> for ErrorResponse {
    fn from(error: AccessError) -> Self {
        let response = Self { refused_token: error.is_wrong_token(), ..Self::from(error.to_scim()) };
        // An unknown instance with a good token is the client's mistake alone: its detail says everything.
        if error == AccessError::UnknownInstance { response } else { response.because(error.to_string()) }
    }
}

impl From<Busy> for ErrorResponse {
    fn from(busy: Busy) -> Self {
        let error = Error::unavailable("the gateway is busy; send the same request again");
        Self::from(error).because(busy.to_string()).retry_after(Duration::from_secs(1))
    }
}

impl IntoResponse for ErrorResponse {
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
        if self.refused_token {
            response.extensions_mut().insert(RefusedToken);
        }
        response.extensions_mut().insert(Explanation { scim_type, class: self.class, cause: self.cause });
        response
    }
}

/// Makes an error that something else answered (the router, an extractor) a SCIM error of the same status.
pub(super) async fn as_scim_error(response: Response) -> Response {
    let status = response.status();
    let is_other = response.extensions().get::<Explanation>().is_none();
    let Some(error) = ErrorStatus::new(status.as_u16()).filter(|_| is_other) else { return response };
    let reason = status.canonical_reason().unwrap_or("the request was refused");
    let mut told = ErrorResponse::from(Error::new(error, reason)).into_response();
    if let Some(allow) = response.headers().get(ALLOW) {
        told.headers_mut().insert(ALLOW, allow.clone());
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_refuses_the_client_gets_a_scim_error() {
        let other = |status: StatusCode| (status, "plain text").into_response();
        let told = as_scim_error(other(StatusCode::BAD_REQUEST)).await;
        assert_eq!((told.status(), told.headers().get(CONTENT_TYPE)), (StatusCode::BAD_REQUEST, Some(&SCIM_JSON)));
        let kept = as_scim_error(other(StatusCode::OK)).await;
        assert_ne!(kept.headers().get(CONTENT_TYPE), Some(&SCIM_JSON));
        let own = as_scim_error(ErrorResponse::from(Error::not_found("no such user")).into_response()).await;
        assert!(own.extensions().get::<Explanation>().is_some());
        assert_eq!(own.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn the_cause_of_an_error_is_not_sent_and_the_wait_is_rounded_up() {
        let error =
            ErrorResponse::from(Error::unavailable("busy")).because("breaker").retry_after(Duration::from_millis(1200));
        let response = error.into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers().get(RETRY_AFTER), Some(&HeaderValue::from_static("2")));
        assert_eq!(response.headers().get(CONTENT_TYPE), Some(&SCIM_JSON));
        let explanation = response.extensions().get::<Explanation>().expect("an explanation");
        assert_eq!(explanation.cause.as_deref(), Some("breaker"));
    }

    #[test]
    fn a_busy_gateway_answers_503_with_retry_after() {
        let response = ErrorResponse::from(Busy { limit: "its share" }).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers().get(RETRY_AFTER), Some(&HeaderValue::from_static("1")));
        let explanation = response.extensions().get::<Explanation>().expect("an explanation");
        assert_eq!(explanation.cause.as_deref(), Some("more concurrent operations than its share"));
    }
}
