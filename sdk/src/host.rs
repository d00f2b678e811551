//! All that a connector can reach: the imports of the contract, as a trait, so that connector logic also runs
//! natively against a fake ([`crate::testing::FakeApp`]).

/// The contract's imports `app`, `settings`, `log` and `state`.
pub trait Host {
    /// Sends one request to the app. The host adds the base URL and the credential.
    ///
    /// # Errors
    /// When the app gave no answer or the host did not let the request out.
    fn send(&self, request: Request) -> Result<Response, SendError>;
    /// A setting's value as JSON text; nothing when it is neither set nor has a default.
    fn setting(&self, name: &str) -> Option<String>;
    /// One line for the operator's log.
    fn log(&self, level: Level, message: &str);
    /// A value that an earlier operation left.
    fn state_get(&self, key: &str) -> Option<String>;
    /// Leaves a value for later operations; keys up to 256 bytes, values up to 64 KiB.
    fn state_set(&self, key: &str, value: &str);
    /// Forgets a value.
    fn state_delete(&self, key: &str);
}

/// How much an operator should care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// For the author of the connector.
    Debug,
    /// Worth knowing.
    Info,
    /// Something that a person should look at.
    Warn,
    /// Something that went wrong.
    Error,
}

impl Level {
    /// The contract's word for it.
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

/// A request to the app; no host name, no credential.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// Starts with `/` and is relative to the base URL; no query.
    pub path: String,
    /// Names and values as they are: the host encodes them.
    pub query: Vec<(String, String)>,
    /// `accept`, `content-type` and the like.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Option<Vec<u8>>,
}

/// What the app answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Any status; redirects are not followed.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

/// The app gave no answer, or the host did not let the request out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendError {
    /// `refused`, `budget`, `unreachable`, `timeout`, `interrupted` or `too-large`; treat others as `unreachable`.
    pub code: String,
    /// For the log.
    pub detail: String,
    /// Whether the app may have acted on the request although no answer came.
    pub sent: bool,
}

impl std::fmt::Display for SendError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl std::error::Error for SendError {}
