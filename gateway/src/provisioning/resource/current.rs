//! The state of a resource.

use scim_protocol::Object;
use serde_json::Value;

/// A resource as the app and the store hold it now.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Current {
    pub(in super::super) id: String,
    pub(in super::super) resource: Object,
    /// The app's word for this state, if it has one.
    pub(in super::super) version: Option<String>,
    /// The elements of its `groups`, where the client is to see them.
    pub(in super::super) groups: Vec<Value>,
    /// Whether all of it is here, just as a reader would get it; only then does it have a version.
    pub(in super::super) is_whole: bool,
}
