//! When two elements of a multi-valued attribute are the same one.
//!
//! A reference (members, groups, manager) is identified by its `value`. Any other complex element is identified by its `value`
//! and `type` (RFC 7643 §2.4: the same pair should not occur twice), and an element without a `value` by all its content. Ids
//! keep their case; other values follow their attribute.

use crate::schema::Attribute;
use serde_json::Value;
use std::borrow::Cow;

/// A text that identifies an element.
pub(super) fn identity<'a>(attribute: &Attribute, element: &'a Value) -> Cow<'a, str> {
    let Some(value) = value_identity(attribute, element) else { return Cow::Owned(whole_identity(attribute, element)) };
    match element.get("type").and_then(Value::as_str) {
        Some(kind) if !attribute.refers() => Cow::Owned(format!("{value}\0{}", kind.to_lowercase())),
        _ => value,
    }
}

/// A text that identifies an element by its `value`, if it has one.
pub(super) fn value_identity<'a>(attribute: &Attribute, element: &'a Value) -> Option<Cow<'a, str>> {
    let (attribute, value, is_id) = match element {
        Value::Object(object) => (attribute.sub("value")?, object.get("value")?, attribute.refers()),
        simple => (attribute, simple, false),
    };
    Some(match value {
        Value::String(text) if is_id || attribute.is_case_exact() => Cow::Borrowed(text.as_str()),
        Value::String(text) if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) => Cow::Borrowed(text),
        Value::String(text) => Cow::Owned(text.to_lowercase()),
        other => Cow::Owned(other.to_string()),
    })
}

/// All content, in the schema's order, so that the order of keys does not matter.
fn whole_identity(attribute: &Attribute, element: &Value) -> String {
    let mut identity = String::from("\0");
    for sub in &attribute.sub_attributes {
        if let Some(value) = element.get(&sub.name) {
            identity.push_str(&format!("{}\0{value}\0", sub.name));
        }
    }
    identity
}
