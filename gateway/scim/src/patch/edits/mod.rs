//! Turns a client's operations into edits: paths resolved, values checked and given their schema's shape.

mod builder;
mod remove;
mod write;

use super::edit::{Edits, Leniency};
use super::operation::{Op, Operation};
use crate::error::{Error, ScimType};
use crate::filter::{self, Filter};
use crate::object::Object;
use crate::path::AttributePath;
use crate::resource_type::{Extension, ResourceType};
use crate::schema::{Attribute, Mutability};
use crate::slot::Slot;
use builder::Builder;
use serde_json::Value;

/// Turns a request's operations into edits.
///
/// # Errors
/// 400, with a detail that starts with the operation's number: `noTarget` for a removal without a path, `invalidPath` and
/// `invalidFilter` for paths, `invalidValue` for values of the wrong type, `mutability` for a read-only path and for removing
/// a required attribute (RFC 7644 §3.5.2.2).
pub fn edits(resource_type: &ResourceType, operations: &[Operation], leniency: Leniency) -> Result<Edits, Error> {
    let mut builder = Builder { resource_type, edits: Edits { leniency, ..Edits::default() } };
    for (index, operation) in operations.iter().enumerate() {
        builder.operation(operation).map_err(|error| error.within(format_args!("operation {}", index + 1)))?;
    }
    Ok(builder.edits)
}

/// What a path names.
enum Target<'a> {
    Slot(Box<Slot>),
    /// The URN of an extension: all of its attributes.
    Extension(&'a Extension),
    /// An attribute that RFC 7643 defines and this resource type does not have.
    Unsupported,
}

impl<'a> Builder<'a> {
    fn operation(&mut self, operation: &Operation) -> Result<(), Error> {
        let value = operation.value.as_ref();
        let Some(path) = operation.path.as_deref() else {
            return match value {
                _ if operation.op == Op::Remove => Err(Error::no_target("'remove' needs a path")),
                Some(Value::Object(attributes)) => self.attributes(operation.op, attributes),
                _ => Err(Error::invalid_value("without a path, 'value' must be an object of attributes")),
            };
        };
        match (self.target(path)?, value) {
            (Target::Unsupported, _) => self.ignore(path),
            (Target::Extension(extension), Some(Value::Object(attributes))) if operation.op != Op::Remove => {
                self.extension(operation.op, extension, attributes)?;
            }
            (Target::Extension(extension), value) => match value {
                Some(Value::Null) => self.clear_extension(extension)?,
                _ if operation.op == Op::Remove => self.clear_extension(extension)?,
                _ => return Err(Error::invalid_value(format!("'{path}' must be an object of attributes"))),
            },
            // The server knows which schemas a resource uses.
            (Target::Slot(slot), _) if is_schemas(&slot) => self.ignore(path),
            (Target::Slot(slot), _) if self.resolve(&slot)?.mutability() == Mutability::ReadOnly => {
                return Err(Error::mutability(format!("'{slot}' is read-only")));
            }
            (Target::Slot(slot), value) if operation.op == Op::Remove => self.remove(*slot, value)?,
            (Target::Slot(slot), Some(value)) => self.write(operation.op, *slot, value)?,
            (Target::Slot(slot), None) => return Err(Error::invalid_value(format!("'{slot}' needs a 'value'"))),
        }
        Ok(())
    }

    fn target(&self, path: &str) -> Result<Target<'a>, Error> {
        let (attribute, selector, sub) = filter::parse_slot(path)?;
        if selector.is_none()
            && let Some(extension) = self.resource_type.extension(attribute)
        {
            return Ok(Target::Extension(extension));
        }
        let path = self.resource_type.parse_path(attribute)?;
        let resolved = self.resource_type.resolve(&path);
        let known = resolved.filter(|resolved| sub.is_none_or(|sub| resolved.attribute.sub(sub).is_some()));
        match known {
            Some(resolved) => Ok(Target::Slot(Box::new(Slot::new(&resolved, selector.as_ref(), sub)?))),
            None if self.is_unsupported(&path, selector.as_ref(), sub)? => Ok(Target::Unsupported),
            None => {
                let whole = sub.map_or_else(|| path.clone(), |sub| path.with_sub(sub));
                Err(self.resource_type.unknown(&whole))
            }
        }
    }

    /// Whether RFC 7643 defines what a path names for this type of resource.
    fn is_unsupported(
        &self,
        path: &AttributePath,
        selector: Option<&Filter>,
        sub: Option<&str>,
    ) -> Result<bool, Error> {
        let Some(standard) = self.resource_type.standard(path) else { return Ok(false) };
        if sub.or(path.sub.as_deref()).is_some_and(|sub| standard.sub(sub).is_none()) {
            return Ok(false);
        }
        if let Some(selector) = selector {
            if path.sub.is_some() || !standard.multi_valued {
                return Ok(false);
            }
            filter::check_selector(selector, path, standard)?;
        }
        Ok(true)
    }

    /// A value without a path: one write per attribute. Unknown and read-only attributes are ignored; the core schema's URN may
    /// stand around its attributes.
    fn attributes(&mut self, op: Op, attributes: &Object) -> Result<(), Error> {
        for (key, value) in attributes {
            if self.resource_type.is_core_urn(key) {
                match value {
                    Value::Object(attributes) => self.attributes(op, attributes)?,
                    Value::Null => {}
                    _ => return Err(Error::invalid_value(format!("'{key}' must be an object of attributes"))),
                }
                continue;
            }
            match self.target(key) {
                Ok(Target::Slot(slot)) => self.member(op, *slot, value)?,
                Ok(Target::Extension(extension)) => match value {
                    Value::Object(attributes) => self.extension(op, extension, attributes)?,
                    Value::Null => self.clear_extension(extension)?,
                    _ => return Err(Error::invalid_value(format!("'{key}' must be an object of attributes"))),
                },
                Ok(Target::Unsupported) => self.ignore(key),
                Err(error) if error.scim_type == Some(ScimType::InvalidPath) => self.ignore(key),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn extension(&mut self, op: Op, extension: &Extension, attributes: &Object) -> Result<(), Error> {
        let urn = extension.schema.id.as_str();
        for (key, value) in attributes {
            let slot = AttributePath::under(Some(urn), key).ok().and_then(|path| self.resource_type.slot(&path));
            match slot {
                Some(slot) => self.member(op, slot, value)?,
                None => self.ignore(&format!("{urn}:{key}")),
            }
        }
        Ok(())
    }

    fn member(&mut self, op: Op, slot: Slot, value: &Value) -> Result<(), Error> {
        if self.resolve(&slot)?.mutability() == Mutability::ReadOnly {
            self.ignore(&slot.to_string());
        } else if !is_schemas(&slot) {
            self.write(op, slot, value)?;
        }
        Ok(())
    }

    fn clear_extension(&mut self, extension: &Extension) -> Result<(), Error> {
        let writable = |attribute: &&Attribute| attribute.mutability != Mutability::ReadOnly;
        for attribute in extension.schema.attributes.iter().filter(writable) {
            let path = AttributePath {
                schema: Some(extension.schema.id.clone()),
                attribute: attribute.name.clone(),
                sub: None,
            };
            if let Some(slot) = self.resource_type.slot(&path) {
                self.clear(slot)?;
            }
        }
        Ok(())
    }
}

fn is_schemas(slot: &Slot) -> bool {
    slot.path.schema.is_none() && slot.path.attribute == "schemas"
}
