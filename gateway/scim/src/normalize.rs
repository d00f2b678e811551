//! Normalises what a client sent to canonical names (RFC 7643 §2.1: attribute names are case-insensitive).
//!
//! Attributes that the resource type does not know are removed and listed rather than refused: clients send attributes, extensions
//! and schema URNs of their own (RFC 7644 §3.3 lets a server ignore them). Values of attributes that it does know are understood
//! or refused: see [`crate::tidy`].

use crate::check;
use crate::error::Error;
use crate::ignored::note;
use crate::object::Object;
use crate::path::AttributePath;
use crate::resource_type::{Extension, ResourceType};
use crate::schema::{Attribute, Mutability};
use crate::tidy::{Shape, Tidied, tidy};
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
    /// array of a multi-valued attribute stays: it means "no values", where an absent one means nothing; `null` means the same as
    /// an empty array there (RFC 7643 §2.5). Core attributes may be nested under the core schema's URN. Values keep their
    /// types; see [`crate::check()`]. If a name occurs in two cases, the last one counts.
    ///
    /// # Errors
    /// 400 `invalidValue` for a value that was not empty as sent and would be empty here, because the schema has no name for what
    /// is in it: `"emails": [{"mail": "a@b.example"}]`. Read-only attributes are exempt, because they are ignored anyway.
    pub fn normalize(&self, resource: Object) -> Result<Normalized, Error> {
        let mut normalized = Normalized { resource: Object::with_capacity(resource.len()), ignored: Vec::new() };
        self.normalize_into(&mut normalized, resource)?;
        Ok(normalized)
    }

    fn normalize_into(&self, normalized: &mut Normalized, resource: Object) -> Result<(), Error> {
        for (key, value) in resource {
            if self.is_core_urn(&key) {
                match value {
                    Value::Object(attributes) => self.normalize_into(normalized, attributes)?,
                    Value::Null => {}
                    _ => return Err(Error::invalid_value(format!("'{key}' must be an object of attributes"))),
                }
                continue;
            }
            let Normalized { resource: kept, ignored } = &mut *normalized;
            if let Some((_, attribute)) = self.find(None, &key) {
                let value = if attribute.name == "schemas" { self.known_schemas(value, ignored) } else { value };
                self.keep(kept, &AttributePath::core(&attribute.name), attribute, value, ignored)?;
            } else if let Some(extension) = self.extension(&key) {
                let value = match value {
                    Value::Object(object) => Value::Object(self.extended(extension, object, ignored)?),
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
        Ok(())
    }

    fn extended(&self, extension: &Extension, object: Object, ignored: &mut Vec<String>) -> Result<Object, Error> {
        let schema = &extension.schema;
        let mut kept = Object::with_capacity(object.len());
        for (key, value) in object {
            let Some(attribute) = schema.attribute(&key) else {
                note(ignored, || format!("{}:{key}", schema.id));
                continue;
            };
            let path = AttributePath { schema: Some(schema.id.clone()), attribute: attribute.name.clone(), sub: None };
            self.keep(&mut kept, &path, attribute, value, ignored)?;
        }
        Ok(kept)
    }

    fn keep(
        &self,
        kept: &mut Object,
        path: &AttributePath,
        attribute: &Attribute,
        value: Value,
        ignored: &mut Vec<String>,
    ) -> Result<(), Error> {
        let value = if value.is_null() && attribute.multi_valued { Value::Array(Vec::new()) } else { value };
        let shape = Shape { attribute, standard: self.standard(path), path: &path.to_string() };
        let tidied = match value {
            Value::Object(_) if attribute.multi_valued => {
                Err(Error::invalid_value(format!("'{path}' must be an array, not an object")))
            }
            value => tidy(&shape, value, ignored),
        };
        // Here, because `$ref` may be read-only, and is then removed.
        let tidied = tidied.and_then(|tidied| {
            if let Tidied::Value(value) = &tidied {
                check::referred_types(path, attribute, value)?;
            }
            Ok(tidied)
        });
        match tidied {
            Ok(Tidied::Value(value)) => drop(kept.insert(attribute.name.clone(), value)),
            Ok(Tidied::Unassigned | Tidied::Unsupported) => {}
            Err(_) if attribute.mutability == Mutability::ReadOnly => note(ignored, || path.to_string()),
            Err(error) => return Err(error),
        }
        Ok(())
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
