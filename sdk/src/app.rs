//! Access to the app, and to what else the host provides: settings, log, state.

use crate::{Call, Host, Level, Request, Settings, State};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;

/// RFC 3986's unreserved characters are not encoded in a path segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes an id as one segment of a path: `a/b` becomes `a%2Fb`.
#[must_use]
pub fn segment(id: &str) -> String {
    utf8_percent_encode(id, SEGMENT).to_string()
}

/// A connector's access to the app. Cheap to copy.
#[derive(Clone, Copy)]
pub struct App<'h> {
    host: &'h dyn Host,
}

impl fmt::Debug for App<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("App")
    }
}

impl<'h> App<'h> {
    /// Access to the app through a host.
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

    /// Writes a line to the operator's log. Never log personal data or whole documents.
    pub fn log(self, level: Level, message: impl AsRef<str>) {
        self.host.log(level, message.as_ref());
    }

    fn call(self, method: &str, path: impl Into<String>) -> Call<'h> {
        let request = Request { method: method.to_owned(), path: path.into(), ..Request::default() };
        Call { host: self.host, request }
    }
}
