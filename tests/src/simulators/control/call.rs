//! One HTTP call as an app sees it, and the answer.

use axum::{body::to_bytes, extract::Request};
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use url::form_urlencoded;

/// More than any app would accept; a larger body is answered 413.
const MAX_BODY: usize = 64 << 20;

/// A call, read whole. The order of query parameters is the order on the wire.
#[derive(Clone, Debug)]
pub(in crate::simulators) struct Call {
    pub(in crate::simulators) method: String,
    /// As received: still percent-encoded.
    pub(in crate::simulators) path: String,
    /// Decoded as forms are: `+` is a space.
    pub(in crate::simulators) query: Vec<(String, String)>,
    pub(in crate::simulators) raw_query: String,
    /// With lower-case names; a header that is sent twice is in the list twice.
    pub(in crate::simulators) headers: Vec<(String, String)>,
    pub(in crate::simulators) body: Bytes,
}

impl Call {
    /// Reads a request; `None` when its body is truncated or too large.
    pub(super) async fn read(request: Request) -> Option<Self> {
        let (head, body) = request.into_parts();
        let raw_query = head.uri.query().unwrap_or_default().to_owned();
        let query = form_urlencoded::parse(raw_query.as_bytes()).into_owned().collect();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers =
            head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect();
        let body = to_bytes(body, MAX_BODY).await.ok()?;
        Some(Self {
            method: head.method.as_str().to_owned(),
            path: head.uri.path().to_owned(),
            query,
            raw_query,
            headers,
            body,
        })
    }

    /// The first header of that lower-case name.
    pub(in crate::simulators) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(each, _)| each == name).map(|(_, value)| value.as_str())
    }

    /// The first query parameter of that name.
    pub(in crate::simulators) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(each, _)| each == name).map(|(_, value)| value.as_str())
    }

    /// The base URL that the caller used: `http://host:port`.
    pub(in crate::simulators) fn origin(&self) -> String {
        format!("http://{}", self.header("host").unwrap_or("localhost"))
    }
}

/// What an app answers.
#[derive(Clone, Debug, Default)]
pub(in crate::simulators) struct Answer {
    pub(in crate::simulators) status: u16,
    pub(in crate::simulators) headers: Vec<(String, String)>,
    pub(in crate::simulators) body: Bytes,
}

impl Answer {
    /// A status without a body and without a content type.
    pub(in crate::simulators) fn empty(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// A body of the given content type.
    pub(in crate::simulators) fn text(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }.with("content-type", content_type)
    }

    /// A JSON body of the given content type.
    pub(in crate::simulators) fn json(status: u16, content_type: &str, body: &impl Serialize) -> Self {
        Self::text(status, content_type, serde_json::to_vec(body).unwrap_or_default())
    }

    /// The same answer with one more header.
    pub(in crate::simulators) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// The body as JSON, as text when it is not JSON, as null when there is none.
pub(super) fn body_value(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}
