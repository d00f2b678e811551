//! `nested-values`: `{"op": "remove", "path": "members", "value": {"members": [{"value": "42"}]}}`.

use super::messages;
use crate::clients::leniency::Leniency;
use crate::clients::reading::Reading;
use scim_protocol::{Error, Object};
use serde_json::Value;

/// Replaces a value whose only key is the attribute that the path names by what is under that key.
pub(in crate::clients) fn value(reading: &mut Reading<'_>, members: &mut Object) -> Result<(), Error> {
    let Some(path) = messages::path(members) else { return Ok(()) };
    // Protocol code refuses paths that lead nowhere.
    let Some(slot) = reading.resource_type.parse_slot(path).ok().filter(|slot| slot.is_whole()) else { return Ok(()) };
    let Some(found) = reading.resource_type.resolve_slot(&slot) else { return Ok(()) };
    let is_nested = |key: &str| key.eq_ignore_ascii_case(&found.attribute.name) && found.attribute.sub(key).is_none();
    let Some(value) = messages::get_mut(members, "value") else { return Ok(()) };
    let Value::Object(object) = &mut *value else { return Ok(()) };
    if object.len() != 1 || !object.keys().all(|key| is_nested(key)) {
        return Ok(());
    }
    let refusal = || Error::invalid_value(format!("'{slot}' is named by the path, so the value must not repeat it"));
    reading.tolerate(Leniency::NestedValues, refusal)?;
    if let Some(inner) = object.values_mut().next() {
        *value = inner.take();
    }
    Ok(())
}
