//! The app's response to a call, and what an error status means to the client.

use crate::{Fault, Object, Response};
use serde_json::Value;

/// How many characters of an app's error text the client sees.
const EXCERPT: usize = 300;

/// The app's response, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Any status; redirects are not followed.
    pub status: u16,
    /// The body's bytes.
    pub body: Vec<u8>,
    headers: Vec<(String, String)>,
    call: String,
}

impl Answer {
    pub(crate) fn new(method: &str, path: &str, response: Response) -> Self {
        let Response { status, headers, body } = response;
        Self { status, body, headers, call: format!("{method} {path}") }
    }

    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header with this name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// 502 if it is not.
    pub fn json(&self) -> Result<Value, Fault> {
        serde_json::from_slice(&self.body).map_err(|_| {
            Fault::bad_answer(format!("The app returned {} to {} without valid JSON", self.status, self.call))
        })
    }

    /// The body as a JSON object.
    ///
    /// # Errors
    /// 502 if it is not.
    pub fn object(&self) -> Result<Object, Fault> {
        match self.json()? {
            Value::Object(object) => Ok(object),
            _ => Err(Fault::bad_answer(format!(
                "The app returned {} to {} without a JSON object",
                self.status, self.call
            ))),
        }
    }

    /// Returns this answer if its status is 2xx.
    ///
    /// # Errors
    /// Otherwise [`Answer::fault`].
    pub fn ok(self) -> Result<Self, Fault> {
        if self.is_success() { Ok(self) } else { Err(self.fault()) }
    }

    /// The seconds in `Retry-After`. A date is ignored, because a connector has no clock.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        self.header("retry-after").and_then(|value| value.trim().parse().ok())
    }

    /// The fault for the client. 400 and 422 become 400 `invalidValue`, 409 becomes `uniqueness`; 404, 412, 429 and 503
    /// stay. So do 401 and 403, which the host keeps from the client: the app rejects the gateway's credential and not the client's.
    /// Everything else is 502.
    #[must_use]
    pub fn fault(&self) -> Fault {
        let error_text = self.error_text().map(|text| format!(": {text}")).unwrap_or_default();
        let detail = format!("The app returned {} to {}{error_text}", self.status, self.call);
        match self.status {
            400 | 422 => Fault::invalid_value(detail),
            401 => Fault::new(
                401,
                format!(
                    "The app rejects the gateway's credential (401){error_text}. Check the credential of this instance"
                ),
            ),
            403 => {
                Fault::new(403, format!("The app does not allow the gateway's credential to do this (403){error_text}"))
            }
            404 | 412 => Fault::new(self.status, detail),
            409 => Fault::uniqueness(detail),
            429 => Fault::too_many_requests(detail, self.retry_after()),
            503 => Fault { retry_after_seconds: self.retry_after(), ..Fault::new(503, detail) },
            300..400 => Fault::bad_answer(format!("{detail}; this is a redirect, so the base URL may be wrong")),
            _ => Fault::bad_answer(detail),
        }
    }

    /// The app's own error text: a well-known member of a JSON body, or short plain text; never markup.
    #[must_use]
    pub fn error_text(&self) -> Option<String> {
        let text = std::str::from_utf8(&self.body).ok()?.trim();
        let words = match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(object)) => ["detail", "error_description", "error", "errors", "message"]
                .iter()
                .find_map(|name| object.get(*name))
                .map_or_else(|| text.to_owned(), plain),
            Ok(other) => plain(&other),
            Err(_) if text.starts_with('<') => return None,
            Err(_) => text.to_owned(),
        };
        let words: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(EXCERPT).collect();
        Some(words.trim().to_owned()).filter(|words| !words.is_empty())
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        let headers = vec![("retry-after".to_owned(), "17".to_owned())];
        Answer::new("POST", "/users", Response { status, headers, body: body.into() })
    }

    #[test]
    fn each_error_status_becomes_a_fault_for_the_client() {
        for (status, fault_status, scim_type, retry) in [
            (400, 400, Some("invalidValue"), None),
            (422, 400, Some("invalidValue"), None),
            (401, 401, None, None),
            (403, 403, None, None),
            (404, 404, None, None),
            (409, 409, Some("uniqueness"), None),
            (429, 429, None, Some(17)),
            (301, 502, None, None),
            (406, 502, None, None),
            (500, 502, None, None),
            (503, 503, None, Some(17)),
        ] {
            let fault = answer(status, "").ok().unwrap_err();
            let got = (fault.status, fault.scim_type.as_deref(), fault.retry_after_seconds);
            assert_eq!(got, (fault_status, scim_type, retry), "{status}");
        }
    }

    #[test]
    fn the_apps_error_text_is_passed_on_from_every_shape() {
        for (body, error_text) in [
            (r#"{"error":"email is taken"}"#, Some("email is taken")),
            (r#"{"errors":{"email":["taken"]}}"#, Some(r#"{"email":["taken"]}"#)),
            (r#"{"email":["taken"]}"#, Some(r#"{"email":["taken"]}"#)),
            ("no\nluck ", Some("no luck")),
            ("<html>500</html>", None),
            ("", None),
        ] {
            assert_eq!(answer(422, body).error_text().as_deref(), error_text, "{body}");
        }
    }

    #[test]
    fn a_body_that_is_not_json_is_a_bad_answer() {
        assert_eq!(answer(200, "<html>").json().unwrap_err().status, 502);
        assert_eq!(answer(200, "[]").object().unwrap_err().status, 502);
    }
}
