//! Walks the values of a request along their schemas, and applies the transforms to each.

use super::messages::{self, Op};
use super::{booleans, json_in_text, references, shapes};
use crate::clients::reading::Reading;
use scim_protocol::schema::core;
use scim_protocol::{Attribute, Error, Object, ResourceType};
use serde_json::Value;

/// A resource, or the value of a PATCH operation without a path.
pub(in crate::clients) fn resource(reading: &mut Reading<'_>, resource: &mut Object) -> Result<(), Error> {
    let resource_type = reading.resource_type;
    for (key, value) in resource {
        if let Some(attribute) = top_level(resource_type, key) {
            whole(reading, key, attribute, value)?;
        } else if key.eq_ignore_ascii_case(&resource_type.schema.id) {
            // Protocol code reads the attributes under the core schema's URN as if they were not nested.
            if let Value::Object(object) = value {
                self::resource(reading, object)?;
            }
        } else if let (Some(extension), Value::Object(object)) = (resource_type.extension(key), value) {
            for (name, value) in object {
                if let Some(attribute) = extension.schema.attribute(name) {
                    whole(reading, name, attribute, value)?;
                }
            }
        }
    }
    Ok(())
}

/// The value of a PATCH operation.
pub(in crate::clients) fn operation(
    reading: &mut Reading<'_>,
    members: &mut Object,
    op: Option<Op>,
) -> Result<(), Error> {
    let resource_type = reading.resource_type;
    let Some(path) = messages::path(members).map(str::to_owned) else {
        return match messages::get_mut(members, "value") {
            Some(Value::Object(value)) => resource(reading, value),
            _ => Ok(()),
        };
    };
    let Some(value) = messages::get_mut(members, "value") else { return Ok(()) };
    if let Some(extension) = resource_type.extension(&path) {
        let Value::Object(object) = value else { return Ok(()) };
        return object.iter_mut().try_for_each(|(name, value)| match extension.schema.attribute(name) {
            Some(attribute) => whole(reading, name, attribute, value),
            None => Ok(()),
        });
    }
    // Protocol code refuses paths that lead nowhere.
    let Ok(slot) = resource_type.parse_slot(&path) else { return Ok(()) };
    let Some(resolved) = resource_type.resolve_slot(&slot) else { return Ok(()) };
    if let Some(parent) = resolved.parent.filter(|parent| !parent.multi_valued && slot.leaf() == Some("value")) {
        references::value(reading, &path, parent, value)?;
    }
    if slot.is_whole() && shapes::is_text_for_typed(resolved.attribute, value) {
        return Ok(());
    }
    // An element, or the single value that is added (RFC 7644 §3.5.2.1).
    if slot.selector.is_some() && slot.sub.is_none() || op == Some(Op::Add) && slot.is_whole() && !value.is_array() {
        single(reading, &path, resolved.attribute, value)
    } else {
        whole(reading, &path, resolved.attribute, value)
    }
}

fn top_level<'a>(resource_type: &'a ResourceType, name: &str) -> Option<&'a Attribute> {
    resource_type.schema.attribute(name).or_else(|| core::common().attribute(name))
}

/// The value of a whole attribute; `null` means no value (RFC 7643 §2.5).
fn whole(reading: &mut Reading<'_>, name: &str, attribute: &Attribute, value: &mut Value) -> Result<(), Error> {
    if !attribute.multi_valued {
        return single(reading, name, attribute, value);
    }
    if shapes::is_text_for_typed(attribute, value) {
        return Ok(());
    }
    shapes::one_for_array(reading, name, value)?;
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| single(reading, name, attribute, item)),
        _ => Ok(()),
    }
}

/// The value of a single-valued attribute, or one element of a multi-valued one.
fn single(reading: &mut Reading<'_>, name: &str, attribute: &Attribute, value: &mut Value) -> Result<(), Error> {
    if !attribute.is_complex() {
        return booleans::value(reading, name, attribute, value);
    }
    shapes::array_of_one(reading, name, attribute, value)?;
    references::id_for_value(reading, name, attribute, value)?;
    references::whole(reading, name, attribute, value)?;
    shapes::bare(reading, name, attribute, value)?;
    json_in_text::element(reading, attribute, value);
    if let Value::Object(object) = value {
        for (key, value) in object {
            if let Some(sub) = attribute.sub(key) {
                whole(reading, &format!("{name}.{}", sub.name), sub, value)?;
            }
        }
    }
    Ok(())
}
