//! The one error of the protocol, in the shape that the client receives (RFC 7644 §3.12).
//!
//! `detail` is written for the administrator of the identity provider: it names the attribute or the
//! operation that is wrong and says what would be right. It never holds a value that could be secret.

use std::fmt;

use serde_json::{Value, json};

use crate::status::ErrorStatus;
use crate::urn;

/// What kind of error it is, in SCIM's own words: RFC 7644 table 9, and RFC 9865 for cursors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScimType {
    /// The filter is malformed, or the attribute and comparison are not supported.
    InvalidFilter,
    /// The filter yields more results than the server is willing to calculate.
    TooMany,
    /// One or more values are already in use or reserved.
    Uniqueness,
    /// The change is not compatible with the attribute's mutability.
    Mutability,
    /// The body's structure is invalid or does not fit the request's schema.
    InvalidSyntax,
    /// The path of a PATCH operation is malformed or names no attribute.
    InvalidPath,
    /// The path of a PATCH operation matches nothing that could be operated on.
    NoTarget,
    /// A value is missing, or not compatible with the attribute's type or schema.
    InvalidValue,
    /// The protocol version is not supported.
    InvalidVers,
    /// The request cannot be completed because it would show sensitive values in a URI.
    Sensitive,
    /// The cursor is not one the server gave out (RFC 9865).
    InvalidCursor,
    /// The cursor was valid and is no longer (RFC 9865).
    ExpiredCursor,
    /// The count is not one the server accepts together with the cursor (RFC 9865).
    InvalidCount,
}

impl ScimType {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
        }
    }

    /// The type that a word on the wire names, or nothing when SCIM knows no such word.
    pub fn parse(word: &str) -> Option<Self> {
        const ALL: [ScimType; 13] = [
            ScimType::InvalidFilter,
            ScimType::TooMany,
            ScimType::Uniqueness,
            ScimType::Mutability,
            ScimType::InvalidSyntax,
            ScimType::InvalidPath,
            ScimType::NoTarget,
            ScimType::InvalidValue,
            ScimType::InvalidVers,
            ScimType::Sensitive,
            ScimType::InvalidCursor,
            ScimType::ExpiredCursor,
            ScimType::InvalidCount,
        ];
        ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for ScimType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal, as the client sees it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{status}{}: {detail}", scim_type.map(|kind| format!(" {kind}")).unwrap_or_default())]
pub struct Error {
    /// The HTTP status.
    pub status: ErrorStatus,
    /// SCIM's word for it, where SCIM has one.
    pub scim_type: Option<ScimType>,
    /// What is wrong and what would be right, for people.
    pub detail: String,
}

impl Error {
    /// Any status, with no SCIM word.
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

    /// 409 that is no duplicate; a duplicate is [`Error::uniqueness`].
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(ErrorStatus::CONFLICT, detail)
    }

    /// 412: the resource changed since the client read it.
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

    /// 502: the app answered something that makes no sense.
    pub fn bad_gateway(detail: impl Into<String>) -> Self {
        Self::new(ErrorStatus::BAD_GATEWAY, detail)
    }

    /// 503.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(ErrorStatus::UNAVAILABLE, detail)
    }

    /// The body of the answer. `status` is a string (RFC 7644 §3.12); Okta insists.
    pub fn to_json(&self) -> Value {
        let mut body = json!({ "schemas": [urn::ERROR], "status": self.status.to_string() });
        if let Some(object) = body.as_object_mut() {
            if let Some(kind) = self.scim_type {
                object.insert("scimType".to_owned(), kind.as_str().into());
            }
            object.insert("detail".to_owned(), self.detail.as_str().into());
        }
        body
    }

    /// The same error with the part it happened in before its detail: `operation 2: ...`.
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
    fn status_is_a_string_and_the_urn_is_there() {
        let body = Error::uniqueness("userName is taken").to_json();
        assert_eq!(
            body,
            json!({ "schemas": [urn::ERROR], "status": "409", "scimType": "uniqueness", "detail": "userName is taken" })
        );
    }

    #[test]
    fn an_error_without_a_scim_word_has_no_scim_type() {
        assert_eq!(Error::not_found("no such User").to_json().get("scimType"), None);
    }

    #[test]
    fn words_round_trip() {
        for word in ["invalidFilter", "tooMany", "noTarget", "sensitive", "invalidVers", "expiredCursor"] {
            assert_eq!(ScimType::parse(word).map(ScimType::as_str), Some(word));
        }
        assert_eq!(ScimType::parse("nonsense"), None);
    }
}
