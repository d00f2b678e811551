//! Why an operation failed, in the shape of an RFC 7644 §3.12 error. The host passes it to the client unchanged, so `detail`
//! says which field is wrong and what to send instead, and contains no secret.

use crate::SendError;

/// The error of a failed operation. `Display` is the detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The HTTP status for the client, 400..=599.
    pub status: u16,
    /// A `scimType` of RFC 7644 table 9, where one fits.
    pub scim_type: Option<String>,
    /// One or two sentences for the administrator of the identity provider.
    pub detail: String,
    /// For 429 and 503: the seconds after which to retry.
    pub retry_after_seconds: Option<u32>,
}

impl Fault {
    /// A fault with any status and no `scimType`.
    pub fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, scim_type: None, detail: detail.into(), retry_after_seconds: None }
    }

    /// 400 `invalidValue`: a value that the app does not accept.
    pub fn invalid_value(detail: impl Into<String>) -> Self {
        Self::new(400, detail).with_scim_type("invalidValue")
    }

    /// 400 `mutability`: a value that cannot be changed in the app.
    pub fn mutability(detail: impl Into<String>) -> Self {
        Self::new(400, detail).with_scim_type("mutability")
    }

    /// 404: an id that the app does not know.
    #[must_use]
    pub fn not_found(kind: &str, id: &str) -> Self {
        Self::new(404, format!("{kind} {id} not found"))
    }

    /// 409 `uniqueness`: a duplicate.
    pub fn uniqueness(detail: impl Into<String>) -> Self {
        Self::new(409, detail).with_scim_type("uniqueness")
    }

    /// 429, with the seconds to wait if the app gave them.
    pub fn too_many_requests(detail: impl Into<String>, retry_after_seconds: Option<u32>) -> Self {
        Self { retry_after_seconds, ..Self::new(429, detail) }
    }

    /// 501: an operation that the connector does not support.
    pub fn not_implemented(detail: impl Into<String>) -> Self {
        Self::new(501, detail)
    }

    /// 502: a response of the app that makes no sense.
    pub fn bad_answer(detail: impl Into<String>) -> Self {
        Self::new(502, detail)
    }

    /// Whether it has this status and exactly this `scimType`, or none.
    #[must_use]
    pub fn is(&self, status: u16, scim_type: Option<&str>) -> bool {
        self.status == status && self.scim_type.as_deref() == scim_type
    }

    /// The same fault with a `scimType`.
    #[must_use]
    pub fn with_scim_type(self, scim_type: impl Into<String>) -> Self {
        Self { scim_type: Some(scim_type.into()), ..self }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Fault {}

/// 504 if the app took too long, 429 and 503 if the call was not made, 502 otherwise. The detail depends only on the code,
/// because the host's detail is for its log.
impl From<SendError> for Fault {
    fn from(error: SendError) -> Self {
        let (status, what) = match error.code.as_str() {
            "timeout" => (504, "The app did not respond in time"),
            "refused" => (502, "The gateway refused the connector's call to the app"),
            "budget" => (502, "The operation exceeded its limit of calls to the app"),
            "interrupted" => (502, "The app's response was cut off"),
            "credential" => (502, "The app's authorization server rejects the gateway's credential"),
            "rate-limited" => (429, "The app is rate-limiting requests; retry later"),
            "circuit-open" => (503, "The app is not responding, so calls to it are suspended; retry later"),
            "too-large" => (502, "The app's response is larger than the gateway accepts"),
            _ => (502, "The app could not be reached"),
        };
        let doubt = if error.sent { "; the app may have processed the request nevertheless" } else { "" };
        Self::new(status, format!("{what}{doubt}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_that_does_not_respond_becomes_a_gateway_status() {
        for (code, status) in [
            ("timeout", 504),
            ("rate-limited", 429),
            ("circuit-open", 503),
            ("unreachable", 502),
            ("budget", 502),
            ("not yet known", 502),
        ] {
            let error = SendError { code: code.into(), detail: "10.0.0.1:443".into(), sent: false };
            let fault = Fault::from(error);
            assert_eq!(fault.status, status, "{code}");
            assert!(!fault.detail.contains("10.0.0.1"), "{fault}");
        }
    }
}
