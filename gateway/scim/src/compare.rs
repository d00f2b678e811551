//! How two values compare, by the type of their attribute (RFC 7644 §3.4.2.2, table 3).

use crate::date_time;
use crate::schema::{Attribute, AttributeType};
use serde_json::{Number, Value};
use std::borrow::Cow;
use std::cmp::Ordering;

/// Whether two values are equal for their attribute: strings by its case sensitivity, dates as instants, numbers by value,
/// objects by their sub-attributes.
pub(crate) fn same(attribute: &Attribute, left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) => {
            left == right
                || match attribute.kind {
                    AttributeType::DateTime => {
                        date_time::instant(left).is_some_and(|left| Some(left) == date_time::instant(right))
                    }
                    _ => !attribute.is_case_exact() && same_folded(left, right),
                }
        }
        (Value::Number(left), Value::Number(right)) => order_numbers(left, right) == Some(Ordering::Equal),
        (Value::Bool(boolean), Value::String(text)) | (Value::String(text), Value::Bool(boolean)) => {
            attribute.kind == AttributeType::Boolean
                && text.eq_ignore_ascii_case(if *boolean { "true" } else { "false" })
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| {
                    right.get(key).is_some_and(|right| match attribute.sub(key) {
                        Some(sub) => same(sub, left, right),
                        None => left == right,
                    })
                })
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(attribute, left, right))
        }
        _ => left == right,
    }
}

/// The order of two values that have one: strings and numbers.
pub(crate) fn order(attribute: &Attribute, left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => match attribute.kind {
            AttributeType::DateTime => Some(date_time::instant(left)?.cmp(&date_time::instant(right)?)),
            _ if attribute.is_case_exact() => Some(left.cmp(right)),
            _ => Some(folded(left).cmp(folded(right))),
        },
        (Value::Number(left), Value::Number(right)) => order_numbers(left, right),
        _ => None,
    }
}

/// Orders numbers by value, whatever their representation.
pub(crate) fn order_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

fn same_folded(left: &str, right: &str) -> bool {
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    folded(left).eq(folded(right))
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// The form in which case-insensitive strings are compared: two texts that differ in the case of letters alone have the same, in any
/// script.
pub fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    if text.is_ascii() {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    Cow::Owned(folded(text).collect())
}
