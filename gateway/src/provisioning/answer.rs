//! A success, as the client sees it.
//!
//! What changes something becomes one only when it is committed: [`super::write`] makes those, and nothing else may.

use scim_protocol::{EntityTag, Object};
use serde_json::Value;

/// A success.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// 200, 201, 204 or 304.
    pub status: u16,
    /// The body, unless the status is 204 or 304.
    pub body: Option<Value>,
    /// Where the resource is, for 201.
    pub location: Option<String>,
    /// The version of the resource, for `ETag`, where it is known.
    pub version: Option<EntityTag>,
}

impl Answer {
    /// 200 with what was read.
    pub(super) fn found(body: Value) -> Self {
        Self { status: 200, body: Some(body), location: None, version: None }
    }

    /// 204.
    pub(super) const fn no_content() -> Self {
        Self { status: 204, body: None, location: None, version: None }
    }

    /// 200 with a resource.
    pub(super) fn resource((resource, version): (Object, Option<EntityTag>)) -> Self {
        Self { status: 200, body: Some(Value::Object(resource)), location: None, version }
    }
}
