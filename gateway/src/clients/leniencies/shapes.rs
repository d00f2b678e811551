//! `bare-values`, `array-of-one`, `one-for-array`: values whose shape differs from the schema, but whose meaning is clear from it.

use crate::clients::leniency::Leniency;
use crate::clients::reading::Reading;
use scim_protocol::{Attribute, Error};
use serde_json::{Map, Value};

/// Whether a bare value stands where a list belongs whose elements are told apart by their type: `"emails": "a@b.example"`. A list
/// and a type would both have to be guessed, and no client is known to send it, so protocol code refuses it. A role, which is its
/// value alone, is clear, and so is a member.
pub(in crate::clients) fn is_text_for_typed(attribute: &Attribute, value: &Value) -> bool {
    let is_typed = || attribute.sub("type").is_some_and(|kind| !kind.canonical_values.is_empty());
    let is_bare = matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
    is_bare && attribute.multi_valued && attribute.is_complex() && !attribute.refers() && is_typed()
}

/// A single value instead of an array.
pub(in crate::clients) fn one_for_array(reading: &mut Reading<'_>, name: &str, value: &mut Value) -> Result<(), Error> {
    if !matches!(value, Value::Array(_) | Value::Null) {
        let refusal = || Error::invalid_value(format!("'{name}' must be an array"));
        reading.tolerate(Leniency::OneForArray, refusal)?;
        *value = Value::Array(vec![value.take()]);
    }
    Ok(())
}

/// An array instead of a single value.
pub(in crate::clients) fn array_of_one(
    reading: &mut Reading<'_>,
    name: &str,
    attribute: &Attribute,
    value: &mut Value,
) -> Result<(), Error> {
    if let Value::Array(items) = value
        && !attribute.multi_valued
        && items.len() == 1
    {
        let refusal =
            || Error::invalid_value(format!("'{name}' is single-valued: it must be a JSON object, not an array"));
        reading.tolerate(Leniency::ArrayOfOne, refusal)?;
        *value = items.pop().unwrap_or_default();
    }
    Ok(())
}

/// A simple value instead of an object.
pub(in crate::clients) fn bare(
    reading: &mut Reading<'_>,
    name: &str,
    attribute: &Attribute,
    value: &mut Value,
) -> Result<(), Error> {
    if let (Value::String(_) | Value::Number(_) | Value::Bool(_), Some(sub)) = (&*value, attribute.sub("value")) {
        let refusal = || Error::invalid_value(format!("'{name}' must be a JSON object such as {{\"value\": {value}}}"));
        reading.tolerate(Leniency::BareValues, refusal)?;
        *value = Value::Object(Map::from_iter([(sub.name.clone(), value.take())]));
    }
    Ok(())
}
