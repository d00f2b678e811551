//! How large a descriptor may be. The largest that is known has 10 kB and 600 values.
//!
//! Threat: checking a descriptor and the mapping in it compares names with names, so its time grows with the square of their number:
//! 80,000 names took 13 s.

use super::error::DescriptorError;
use scim_protocol::ValueBudget;
use serde_json::Value;

/// Bytes of the text.
const MAX_BYTES: usize = 1 << 20;
/// JSON values, all in all.
const MAX_VALUES: usize = 20_000;
/// Elements of one list, or members of one object.
const MAX_MEMBERS: usize = 1000;

/// Parses a text of a size that can be checked. The parser limits the depth of nesting to 127.
pub(super) fn parse(text: &str) -> Result<Value, DescriptorError> {
    if text.len() > MAX_BYTES {
        return Err(DescriptorError::TooLong { bytes: text.len(), limit: MAX_BYTES });
    }
    if !ValueBudget::of(MAX_VALUES).take(text.as_bytes()) {
        return Err(DescriptorError::TooManyValues { limit: MAX_VALUES });
    }
    let value = serde_json::from_str(text).map_err(|error| DescriptorError::NotJson(error.to_string()))?;
    match crowded(&value) {
        Some(pointer) => Err(DescriptorError::TooManyMembers { pointer, limit: MAX_MEMBERS }),
        None => Ok(value),
    }
}

/// The place of a list or an object that has too many members.
fn crowded(value: &Value) -> Option<String> {
    let below = |name: &str, member: &Value| {
        // A name may be as long as the whole text.
        crowded(member).map(|pointer| format!("/{}{pointer}", name.chars().take(64).collect::<String>()))
    };
    match value {
        Value::Array(elements) if elements.len() > MAX_MEMBERS => Some(String::new()),
        Value::Object(members) if members.len() > MAX_MEMBERS => Some(String::new()),
        Value::Array(elements) => {
            elements.iter().enumerate().find_map(|(index, element)| below(&index.to_string(), element))
        }
        Value::Object(members) => members.iter().find_map(|(name, member)| below(name, member)),
        _ => None,
    }
}
