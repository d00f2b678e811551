//! Who sends the requests.

use super::messages::{okta_user, user};
use serde_json::Value;

/// The SCIM client that a test plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// Follows the RFCs to the letter.
    Exact,
    /// Okta, with the User-Agent that the gateway recognises it by.
    Okta,
}

impl Client {
    /// The `User-Agent` header.
    pub fn user_agent(self) -> &'static str {
        match self {
            Self::Exact => "tests",
            Self::Okta => "Okta SCIM Client 1.0.0",
        }
    }

    /// The body with which this client creates a user.
    pub fn user(self, name: &str) -> Value {
        match self {
            Self::Exact => user(name),
            Self::Okta => okta_user(name),
        }
    }
}
