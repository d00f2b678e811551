//! The error of the protocol, as the client receives it (RFC 7644 §3.12).
//!
//! `detail` is written for the administrator of the identity provider: it names the attribute or operation that is wrong
//! and says what to send instead. It never contains a value that could be secret.

mod scim_type;

use crate::excerpt::Excerpt;
use crate::status::ErrorStatus;
use crate::urn;
pub use scim_type::ScimType;
use serde_json::{Value, json};
use std::fmt;

/// An error, as the client sees it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{status}{}: {detail}", scim_type.map(|kind| format!(" {kind}")).unwrap_or_default())]
pub struct Error {
    /// The HTTP status.
    pub status: ErrorStatus,
    /// SCIM's keyword, where there is one.
    pub scim_type: Option<ScimType>,
    /// What is wrong and what to send instead, for people.
    pub detail: String,
}

impl Error {
    /// Any status, without a SCIM keyword.
    pub fn new(status: ErrorStatus, detail: impl Into<String>) -> Self {
        Self { status, scim_type: None, detail: detail.into() }
    }

    fn typed(status: ErrorStatus, scim_type: ScimType, detail: impl Into<String>) -> Self {
        Self { status, scim_type: Some(scim_type), detail: detail.into() }
    }

    /// 400 `invalidValue`.
    pub fn invalid_value(detail: impl Into<String>) -> Self {
        Self::typed(ErrorStatus::BAD_REQUEST, ScimType::InvalidValue, detail)
    }

    /// 400 `invalidPath`.
    pub fn invalid_path(detail: impl Into<String>) -> Self {
        Self::typed(ErrorStatus::BAD_REQUEST, ScimType::InvalidPath, detail)
    }

    /// 400 `invalidFilter`.
    pub fn invalid_filter(detail: impl Into<String>) -> Self {
        Self::typed(ErrorStatus::BAD_REQUEST, ScimType::InvalidFilter, detail)
    }

    /// 400 `invalidSyntax`.
    pub fn invalid_syntax(detail: impl Into<String>) -> Self {
        Self::typed(ErrorStatus::BAD_REQUEST, ScimType::InvalidSyntax, detail)
    }

    /// 400 `noTarget`.
    pub fn no_target(detail: impl Into<String>) -> Self {
        Self::typed(ErrorStatus::BAD_REQUEST, ScimType::NoTarget, detail)
    }

    /// 400 `mutability`.
    pub fn mutability(detail: impl Into<String>) -> Self {
        Self::typed(ErrorStatus::BAD_REQUEST, ScimType::Mutability, detail)
    }

    /// 409 `uniqueness`.
    pub fn uniqueness(detail: impl Into<String>) -> Self {
        Self::typed(ErrorStatus::CONFLICT, ScimType::Uniqueness, detail)
    }

    /// 400 `tooMany`.
    pub fn too_many(detail: impl Into<String>) -> Self {
        Self::typed(ErrorStatus::BAD_REQUEST, ScimType::TooMany, detail)
    }

    /// 400 `invalidVers`.
    pub fn invalid_vers(detail: impl Into<String>) -> Self {
        Self::typed(ErrorStatus::BAD_REQUEST, ScimType::InvalidVers, detail)
    }

    /// 403 `sensitive`.
    pub fn sensitive(detail: impl Into<String>) -> Self {
        Self::typed(ErrorStatus::FORBIDDEN, ScimType::Sensitive, detail)
    }

    /// 400 `invalidCursor` (RFC 9865).
    pub fn invalid_cursor(detail: impl Into<String>) -> Self {
        Self::typed(ErrorStatus::BAD_REQUEST, ScimType::InvalidCursor, detail)
    }

    /// 400 `expiredCursor` (RFC 9865).
    pub fn expired_cursor(detail: impl Into<String>) -> Self {
        Self::typed(ErrorStatus::BAD_REQUEST, ScimType::ExpiredCursor, detail)
    }

    /// 400 `invalidCount` (RFC 9865).
    pub fn invalid_count(detail: impl Into<String>) -> Self {
        Self::typed(ErrorStatus::BAD_REQUEST, ScimType::InvalidCount, detail)
    }

    /// 401.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(ErrorStatus::UNAUTHORIZED, detail)
    }

    /// 403.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(ErrorStatus::FORBIDDEN, detail)
    }

    /// 404.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(ErrorStatus::NOT_FOUND, detail)
    }

    /// 409 for anything but a duplicate, which is [`Error::uniqueness`].
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(ErrorStatus::CONFLICT, detail)
    }

    /// 412: the resource has changed since the client read it.
    pub fn precondition_failed(detail: impl Into<String>) -> Self {
        Self::new(ErrorStatus::PRECONDITION_FAILED, detail)
    }

    /// 413.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(ErrorStatus::CONTENT_TOO_LARGE, detail)
    }

    /// 429.
    pub fn too_many_requests(detail: impl Into<String>) -> Self {
        Self::new(ErrorStatus::TOO_MANY_REQUESTS, detail)
    }

    /// 500.
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::new(ErrorStatus::INTERNAL, detail)
    }

    /// 501.
    pub fn not_implemented(detail: impl Into<String>) -> Self {
        Self::new(ErrorStatus::NOT_IMPLEMENTED, detail)
    }

    /// 502: the app's response makes no sense.
    pub fn bad_gateway(detail: impl Into<String>) -> Self {
        Self::new(ErrorStatus::BAD_GATEWAY, detail)
    }

    /// 503.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(ErrorStatus::UNAVAILABLE, detail)
    }

    /// The response body. `status` is a string (RFC 7644 §3.12), and Okta insists on it. The detail is cut where it is too long to be
    /// read.
    pub fn to_json(&self) -> Value {
        let mut body = json!({ "schemas": [urn::ERROR], "status": self.status.to_string() });
        if let Some(object) = body.as_object_mut() {
            if let Some(kind) = self.scim_type {
                object.insert("scimType".to_owned(), kind.as_str().into());
            }
            object.insert("detail".to_owned(), Excerpt::of(&self.detail).into_string().into());
        }
        body
    }

    /// The same error with the place where it happened before its detail: `operation 2: ...`.
    #[must_use]
    pub fn within(mut self, place: impl fmt::Display) -> Self {
        self.detail = format!("{place}: {}", self.detail);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_is_a_string_and_the_urn_is_present() {
        let body = Error::uniqueness("userName is taken").to_json();
        assert_eq!(
            body,
            json!({ "schemas": [urn::ERROR], "status": "409", "scimType": "uniqueness", "detail": "userName is taken" })
        );
    }

    #[test]
    fn a_detail_is_no_longer_than_people_read() {
        let body = Error::invalid_value("x".repeat(1 << 20)).to_json();
        assert!(body.to_string().len() < Excerpt::BYTES + 200);
    }

    #[test]
    fn an_error_without_a_keyword_has_no_scim_type() {
        assert_eq!(Error::not_found("no such User").to_json().get("scimType"), None);
    }
}
