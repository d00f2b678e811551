//! The HTTP status of a refusal.

use std::fmt;

/// A status of 400 to 599: a refusal can have no other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorStatus(u16);

impl ErrorStatus {
    /// 400.
    pub const BAD_REQUEST: Self = Self(400);
    /// 401.
    pub const UNAUTHORIZED: Self = Self(401);
    /// 403.
    pub const FORBIDDEN: Self = Self(403);
    /// 404.
    pub const NOT_FOUND: Self = Self(404);
    /// 405.
    pub const METHOD_NOT_ALLOWED: Self = Self(405);
    /// 408.
    pub const REQUEST_TIMEOUT: Self = Self(408);
    /// 409.
    pub const CONFLICT: Self = Self(409);
    /// 412.
    pub const PRECONDITION_FAILED: Self = Self(412);
    /// 413.
    pub const CONTENT_TOO_LARGE: Self = Self(413);
    /// 415.
    pub const UNSUPPORTED_MEDIA_TYPE: Self = Self(415);
    /// 429.
    pub const TOO_MANY_REQUESTS: Self = Self(429);
    /// 500.
    pub const INTERNAL: Self = Self(500);
    /// 501.
    pub const NOT_IMPLEMENTED: Self = Self(501);
    /// 502.
    pub const BAD_GATEWAY: Self = Self(502);
    /// 503.
    pub const UNAVAILABLE: Self = Self(503);
    /// 504.
    pub const GATEWAY_TIMEOUT: Self = Self(504);

    /// `None` for what is not 400 to 599.
    pub const fn new(status: u16) -> Option<Self> {
        match status {
            400..=599 => Some(Self(status)),
            _ => None,
        }
    }

    /// 5xx: the gateway or the app failed, and the client may ask again.
    pub const fn is_server_error(self) -> bool {
        self.0 >= 500
    }
}

impl From<ErrorStatus> for u16 {
    fn from(status: ErrorStatus) -> Self {
        status.0
    }
}

impl PartialEq<u16> for ErrorStatus {
    fn eq(&self, status: &u16) -> bool {
        self.0 == *status
    }
}

impl fmt::Display for ErrorStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for ErrorStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_refusal_is_a_success() {
        for status in [0, 100, 200, 204, 304, 399, 600, u16::MAX] {
            assert_eq!(ErrorStatus::new(status), None, "{status}");
        }
        for status in [400, 499, 500, 599] {
            assert_eq!(ErrorStatus::new(status).map(u16::from), Some(status));
        }
    }
}
