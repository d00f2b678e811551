//! One call to the app.

use crate::object::text;
use crate::{Answer, Host, Request, SendError, Value};
use std::fmt;

/// A request being built.
#[must_use = "a call does nothing until it is sent"]
pub struct Call<'h> {
    pub(crate) host: &'h dyn Host,
    pub(crate) request: Request,
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.request.fmt(f)
    }
}

impl Call<'_> {
    /// Adds a query parameter, not encoded: the host encodes it.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request.query.push((name.into(), value.into()));
        self
    }

    /// Adds a header. The host refuses credentials, cookies, `host`, hop-by-hop headers, `accept-encoding` and `range`.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request.headers.push((name.into(), value.into()));
        self
    }

    /// Sets a JSON body, with `content-type: application/json` unless the call already has one.
    pub fn json(mut self, body: &Value) -> Self {
        if !self.request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            self.request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        self.request.body = Some(text(body).into_bytes());
        self
    }

    /// Sends the request. Any status is an answer; [`Answer::ok`] turns an error status into a fault.
    ///
    /// # Errors
    /// If there was no response; `?` turns the error into a [`crate::Fault`].
    pub fn send(self) -> Result<Answer, SendError> {
        let (method, path) = (self.request.method.clone(), self.request.path.clone());
        self.host.send(self.request).map(|response| Answer::new(&method, &path, response))
    }
}
