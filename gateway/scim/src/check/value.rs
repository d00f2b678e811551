//! Whether a value has the type and the parts that its attribute demands.

use super::place::Place;
use super::reference::referred_type;
use crate::date_time;
use crate::error::Error;
use crate::object::Object;
use crate::primary::is_primary;
use crate::schema::{Attribute, AttributeType, Mutability};
use serde_json::Value;

/// Checks the value of a whole attribute.
pub(crate) fn value(place: Place<'_>, attribute: &Attribute, value: &Value) -> Result<(), Error> {
    if !attribute.multi_valued {
        return single(place, attribute, value);
    }
    let Value::Array(items) = value else { return Err(wrong(place, "an array", value)) };
    if items.is_empty() && demanded(attribute) {
        return Err(missing(place));
    }
    for item in items {
        element(place, attribute, item)?;
    }
    single_primary(place, items)
}

/// Checks one element that a client sent: it must have a value, and a reference must name its resource by `value`.
pub(crate) fn element(place: Place<'_>, attribute: &Attribute, value: &Value) -> Result<(), Error> {
    single(place, attribute, value)?;
    let Value::Object(object) = value else { return Ok(()) };
    if object.is_empty() {
        return Err(Error::invalid_value(format!("'{place}' has an element without a value")));
    }
    if let Some(sub) = attribute.sub("value").filter(|_| attribute.refers())
        && object.get(&sub.name).is_none_or(|id| id.as_str() == Some(""))
    {
        let place = Place { sub: Some(&sub.name), ..place };
        return Err(Error::invalid_value(format!("'{place}' is required in each element: the id of the resource")));
    }
    referred_type(place, attribute, value)
}

/// Checks the value of a single-valued attribute, or one element of a multi-valued one.
pub(crate) fn single(place: Place<'_>, attribute: &Attribute, value: &Value) -> Result<(), Error> {
    match (attribute.kind, value) {
        (AttributeType::Complex, Value::Object(object)) => parts(place, attribute, object),
        (AttributeType::Complex, _) => Err(wrong(place, "a JSON object", value)),
        (AttributeType::Boolean, Value::Bool(_)) | (AttributeType::Decimal, Value::Number(_)) => Ok(()),
        (AttributeType::Boolean, _) => Err(wrong(place, "true or false", value)),
        (AttributeType::Decimal, _) => Err(wrong(place, "a number", value)),
        (AttributeType::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => Ok(()),
        (AttributeType::Integer, _) => Err(wrong(place, "a whole number", value)),
        (AttributeType::DateTime, Value::String(text)) if date_time::instant(text).is_some() => Ok(()),
        (AttributeType::DateTime, _) => Err(wrong(place, "a dateTime such as \"2011-05-13T04:42:34Z\"", value)),
        (AttributeType::Binary, Value::String(text)) if is_base64(text) => Ok(()),
        (AttributeType::Binary, _) => Err(wrong(place, "a base64 string", value)),
        (AttributeType::String | AttributeType::Reference, Value::String(text)) => {
            if text.trim().is_empty() && attribute.required {
                return Err(Error::invalid_value(format!("'{place}' is required and must not be empty or blank")));
            }
            // Not every database can store it, and no app needs it.
            if text.contains('\0') {
                return Err(Error::invalid_value(format!("'{place}' must not contain a NUL character")));
            }
            Ok(())
        }
        (AttributeType::String | AttributeType::Reference, _) => Err(wrong(place, "a string", value)),
    }
}

/// Checks that at most one element is `primary`.
pub(crate) fn single_primary(place: Place<'_>, elements: &[Value]) -> Result<(), Error> {
    match elements.iter().filter(|element| is_primary(element)).count() {
        0 | 1 => Ok(()),
        found => Err(Error::invalid_value(format!("'{place}' may have only one primary value, not {found}"))),
    }
}

fn parts(place: Place<'_>, attribute: &Attribute, object: &Object) -> Result<(), Error> {
    for (key, found) in object {
        if let Some(sub) = attribute.sub(key) {
            value(Place { sub: Some(&sub.name), ..place }, sub, found)?;
        }
    }
    match attribute.sub_attributes.iter().find(|sub| demanded(sub) && !object.contains_key(&sub.name)) {
        Some(sub) => Err(missing(Place { sub: Some(&sub.name), ..place })),
        None => Ok(()),
    }
}

/// Whether a client must supply the attribute; it cannot supply what only the server sets.
pub(super) fn demanded(attribute: &Attribute) -> bool {
    attribute.required && attribute.mutability != Mutability::ReadOnly
}

pub(super) fn missing(place: Place<'_>) -> Error {
    Error::invalid_value(format!("'{place}' is required"))
}

fn wrong(place: Place<'_>, right: &str, found: &Value) -> Error {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "this string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    Error::invalid_value(format!("'{place}' must be {right}, not {found}"))
}

/// The alphabets of RFC 4648 §4 and §5, and the line breaks of PEM.
fn is_base64(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_=\r\n".contains(&byte))
}
