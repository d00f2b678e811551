//! Removes from a client's resource what only the server may set.

use super::place::Place;
use crate::object::Object;
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Mutability};
use serde_json::Value;

/// Removes what only the server may set (RFC 7644 §3.3: it SHALL be ignored), and returns the paths that were removed.
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
