//! The manager. askSpoke returns a manager as an id, as an object or not at all; clients always get the complex object.
//! Entra cannot read a bare id, and sends a missing manager again in every cycle.

use scim_connector_sdk::{Object, Value, json};

/// The field, as a change names it.
pub(crate) const FIELD: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Converts the manager of a user returned by askSpoke to an object with a `value`, or removes it.
pub(crate) fn show(user: &mut Object) {
    let Some(extension) = user.get_mut(ENTERPRISE).and_then(Value::as_object_mut) else { return };
    let Some(manager) = extension.remove("manager") else { return };
    if let Some(id) = id(&manager) {
        let mut object = manager.as_object().cloned().unwrap_or_default();
        object.insert("value".to_owned(), json!(id));
        extension.insert("manager".to_owned(), Value::Object(object));
    }
}

fn id(manager: &Value) -> Option<String> {
    match manager {
        Value::String(id) => Some(id.clone()).filter(|id| !id.is_empty()),
        Value::Number(id) => Some(id.to_string()),
        Value::Object(object) => id(object.get("value")?),
        Value::Array(one) => id(one.first()?),
        _ => None,
    }
}
