//! Custom fields: read as a flat list, written in an XML-like nesting that the app insists on.

use super::values::text;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The custom fields of users that the tenant has defined.
const FIELDS: [&str; 2] = ["Employee ID", "Cost Center"];

/// `[{"id": 1, "custom_field_id": 1, "name": …, "value": …}]`
pub(super) fn record(values: &BTreeMap<String, String>) -> Value {
    let known = FIELDS.into_iter().enumerate();
    known
        .filter_map(|(place, name)| {
            let (value, id) = (values.get(name)?, place + 1);
            Some(json!({
                "id": id, "custom_field_id": id, "name": name, "value": value, "options": "", "type_name": "Text",
            }))
        })
        .collect()
}

/// Takes `{"custom_fields_value": [{"name": …, "value": …}]}`. Any other shape, the read shape too, and names that are not defined
/// are passed over in silence.
pub(super) fn write(values: &mut BTreeMap<String, String>, written: &Value) {
    let items = written.get("custom_fields_value").and_then(Value::as_array);
    for item in items.into_iter().flatten() {
        let name = item.get("name").and_then(Value::as_str).filter(|name| FIELDS.contains(name));
        if let (Some(name), Some(value)) = (name, item.get("value").and_then(text)) {
            values.insert(name.to_owned(), value);
        }
    }
}
