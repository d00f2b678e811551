//! Normalises what a client or an app sent to canonical names (RFC 7643 §2.1: attribute names are case-insensitive).
//!
//! What the resource type does not know is removed and listed rather than refused: clients send attributes, extensions and
//! schema URNs of their own (RFC 7644 §3.3 lets a server ignore them).

use crate::ignored::note;
use crate::object::Object;
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Schema};
use serde_json::Value;

/// A resource with canonical names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Normalized {
    /// The attributes that the resource type has.
    pub resource: Object,
    /// Paths of those it does not have: `nickName`, `emails.label`, a URN; at most [`crate::MAX_LISTED`]. For the operator.
    pub ignored: Vec<String>,
}

impl ResourceType {
    /// Gives every attribute its name in the schema's case, and removes unknown attributes, `null` and empty values. An empty
    /// array of a multi-valued attribute stays: it means "no values", where an absent one means nothing. Values keep their
    /// types; see [`crate::check()`]. If a name occurs in two cases, the last one counts.
    pub fn normalize(&self, resource: Object) -> Normalized {
        let mut normalized = Normalized { resource: Object::with_capacity(resource.len()), ignored: Vec::new() };
        let Normalized { resource: kept, ignored } = &mut normalized;
        for (key, value) in resource {
            if let Some((_, attribute)) = self.find(None, &key) {
                let value = if attribute.name == "schemas" { self.known_schemas(value, ignored) } else { value };
                keep(kept, key, attribute, tidy(attribute, value, &attribute.name, ignored));
            } else if let Some(extension) = self.extension(&key) {
                let value = match value {
                    Value::Object(object) => extended(&extension.schema, object, ignored),
                    Value::Null => continue,
                    wrong => wrong,
                };
                if value.as_object().is_none_or(|object| !object.is_empty()) {
                    kept.insert(extension.schema.id.clone(), value);
                }
            } else {
                note(ignored, || key);
            }
        }
        normalized
    }

    fn known_schemas(&self, schemas: Value, ignored: &mut Vec<String>) -> Value {
        let mut known = |schema: Value| {
            let Value::String(text) = &schema else { return Some(schema) };
            let known = self.urns().find(|urn| urn.eq_ignore_ascii_case(text)).map(Value::from);
            if known.is_none() {
                note(ignored, || text.clone());
            }
            known
        };
        match schemas {
            Value::Array(schemas) => Value::Array(schemas.into_iter().filter_map(known).collect()),
            single => known(single).unwrap_or_default(),
        }
    }
}

fn extended(schema: &Schema, object: Object, ignored: &mut Vec<String>) -> Value {
    let mut kept = Object::with_capacity(object.len());
    for (key, value) in object {
        match schema.attribute(&key) {
            Some(attribute) => {
                let path = format!("{}:{}", schema.id, attribute.name);
                keep(&mut kept, key, attribute, tidy(attribute, value, &path, ignored));
            }
            None => note(ignored, || format!("{}:{key}", schema.id)),
        }
    }
    Value::Object(kept)
}

/// The value with canonical names; `None` if it is empty.
pub(crate) fn tidy(attribute: &Attribute, value: Value, path: &str, ignored: &mut Vec<String>) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Array(items) => {
            let items: Vec<Value> = items.into_iter().filter_map(|item| tidy(attribute, item, path, ignored)).collect();
            (attribute.multi_valued || !items.is_empty()).then_some(Value::Array(items))
        }
        Value::Object(object) if attribute.is_complex() => {
            let mut kept = Object::with_capacity(object.len());
            for (key, value) in object {
                match attribute.sub(&key) {
                    Some(sub) => keep(&mut kept, key, sub, tidy(sub, value, path, ignored)),
                    None => note(ignored, || format!("{path}.{key}")),
                }
            }
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        simple => Some(simple),
    }
}

fn keep(kept: &mut Object, key: String, attribute: &Attribute, value: Option<Value>) {
    if let Some(value) = value {
        kept.insert(if key == attribute.name { key } else { attribute.name.clone() }, value);
    }
}
