//! Checks that a `default` has the type of its rule's slot.

use crate::rule::Rule;
use crate::transform::{kind_of, shown};
use scim_protocol::schema::AttributeType;
use serde_json::Value;

/// Checks that a `default` has the type of the rule's slot.
pub(super) fn check_default(rule: &Rule, default: &Value) -> Result<(), String> {
    let elements = match default {
        Value::Array(elements) if rule.whole_array => elements.as_slice(),
        other => std::slice::from_ref(other),
    };
    for element in elements {
        let (fits, expected) = match rule.kind {
            AttributeType::Boolean => (element.is_boolean(), "true or false"),
            AttributeType::Integer => (element.is_i64() || element.is_u64(), "a whole number"),
            AttributeType::Decimal => (element.is_number(), "a number"),
            AttributeType::Complex => (element.is_object(), "an object"),
            _ => (element.is_string(), "a string"),
        };
        if !fits {
            return Err(format!("{} is {}, and `{}` takes {expected}", shown(element), kind_of(element), rule.name));
        }
    }
    Ok(())
}
