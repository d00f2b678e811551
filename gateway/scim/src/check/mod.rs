//! Whether a client's resource fits its schemas (RFC 7643 §2, RFC 7644 §3.3 and §3.5.1).
//!
//! Canonical values are advice and never a reason to refuse. `schemas` may be incomplete: Entra omits custom extensions.
//! Read-only attributes are not refused but removed, by [`strip_read_only`].

mod place;
mod read_only;
mod reference;
mod value;

use crate::error::Error;
use crate::object::Object;
use crate::resource_type::ResourceType;
use crate::schema::{Schema, core};
pub(crate) use place::Place;
pub use read_only::strip_read_only;
pub(crate) use reference::{referred_type, referred_types};
use serde_json::Value;
use std::collections::HashSet;
use value::{demanded, missing};
pub(crate) use value::{element, single, single_primary, value};

/// Which request the resource comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// POST: every required attribute must be present.
    Create,
    /// PUT: every required attribute of the core schema must be present. Those of an extension need not be, because a client
    /// that does not know the extension keeps what is stored.
    Replace,
}

/// Checks a resource with canonical names: JSON types, required attributes, dates, at most one `primary`.
///
/// # Errors
/// 400 `invalidValue`, which names the attribute and says what is allowed.
pub fn check(resource_type: &ResourceType, resource: &Object, direction: Direction) -> Result<(), Error> {
    attributes(None, core::common(), resource, false)?;
    attributes(None, &resource_type.schema, resource, true)?;
    for extension in &resource_type.extensions {
        let schema = &extension.schema;
        match resource.get(&schema.id) {
            Some(Value::Object(object)) => {
                attributes(Some(&schema.id), schema, object, direction == Direction::Create)?;
            }
            Some(_) => return Err(Error::invalid_value(format!("'{}' must be a JSON object", schema.id))),
            None if extension.required && direction == Direction::Create => {
                return Err(Error::invalid_value(format!("'{}' is required", schema.id)));
            }
            None => {}
        }
    }
    Ok(())
}

/// Checks only what a change made different: attributes, and elements of multi-valued attributes. What was there before came
/// from the app and is no reason to refuse the client's change.
///
/// # Errors
/// Like [`check()`].
pub fn check_changed(resource_type: &ResourceType, before: &Object, after: &Object) -> Result<(), Error> {
    changed(None, core::common(), before, after)?;
    changed(None, &resource_type.schema, before, after)?;
    for extension in &resource_type.extensions {
        let schema = &extension.schema;
        let part = |resource: &Object| resource.get(&schema.id).and_then(Value::as_object).cloned().unwrap_or_default();
        changed(Some(&schema.id), schema, &part(before), &part(after))?;
    }
    Ok(())
}

fn changed(urn: Option<&str>, schema: &Schema, before: &Object, after: &Object) -> Result<(), Error> {
    for attribute in &schema.attributes {
        let place = Place { schema: urn, attribute: &attribute.name, sub: None };
        let was = before.get(&attribute.name);
        match after.get(&attribute.name) {
            None if demanded(attribute) && was.is_some() => return Err(missing(place)),
            Some(Value::Array(items)) if attribute.multi_valued => {
                let was: HashSet<String> =
                    was.and_then(Value::as_array).into_iter().flatten().map(Value::to_string).collect();
                for item in items.iter().filter(|item| !was.contains(&item.to_string())) {
                    single(place, attribute, item)?;
                }
            }
            Some(found) if was != Some(found) => value(place, attribute, found)?,
            _ => {}
        }
    }
    Ok(())
}

fn attributes(urn: Option<&str>, schema: &Schema, object: &Object, required: bool) -> Result<(), Error> {
    for attribute in &schema.attributes {
        let place = Place { schema: urn, attribute: &attribute.name, sub: None };
        match object.get(&attribute.name) {
            Some(found) => value(place, attribute, found)?,
            None if required && demanded(attribute) => return Err(missing(place)),
            None => {}
        }
    }
    Ok(())
}
