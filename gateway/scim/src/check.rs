//! Whether a client's resource fits its schemas (RFC 7643 §2, RFC 7644 §3.3 and §3.5.1).
//!
//! Canonical values are advice and never a reason to refuse. `schemas` may be incomplete: Entra leaves custom extensions
//! out of it. Read-only attributes are not refused but taken out, by [`strip_read_only`].

use std::{collections::HashSet, fmt};

use serde_json::Value;

use crate::{
    Object, ResourceType, date_time,
    error::Error,
    schema::{Attribute, AttributeType, Mutability, Schema, core},
};

/// What the resource is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// POST: everything required must be there.
    Create,
    /// PUT: everything required of the core schema must be there. What an extension requires need not, because a
    /// client that knows nothing of the extension keeps what is stored.
    Replace,
}

/// Checks a resource with canonical names: JSON types, required attributes, dates, at most one `primary`.
///
/// # Errors
/// 400 `invalidValue` that names the attribute and says what would be right.
pub fn check(resource_type: &ResourceType, resource: &Object, direction: Direction) -> Result<(), Error> {
    attributes(None, core::common(), resource, false)?;
    attributes(None, &resource_type.schema, resource, true)?;
    for extension in &resource_type.extensions {
        let schema = &extension.schema;
        match resource.get(&schema.id) {
            Some(Value::Object(object)) => {
                attributes(Some(&schema.id), schema, object, direction == Direction::Create)?;
            }
            Some(_) => return Err(Error::invalid_value(format!("'{}' must be a JSON object", schema.id))),
            None if extension.required && direction == Direction::Create => {
                return Err(Error::invalid_value(format!("'{}' is required", schema.id)));
            }
            None => {}
        }
    }
    Ok(())
}

/// Checks what a change made of a resource: the attributes, and of multi-valued ones the elements, that are not what they were.
/// What was there before is the app's, and no reason to refuse its client's change.
///
/// # Errors
/// As [`check()`].
pub fn check_changed(resource_type: &ResourceType, before: &Object, after: &Object) -> Result<(), Error> {
    changed(None, core::common(), before, after)?;
    changed(None, &resource_type.schema, before, after)?;
    for extension in &resource_type.extensions {
        let schema = &extension.schema;
        let part = |resource: &Object| resource.get(&schema.id).and_then(Value::as_object).cloned().unwrap_or_default();
        changed(Some(&schema.id), schema, &part(before), &part(after))?;
    }
    Ok(())
}

fn changed(urn: Option<&str>, schema: &Schema, before: &Object, after: &Object) -> Result<(), Error> {
    for attribute in &schema.attributes {
        let place = Place { schema: urn, attribute: &attribute.name, sub: None };
        let was = before.get(&attribute.name);
        match after.get(&attribute.name) {
            None if demanded(attribute) && was.is_some() => return Err(missing(place)),
            Some(Value::Array(items)) if attribute.multi_valued => {
                let was: HashSet<String> =
                    was.and_then(Value::as_array).into_iter().flatten().map(Value::to_string).collect();
                for item in items.iter().filter(|item| !was.contains(&item.to_string())) {
                    single(place, attribute, item)?;
                }
            }
            Some(found) if was != Some(found) => value(place, attribute, found)?,
            _ => {}
        }
    }
    Ok(())
}

/// Takes out what only the server may set (RFC 7644 §3.3: it SHALL be ignored), and lists what was there.
pub fn strip_read_only(resource_type: &ResourceType, resource: &mut Object) -> Vec<String> {
    let mut stripped = Vec::new();
    strip(None, resource, &mut stripped, &|name| resource_type.find(None, name).map(|(_, attribute)| attribute));
    for extension in &resource_type.extensions {
        let schema = &extension.schema;
        if let Some(Value::Object(object)) = resource.get_mut(&schema.id) {
            strip(Some(&schema.id), object, &mut stripped, &|name| schema.attribute(name));
            if object.is_empty() {
                resource.remove(&schema.id);
            }
        }
    }
    stripped
}

/// Where a value is, for messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) schema: Option<&'a str>,
    pub(crate) attribute: &'a str,
    pub(crate) sub: Option<&'a str>,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = self.schema {
            write!(f, "{schema}:")?;
        }
        f.write_str(self.attribute)?;
        if let Some(sub) = self.sub {
            write!(f, ".{sub}")?;
        }
        Ok(())
    }
}

