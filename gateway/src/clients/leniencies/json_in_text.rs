//! `json-in-text`: Entra's function AppRoleAssignmentsComplex puts a whole role, as text, into the role's `value`.

use scim_protocol::Attribute;
use serde_json::Value;

use super::messages;
use crate::clients::leniency::Leniency;
use crate::clients::reading::Reading;

/// An element whose `value` is an object, written as text, with a `value` of its own: its members that the schema knows
/// take the place of the element's. Without the leniency the text is a value like any other.
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
        // What a role is called has another name there.
        let name = if key == "displayName" && attribute.sub(&key).is_none() { "display" } else { &key };
        if let Some(sub) = attribute.sub(name) {
            object.insert(sub.name.clone(), value);
        }
    }
}
