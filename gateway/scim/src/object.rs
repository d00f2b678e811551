//! JSON objects, whose names clients write in any case.

use serde_json::{Map, Value};

/// A JSON object whose keys keep their order.
pub type Object = Map<String, Value>;

/// Removes a key, written in the RFC's case or in any other, and returns its value.
pub(crate) fn take(object: &mut Object, key: &str) -> Option<Value> {
    if let Some(value) = object.remove(key) {
        return Some(value);
    }
    let other = object.keys().find(|other| other.eq_ignore_ascii_case(key))?.clone();
    object.remove(&other)
}
