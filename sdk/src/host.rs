//! Everything that a connector can reach: the contract's imports as a trait, so that connector code also runs
//! natively against a fake ([`crate::testing::FakeApp`]).

/// The contract's imports `app`, `settings`, `log` and `state`.
pub trait Host {
    /// Sends one request to the app. The host adds the base URL and the credential.
    ///
    /// # Errors
    /// If the app did not respond or the host refused the request.
    fn send(&self, request: Request) -> Result<Response, SendError>;
    /// A setting's value as JSON text; `None` if it is neither set nor has a default.
    fn setting(&self, name: &str) -> Option<String>;
    /// Writes one line to the operator's log.
    fn log(&self, level: Level, message: &str);
    /// A value stored by an earlier operation.
    fn state_get(&self, key: &str) -> Option<String>;
    /// Stores a value for later operations; keys up to 256 bytes, values up to 64 KiB.
    fn state_set(&self, key: &str, value: &str);
    /// Deletes a value.
    fn state_delete(&self, key: &str);
}

/// The severity of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Details for the author of the connector.
    Debug,
    /// Normal events.
    Info,
    /// Something that an operator should look at.
    Warn,
    /// Something failed.
    Error,
}

impl Level {
    /// The contract's name for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// A request to the app, without host name and credential.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// The path relative to the base URL; starts with `/`, without a query.
    pub path: String,
    /// Names and values, not encoded: the host encodes them.
    pub query: Vec<(String, String)>,
    /// `accept`, `content-type` and the like.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Option<Vec<u8>>,
}

/// The app's response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Any status; redirects are not followed.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

/// The app did not respond, or the host refused the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendError {
    /// `refused`, `budget`, `unreachable`, `timeout`, `interrupted` or `too-large`; treat others as `unreachable`.
    pub code: String,
    /// For the log.
    pub detail: String,
    /// Whether the app may have processed the request although there was no response.
    pub sent: bool,
}

impl std::fmt::Display for SendError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl std::error::Error for SendError {}
