//! A reply of the fake app.

use crate::{Response, SendError, Value, json};

/// The fake app's reply to one call.
#[derive(Clone, Debug)]
pub struct Reply(pub(super) Result<Response, SendError>);

impl Reply {
    /// A status with a JSON body.
    #[must_use]
    #[allow(clippy::needless_pass_by_value, reason = "reads best with `json!` in the call")]
    pub fn json(status: u16, body: Value) -> Self {
        Self::text(status, body.to_string()).header("content-type", "application/json")
    }

    /// A status with any body.
    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self(Ok(Response { status, headers: Vec::new(), body: body.into().into_bytes() }))
    }

    /// A status with an empty body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::text(status, "")
    }

    /// An error of an app that speaks SCIM (RFC 7644 §3.12).
    #[must_use]
    pub fn scim_error(status: u16, scim_type: Option<&str>, detail: &str) -> Self {
        Self::json(status, json!({"status": status.to_string(), "scimType": scim_type, "detail": detail}))
    }

    /// No response: `code` as in [`SendError`]; `sent` says whether the app may have processed the request.
    #[must_use]
    pub fn lost(code: &str, sent: bool) -> Self {
        Self(Err(SendError { code: code.to_owned(), detail: "scripted by the test".to_owned(), sent }))
    }

    /// The same reply with a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        if let Ok(response) = &mut self.0 {
            response.headers.push((name.to_ascii_lowercase(), value.into()));
        }
        self
    }
}
