//! Reads the body of a write as Rails does: the wrapping name, texts, booleans and references.

use super::refusals;
use crate::simulators::control::{Answer, Call};
use serde_json::{Map, Value};

/// A reference to a role, a site, a department or a person in a write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Pointer<'a> {
    /// `null`, `""` or `"nil"`.
    Nobody,
    Id(u64),
    Name(&'a str),
    Email(&'a str),
    /// A shape that the app ignores silently, such as a bare name.
    IllShaped,
}

/// The fields below the wrapping name: `{"user": {…}}`.
pub(super) fn fields(call: &Call, wrapper: &str) -> Result<Map<String, Value>, Answer> {
    // A body of another type is not read at all, so the wrapping name is what is missing.
    if !call.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
        return Err(refusals::missing(wrapper));
    }
    let body: Value = serde_json::from_slice(&call.body).map_err(|_| refusals::malformed())?;
    match body.get(wrapper) {
        Some(Value::Object(fields)) => Ok(fields.clone()),
        _ => Err(refusals::missing(wrapper)),
    }
}

/// A text; null and `""` clear it, numbers and booleans become text, other shapes are ignored.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Null => Some(String::new()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Rails' booleans: a few spellings are false, null and `""` change nothing, and everything else, even `"False"`, is true.
pub(super) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Number(number) => Some(number.as_i64() != Some(0)),
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(!matches!(text.as_str(), "0" | "f" | "F" | "false" | "FALSE" | "off" | "OFF")),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// An id, which may be an integer or a string of digits.
pub(super) fn id(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// The target of a reference.
pub(super) fn pointer(value: &Value) -> Pointer<'_> {
    let field = |name: &str| value.get(name).and_then(Value::as_str);
    match value {
        Value::Null => Pointer::Nobody,
        Value::String(text) if matches!(text.as_str(), "" | "nil") => Pointer::Nobody,
        Value::Object(_) => value.get("id").and_then(id).map(Pointer::Id).unwrap_or_else(|| {
            field("name")
                .map(Pointer::Name)
                .or_else(|| field("email").map(Pointer::Email))
                .unwrap_or(Pointer::IllShaped)
        }),
        _ => Pointer::IllShaped,
    }
}

#[cfg(test)]
mod tests {
    use super::{Pointer, boolean, pointer};
    use serde_json::json;

    #[test]
    fn a_boolean_is_what_rails_takes_for_one() {
        for (value, expected) in [
            (json!(true), Some(true)),
            (json!("false"), Some(false)),
            (json!("False"), Some(true)),
            (json!("0"), Some(false)),
            (json!(0), Some(false)),
            (json!(""), None),
            (json!(null), None),
        ] {
            assert_eq!(boolean(&value), expected, "{value}");
        }
    }

    #[test]
    fn a_reference_is_cleared_by_three_spellings_and_ill_shaped_as_a_bare_name() {
        for (value, expected) in [
            (json!(null), Pointer::Nobody),
            (json!(""), Pointer::Nobody),
            (json!("nil"), Pointer::Nobody),
            (json!({"name": "Support"}), Pointer::Name("Support")),
            (json!({"id": "7"}), Pointer::Id(7)),
            (json!({"email": "a@b.c"}), Pointer::Email("a@b.c")),
            (json!("Support"), Pointer::IllShaped),
            (json!({}), Pointer::IllShaped),
        ] {
            assert_eq!(pointer(&value), expected, "{value}");
        }
    }
}
