//! An inactive resource, as the store holds it.

use serde_json::{Map, Value};

/// An inactive resource without an account in the app.
#[derive(Debug, Clone, PartialEq)]
pub struct Inactive {
    /// The SCIM id, as the client knows it.
    pub id: String,
    /// The value of the matching attribute, in lower case.
    pub matching: String,
    /// The client's own id of the resource.
    pub external_id: Option<String>,
    /// Whether the account is being removed, is removed or is being restored.
    pub phase: Phase,
    /// The last known SCIM attributes.
    pub resource: Map<String, Value>,
}

/// The stages between having an account and having none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The account is being removed and may still exist.
    Removing,
    /// There is no account.
    Removed,
    /// An account is being created and may exist already.
    Restoring,
}

impl Phase {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Removing => "removing",
            Self::Removed => "removed",
            Self::Restoring => "restoring",
        }
    }

    /// An unknown text is read as the phase that makes the fewest assumptions.
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "removed" => Self::Removed,
            "restoring" => Self::Restoring,
            _ => Self::Removing,
        }
    }
}
