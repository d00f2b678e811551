//! The gateway's answer to a SCIM request.

use serde_json::Value;
use std::collections::BTreeMap;

/// Status, headers and body of an answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    /// Null when there is no body.
    pub body: Value,
}

impl Answer {
    /// The body, provided that the status is as expected.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// The version of the resource; empty when the answer has none.
    pub fn etag(&self) -> String {
        self.headers.get("etag").cloned().unwrap_or_default()
    }

    /// Status and `scimType` of an error.
    pub fn error(&self) -> (u16, Option<&str>) {
        (self.status, self.body["scimType"].as_str())
    }
}

/// The values of one attribute in the resources of a list.
pub fn column<'a>(list: &'a Value, attribute: &str) -> Vec<&'a str> {
    list["Resources"].as_array().unwrap().iter().map(|each| each[attribute].as_str().unwrap_or_default()).collect()
}
