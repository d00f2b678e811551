//! Why a request is sent: for a client, or to find out what would happen.

/// Why an operation calls its app. There is no default: whoever starts an operation states its purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The operation is carried out.
    Live,
    /// The operation is explained: nothing that could change the app is sent.
    Rehearsal,
}

impl Purpose {
    /// Whether a request with this method may be sent. Only GET is safe in every app (RFC 9110 §9.2.1).
    pub(crate) fn permits(self, method: &str) -> bool {
        match self {
            Self::Live => true,
            Self::Rehearsal => method == "GET",
        }
    }
}
