//! `json-in-text`: Entra's function AppRoleAssignmentsComplex serializes a whole role into the role's `value`.

use super::messages;
use crate::clients::leniency::Leniency;
use crate::clients::reading::Reading;
use scim_protocol::Attribute;
use serde_json::Value;

/// Handles an element whose `value` is an object serialized as text that has its own `value`: the object's members that the schema
/// defines replace those of the element. Without the leniency, the text is an ordinary value.
pub(in crate::clients) fn element(reading: &mut Reading<'_>, attribute: &Attribute, element: &mut Value) {
    let Value::Object(object) = element else { return };
    if !attribute.multi_valued || !reading.allows(Leniency::JsonInText) {
        return;
    }
    let Some(Value::String(text)) = messages::get_mut(object, "value") else { return };
    if !text.trim_start().starts_with('{') {
        return;
    }
    let Ok(Value::Object(inner)) = serde_json::from_str::<Value>(text) else { return };
    if !inner.get("value").is_some_and(Value::is_string) {
        return;
    }
    reading.note(Leniency::JsonInText);
    for (key, value) in inner {
        // The role's name has a different key there.
        let name = if key == "displayName" && attribute.sub(&key).is_none() { "display" } else { &key };
        if let Some(sub) = attribute.sub(name) {
            object.insert(sub.name.clone(), value);
        }
    }
}
