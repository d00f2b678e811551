//! An element of a group's members.

use serde_json::{Value, json};

/// The element that stands for a user.
pub(super) fn member(user: &str) -> Value {
    json!({ "value": user })
}

/// The id in an element.
pub(super) fn id_of(member: &Value) -> Option<&str> {
    member.get("value").unwrap_or(member).as_str()
}
