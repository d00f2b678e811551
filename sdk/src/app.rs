//! The client for the app, and what else the host grants: settings, log, state.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Answer, Host, Level, Request, SendError, Value, text};

/// RFC 3986 unreserved characters stay as they are in a path segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An id as one segment of a path: `a/b` is `a%2Fb`.
#[must_use]
pub fn segment(id: &str) -> String {
    utf8_percent_encode(id, SEGMENT).to_string()
}

/// The app, as a connector sees it. Cheap to copy.
#[derive(Clone, Copy)]
pub struct App<'h> {
    host: &'h dyn Host,
}

impl std::fmt::Debug for App<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App")
    }
}

impl<'h> App<'h> {
    /// The app that a host gives access to.
    pub fn new(host: &'h dyn Host) -> Self {
        Self { host }
    }

    /// A GET of a path below the base URL.
    pub fn get(self, path: impl Into<String>) -> Call<'h> {
        self.call("GET", path)
    }

    /// A POST.
    pub fn post(self, path: impl Into<String>) -> Call<'h> {
        self.call("POST", path)
    }

    /// A PUT.
    pub fn put(self, path: impl Into<String>) -> Call<'h> {
        self.call("PUT", path)
    }

    /// A PATCH.
    pub fn patch(self, path: impl Into<String>) -> Call<'h> {
        self.call("PATCH", path)
    }

    /// A DELETE.
    pub fn delete(self, path: impl Into<String>) -> Call<'h> {
        self.call("DELETE", path)
    }

    /// The instance's settings.
    #[must_use]
    pub fn settings(self) -> Settings<'h> {
        Settings { host: self.host }
    }

    /// The instance's small memory. Treat it as a cache: it may be empty at any time.
    #[must_use]
    pub fn state(self) -> State<'h> {
        State { host: self.host }
    }

    /// A line for the operator. No personal data, no whole documents.
    pub fn log(self, level: Level, message: impl AsRef<str>) {
        self.host.log(level, message.as_ref());
    }

    fn call(self, method: &str, path: impl Into<String>) -> Call<'h> {
        let request = Request { method: method.to_owned(), path: path.into(), ..Request::default() };
        Call { host: self.host, request }
    }
}

/// A request being made.
#[must_use = "a call does nothing until it is sent"]
pub struct Call<'h> {
    host: &'h dyn Host,
    request: Request,
}

impl std::fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.request.fmt(f)
    }
}

impl Call<'_> {
    /// A query parameter, as it is: the host encodes it.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request.query.push((name.into(), value.into()));
        self
    }

    /// A header. The host refuses credentials, cookies, `host`, hop-by-hop headers, `accept-encoding` and `range`.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request.headers.push((name.into(), value.into()));
        self
    }

    /// A JSON body, with `content-type: application/json` unless the call already names one.
    pub fn json(mut self, body: &Value) -> Self {
        if !self.request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            self.request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        self.request.body = Some(text(body).into_bytes());
        self
    }

    /// Sends it. Any status is an answer: [`Answer::ok`] turns a bad one into a fault.
    ///
    /// # Errors
    /// When no answer came; `?` turns it into a [`crate::Fault`].
    pub fn send(self) -> Result<Answer, SendError> {
        let (method, path) = (self.request.method.clone(), self.request.path.clone());
        self.host.send(self.request).map(|response| Answer::new(&method, &path, response))
    }
}

/// The instance's settings, as the descriptor declares them.
#[derive(Clone, Copy)]
pub struct Settings<'h> {
    host: &'h dyn Host,
}

impl std::fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Settings")
    }
}

impl Settings<'_> {
    /// The value, or the declared default; nothing when there is neither.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Value> {
        self.host.setting(name).and_then(|json| serde_json::from_str(&json).ok())
    }

    /// The value of a string setting.
    #[must_use]
    pub fn text(self, name: &str) -> Option<String> {
        match self.get(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The value of an integer setting.
    #[must_use]
    pub fn integer(self, name: &str) -> Option<i64> {
        self.get(name).and_then(|value| value.as_i64())
    }

    /// The value of a boolean setting; false when there is none.
    #[must_use]
    pub fn flag(self, name: &str) -> bool {
        self.get(name) == Some(Value::Bool(true))
    }
}

/// A few small values that survive between operations.
#[derive(Clone, Copy)]
pub struct State<'h> {
    host: &'h dyn Host,
}

impl std::fmt::Debug for State<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("State")
    }
}

impl State<'_> {
    /// What was left under a key.
    #[must_use]
    pub fn get(self, key: &str) -> Option<String> {
        self.host.state_get(key)
    }

    /// Leaves a value; keys up to 256 bytes, values up to 64 KiB.
    pub fn set(self, key: &str, value: &str) {
        self.host.state_set(key, value);
    }

    /// Forgets a value.
    pub fn delete(self, key: &str) {
        self.host.state_delete(key);
    }
}
