//! The endpoints of RFC 7644 §3.2, table 2.

use std::fmt;

/// A method and a path; `{user}` and `{group}` stand for ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
}

/// One instance and the resources in its app.
#[derive(Debug, Clone)]
pub(super) struct Fixture {
    pub(super) base: String,
    pub(super) authorization: String,
    pub(super) user: String,
    pub(super) group: String,
}

pub(super) const ENDPOINTS: [Endpoint; 24] = [
    at("GET", ""),
    at("GET", "/Users"),
    at("POST", "/Users"),
    at("GET", "/Users/{user}"),
    at("PUT", "/Users/{user}"),
    at("PATCH", "/Users/{user}"),
    at("DELETE", "/Users/{user}"),
    at("GET", "/Groups"),
    at("POST", "/Groups"),
    at("GET", "/Groups/{group}"),
    at("PUT", "/Groups/{group}"),
    at("PATCH", "/Groups/{group}"),
    at("DELETE", "/Groups/{group}"),
    at("POST", "/.search"),
    at("POST", "/Users/.search"),
    at("POST", "/Groups/.search"),
    at("POST", "/Bulk"),
    at("GET", "/ServiceProviderConfig"),
    at("GET", "/ResourceTypes"),
    at("GET", "/ResourceTypes/User"),
    at("GET", "/Schemas"),
    at("GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"),
    at("GET", "/Me"),
    at("POST", "/Me"),
];

const fn at(method: &'static str, path: &'static str) -> Endpoint {
    Endpoint { method, path }
}

impl Endpoint {
    pub(super) fn takes_body(&self) -> bool {
        matches!(self.method, "POST" | "PUT" | "PATCH")
    }

    pub(super) fn filled(&self, fixture: &Fixture) -> String {
        self.path.replace("{user}", &fixture.user).replace("{group}", &fixture.group)
    }

    /// What is documented as not supported answers 501 (RFC 7644 §3.11).
    pub(super) fn may_answer(&self, status: u16) -> bool {
        status == 501 && self.path == "/Me"
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.replace("urn:ietf:params:scim:schemas:core:2.0:User", "{urn}");
        write!(f, "{} {}", self.method, if path.is_empty() { "/" } else { &path })
    }
}
