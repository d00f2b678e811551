//! Keys in a PATCH value without a path: `dotted-keys` and `read-only-in-patch`.

use super::messages;
use crate::clients::leniency::Leniency;
use crate::clients::reading::Reading;
use scim_protocol::{Error, Mutability, Object, ResourceType};
use serde_json::{Map, Value};

/// Removes the attributes that clients may not set.
pub(in crate::clients) fn read_only(reading: &mut Reading<'_>, members: &mut Object) -> Result<(), Error> {
    let resource_type = reading.resource_type;
    let Some(Value::Object(value)) = messages::get_mut(members, "value") else { return Ok(()) };
    let read_only: Vec<String> = value.keys().filter(|key| is_read_only(resource_type, key)).cloned().collect();
    for key in read_only {
        reading.tolerate(Leniency::ReadOnlyInPatch, || Error::mutability(format!("'{key}' is read-only")))?;
        value.remove(&key);
        reading.ignored.push(key);
    }
    Ok(())
}

/// Removes the keys that are paths, and returns an operation with a path for each.
pub(in crate::clients) fn dotted(reading: &mut Reading<'_>, members: &mut Object) -> Result<Vec<Value>, Error> {
    let resource_type = reading.resource_type;
    let Some(op) = messages::get_mut(members, "op").cloned() else { return Ok(Vec::new()) };
    let Some(Value::Object(value)) = messages::get_mut(members, "value") else { return Ok(Vec::new()) };
    let dotted: Vec<String> = value.keys().filter(|key| is_path(resource_type, key)).cloned().collect();
    let mut operations = Vec::with_capacity(dotted.len());
    for key in dotted {
        let refusal = || {
            Error::invalid_path(format!(
                "'{key}' is a path, not an attribute name: use it as 'path', or nest the value in its attribute"
            ))
        };
        reading.tolerate(Leniency::DottedKeys, refusal)?;
        let value = value.remove(&key).unwrap_or_default();
        let members = [("op", op.clone()), ("path", Value::String(key)), ("value", value)];
        let members: Map<String, Value> = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        operations.push(Value::Object(members));
    }
    Ok(operations)
}

fn is_path(resource_type: &ResourceType, key: &str) -> bool {
    key.contains(['.', ':', '[']) && resource_type.extension(key).is_none() && resource_type.parse_slot(key).is_ok()
}

fn is_read_only(resource_type: &ResourceType, key: &str) -> bool {
    let Ok(slot) = resource_type.parse_slot(key) else { return false };
    resource_type.resolve_slot(&slot).is_some_and(|found| found.mutability() == Mutability::ReadOnly)
}