fn attributes(urn: Option<&str>, schema: &Schema, object: &Object, required: bool) -> Result<(), Error> {
    for attribute in &schema.attributes {
        let place = Place { schema: urn, attribute: &attribute.name, sub: None };
        match object.get(&attribute.name) {
            Some(found) => value(place, attribute, found)?,
            None if required && demanded(attribute) => return Err(missing(place)),
            None => {}
        }
    }
    Ok(())
}

/// The value of a whole attribute.
pub(crate) fn value(place: Place<'_>, attribute: &Attribute, value: &Value) -> Result<(), Error> {
    if !attribute.multi_valued {
        return single(place, attribute, value);
    }
    let Value::Array(items) = value else { return Err(wrong(place, "an array", value)) };
    if items.is_empty() && demanded(attribute) {
        return Err(missing(place));
    }
    for item in items {
        single(place, attribute, item)?;
    }
    let primaries = items.iter().filter(|item| is_primary(item)).count();
    if primaries > 1 {
        return Err(Error::invalid_value(format!("'{place}' may have one primary value, not {primaries}")));
    }
    Ok(())
}

/// The value of a single-valued attribute, or one element of a multi-valued one.
pub(crate) fn single(place: Place<'_>, attribute: &Attribute, value: &Value) -> Result<(), Error> {
    match (attribute.kind, value) {
        (AttributeType::Complex, Value::Object(object)) => parts(place, attribute, object),
        (AttributeType::Complex, _) => Err(wrong(place, "a JSON object", value)),
        (AttributeType::Boolean, Value::Bool(_)) | (AttributeType::Decimal, Value::Number(_)) => Ok(()),
        (AttributeType::Boolean, _) => Err(wrong(place, "true or false", value)),
        (AttributeType::Decimal, _) => Err(wrong(place, "a number", value)),
        (AttributeType::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => Ok(()),
        (AttributeType::Integer, _) => Err(wrong(place, "a number without fraction or exponent", value)),
        (AttributeType::DateTime, Value::String(text)) if date_time::instant(text).is_some() => Ok(()),
        (AttributeType::DateTime, _) => Err(wrong(place, "a dateTime such as \"2011-05-13T04:42:34Z\"", value)),
        (AttributeType::Binary, Value::String(text)) if is_base64(text) => Ok(()),
        (AttributeType::Binary, _) => Err(wrong(place, "a base64 string", value)),
        (AttributeType::String | AttributeType::Reference, Value::String(text)) => {
            if text.is_empty() && attribute.required {
                return Err(Error::invalid_value(format!("'{place}' is required and must not be empty")));
            }
            // No database stores it everywhere, and no app means it.
            if text.contains('\0') {
                return Err(Error::invalid_value(format!("'{place}' must not contain the character NUL")));
            }
            Ok(())
        }
        (AttributeType::String | AttributeType::Reference, _) => Err(wrong(place, "a string", value)),
    }
}

pub(crate) fn is_primary(element: &Value) -> bool {
    element.get("primary") == Some(&Value::Bool(true))
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

/// A client cannot give what only the server sets.
fn demanded(attribute: &Attribute) -> bool {
    attribute.required && attribute.mutability != Mutability::ReadOnly
}

fn strip<'a>(
    urn: Option<&str>,
    object: &mut Object,
    stripped: &mut Vec<String>,
    attribute: &dyn Fn(&str) -> Option<&'a Attribute>,
) {
    let read_only = |attribute: &Attribute| attribute.mutability == Mutability::ReadOnly;
    object.retain(|name, value| {
        let Some(attribute) = attribute(name) else { return true };
        let mut place = Place { schema: urn, attribute: &attribute.name, sub: None };
        if read_only(attribute) {
            stripped.push(place.to_string());
            return false;
        }
        for sub in attribute.sub_attributes.iter().filter(|sub| read_only(sub)) {
            let mut found = false;
            for element in elements(value) {
                found |= element.remove(&sub.name).is_some();
            }
            if found {
                place.sub = Some(&sub.name);
                stripped.push(place.to_string());
            }
        }
        value.as_object().is_none_or(|object| !object.is_empty())
    });
}

fn elements(value: &mut Value) -> impl Iterator<Item = &mut Object> {
    let elements = match value {
        Value::Array(items) => items.as_mut_slice(),
        single => std::slice::from_mut(single),
    };
    elements.iter_mut().filter_map(Value::as_object_mut)
}

fn missing(place: Place<'_>) -> Error {
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
