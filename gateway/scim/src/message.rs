//! Request messages: a body that names its message in `schemas` (RFC 7644 §8.2).

use crate::error::Error;
use crate::object::{Object, take};
use serde_json::Value;

/// Removes `schemas` from a message and checks it: it may be absent, but if it is present it must name the message.
///
/// # Errors
/// 400 `invalidSyntax`. `name` is what the error calls the message.
pub fn require_schema(message: &mut Object, urn: &str, name: &str) -> Result<(), Error> {
    let Some(schemas) = take(message, "schemas") else { return Ok(()) };
    let is_named =
        |schemas: &Vec<Value>| schemas.iter().filter_map(Value::as_str).any(|schema| schema.eq_ignore_ascii_case(urn));
    if schemas.as_array().is_some_and(is_named) {
        return Ok(());
    }
    Err(Error::invalid_syntax(format!("'schemas' of {name} must be [\"{urn}\"]")))
}
