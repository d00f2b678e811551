//! The `primary` element of a multi-valued attribute (RFC 7643 §2.4).

use serde_json::Value;

/// Whether an element is the primary one.
pub(crate) fn is_primary(element: &Value) -> bool {
    element.get("primary") == Some(&Value::Bool(true))
}

/// Leaves one element primary.
pub(crate) fn demote_others(elements: &mut [Value], primary: usize) {
    for (index, element) in elements.iter_mut().enumerate() {
        if index != primary
            && is_primary(element)
            && let Value::Object(object) = element
        {
            object.insert("primary".to_owned(), Value::Bool(false));
        }
    }
}
