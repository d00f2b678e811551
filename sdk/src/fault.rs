//! Why an operation failed, in the shape of an RFC 7644 §3.12 error. The host answers the client with it as it is,
//! so `detail` says which field is wrong and what would be right, and holds no secret.

use crate::SendError;

/// A failed operation. `Display` is the detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The HTTP status for the client, 400..=599.
    pub status: u16,
    /// A `scimType` of RFC 7644 table 9, where one fits.
    pub scim_type: Option<String>,
    /// One or two sentences for the administrator of the identity provider.
    pub detail: String,
    /// For 429 and 503: when it is worth asking again.
    pub retry_after_seconds: Option<u32>,
}

impl Fault {
    /// A fault with a status of its own and no `scimType`.
    pub fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, scim_type: None, detail: detail.into(), retry_after_seconds: None }
    }

    /// 400 `invalidValue`: a value that the app cannot take.
    pub fn invalid_value(detail: impl Into<String>) -> Self {
        Self::new(400, detail).with_scim_type("invalidValue")
    }

    /// 400 `mutability`: a value that the app cannot change.
    pub fn mutability(detail: impl Into<String>) -> Self {
        Self::new(400, detail).with_scim_type("mutability")
    }

    /// 404 for an id that the app does not know.
    #[must_use]
    pub fn not_found(kind: &str, id: &str) -> Self {
        Self::new(404, format!("{kind} {id} not found"))
    }

    /// 409 `uniqueness`: a duplicate.
    pub fn uniqueness(detail: impl Into<String>) -> Self {
        Self::new(409, detail).with_scim_type("uniqueness")
    }

    /// 429 with the seconds to wait, where the app said.
    pub fn too_many_requests(detail: impl Into<String>, retry_after_seconds: Option<u32>) -> Self {
        Self { retry_after_seconds, ..Self::new(429, detail) }
    }

    /// 501 for an operation that the connector does not have.
    pub fn not_implemented(detail: impl Into<String>) -> Self {
        Self::new(501, detail)
    }

    /// 502 for an answer of the app that makes no sense, or a credential that it does not accept.
    pub fn bad_answer(detail: impl Into<String>) -> Self {
        Self::new(502, detail)
    }

    /// Whether it has this status and this `scimType`, or none.
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

/// 504 when the app took too long, 429 and 503 when it was not asked, 502 for the rest. The detail has the code only: what the host says is for its log.
impl From<SendError> for Fault {
    fn from(error: SendError) -> Self {
        let (status, what) = match error.code.as_str() {
            "timeout" => (504, "The app did not answer in time"),
            "refused" => (502, "The gateway did not let the call to the app out"),
            "budget" => (502, "The operation needs more calls to the app than it is allowed"),
            "interrupted" => (502, "The app's answer broke off"),
            "credential" => (502, "The app's authorization server does not accept the gateway's credential"),
            "rate-limited" => (429, "The app takes no more requests for the moment"),
            "circuit-open" => (503, "The app does not answer for the moment and is left alone"),
            "too-large" => (502, "The app's answer is larger than the gateway accepts"),
            _ => (502, "The app could not be reached"),
        };
        let doubt = if error.sent { "; the app may have acted on the request all the same" } else { "" };
        Self::new(status, format!("{what}{doubt}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_that_did_not_answer_becomes_a_gateway_status() {
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
