//! Value shapes that clients really send and no schema allows, by name:
//! - **boolean as text**: `"active": "False"`, `"primary": "True"` (Entra);
//! - **bare reference**: `"manager": "42"` for `{"value": "42"}`, and `"roles": ["admin"]` likewise (Entra);
//! - **array of one**: `"manager": [{"value": "42"}]` for a single-valued complex attribute (Entra);
//! - **single value**: one value where an array belongs;
//! - **empty reference**: `"manager": ""` or `"manager": {"value": ""}` for no manager (Entra).
//!
//! All of them follow from the schema. Whatever else is wrong stays as it is, for [`crate::check()`] to refuse.

use serde_json::{Map, Value};

use crate::{
    Object, ResourceType,
    schema::{Attribute, AttributeType},
};

impl ResourceType {
    /// Gives the values of a resource with canonical names their schema's shapes, where one of the leniencies applies.
    pub fn coerce(&self, resource: &mut Object) {
        attributes(resource, &|name| self.find(None, name).map(|(_, attribute)| attribute));
        for extension in &self.extensions {
            if let Some(Value::Object(object)) = resource.get_mut(&extension.schema.id) {
                attributes(object, &|name| extension.schema.attribute(name));
            }
        }
    }
}

fn attributes<'a>(object: &mut Object, attribute: &dyn Fn(&str) -> Option<&'a Attribute>) {
    object.retain(|name, value| match attribute(name) {
        Some(attribute) => {
            coerce(attribute, value);
            !value.is_null()
        }
        None => true,
    });
}

/// The value of a whole attribute; null when it says "no value".
pub(crate) fn coerce(attribute: &Attribute, value: &mut Value) {
    if !attribute.multi_valued {
        return single(attribute, value);
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| single(attribute, item)),
        Value::Null => {}
        one => {
            single(attribute, one);
            *one = Value::Array(vec![one.take()]);
        }
    }
}

/// The value of a single-valued attribute, or one element of a multi-valued one.
pub(crate) fn single(attribute: &Attribute, value: &mut Value) {
    if attribute.is_complex() {
        return complex(attribute, value);
    }
    if let (AttributeType::Boolean, Value::String(text)) = (attribute.kind, &*value) {
        if text.eq_ignore_ascii_case("true") {
            *value = Value::Bool(true);
        } else if text.eq_ignore_ascii_case("false") {
            *value = Value::Bool(false);
        }
    }
}

fn complex(attribute: &Attribute, value: &mut Value) {
    if !attribute.multi_valued
        && let Value::Array(items) = value
        && items.len() == 1
        && let Some(only) = items.pop()
    {
        *value = only;
    }
    match value {
        Value::Object(object) => {
            attributes(object, &|name| attribute.sub(name));
            let is_nobody = object.get("value").and_then(Value::as_str) == Some("");
            if is_nobody && attribute.refers() && !attribute.multi_valued {
                *value = Value::Null;
            }
        }
        Value::String(text) if text.is_empty() && !attribute.multi_valued => *value = Value::Null,
        Value::String(_) | Value::Number(_) | Value::Bool(_) => {
            if let Some(sub) = attribute.sub("value") {
                let mut object = Map::new();
                object.insert(sub.name.clone(), value.take());
                *value = Value::Object(object);
            }
        }
        Value::Null | Value::Array(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::core;
    use serde_json::json;

    #[test]
    fn shapes_that_clients_send_become_those_of_the_schema() {
        for (attribute, sent, expected) in [
            ("active", json!("False"), json!(false)),
            ("active", json!("TRUE"), json!(true)),
            ("active", json!("yes"), json!("yes")),
            ("userName", json!("True"), json!("True")),
            ("roles", json!([{ "value": "a", "primary": "True" }]), json!([{ "value": "a", "primary": true }])),
            ("roles", json!(["admin"]), json!([{ "value": "admin" }])),
            ("roles", json!({ "value": "a" }), json!([{ "value": "a" }])),
            ("roles", json!("a"), json!([{ "value": "a" }])),
            ("roles", json!([]), json!([])),
            ("roles", json!([{ "value": "{\"displayName\":\"x\"}" }]), json!([{ "value": "{\"displayName\":\"x\"}" }])),
            ("name", json!("Ann"), json!("Ann")),
        ] {
            let mut value = sent.clone();
            coerce(core::user().attribute(attribute).unwrap(), &mut value);
            assert_eq!(value, expected, "{attribute}: {sent}");
        }
    }

    #[test]
    fn a_manager_may_be_bare_in_an_array_or_empty() {
        let manager = core::enterprise_user().attribute("manager").unwrap();
        for (sent, expected) in [
            (json!("42"), json!({ "value": "42" })),
            (json!([{ "value": "42" }]), json!({ "value": "42" })),
            (json!(["42"]), json!({ "value": "42" })),
            (json!({ "value": "42" }), json!({ "value": "42" })),
            (json!(""), json!(null)),
            (json!({ "value": "" }), json!(null)),
            (json!([{ "value": "", "displayName": "Nobody" }]), json!(null)),
            (json!([{ "value": "1" }, { "value": "2" }]), json!([{ "value": "1" }, { "value": "2" }])),
        ] {
            let mut value = sent.clone();
            coerce(manager, &mut value);
            assert_eq!(value, expected, "{sent}");
        }
    }
}
