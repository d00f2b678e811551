//! From the client's operations to steps: paths resolved, values given their schema's shape and checked.

use serde_json::Value;

use super::{Edit, Edits, Leniency, Op, Operation, items};
use crate::{
    Object, ResourceType,
    check::{self, Place},
    error::{Error, ScimType},
    filter::{self, CompareOp, Comparison, Filter},
    normalize::{list, tidy},
    path::{AttributePath, Slot},
    resource_type::{Extension, Resolved},
    schema::{Attribute, Mutability, core},
};

pub(super) fn edits(
    resource_type: &ResourceType,
    operations: &[Operation],
    leniency: Leniency,
) -> Result<Edits, Error> {
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
    /// RFC 7643 defines it, this resource type does not have it.
    Unsupported,
}

struct Builder<'a> {
    resource_type: &'a ResourceType,
    edits: Edits,
}

impl<'a> Builder<'a> {
    fn operation(&mut self, operation: &Operation) -> Result<(), Error> {
        let value = operation.value.as_ref();
        let Some(path) = operation.path.as_deref() else {
            return match value {
                _ if operation.op == Op::Remove => Err(Error::no_target("remove needs a path")),
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
            None if core::defines(&path, sub) => Ok(Target::Unsupported),
            None => {
                let whole = sub.map_or_else(|| path.clone(), |sub| path.with_sub(sub));
                Err(self.resource_type.unknown(&whole))
            }
        }
    }

    /// A value without a path: one write per attribute. What is unknown or read-only is ignored.
    fn attributes(&mut self, op: Op, attributes: &Object) -> Result<(), Error> {
        for (key, value) in attributes {
            match self.target(key) {
                Ok(Target::Slot(slot)) => self.listed(op, *slot, value)?,
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
                Some(slot) => self.listed(op, slot, value)?,
                None => self.ignore(&format!("{urn}:{key}")),
            }
        }
        Ok(())
    }

    fn listed(&mut self, op: Op, slot: Slot, value: &Value) -> Result<(), Error> {
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

    /// Add and replace.
    fn write(&mut self, op: Op, slot: Slot, value: &Value) -> Result<(), Error> {
        if value.is_null() {
            return self.clear(slot);
        }
        let resolved = self.resolve(&slot)?;
        if slot.is_multi_valued() && slot.is_whole() {
            let items = self.items(op, &resolved, value)?;
            return match (op, items.is_empty()) {
                (Op::Add, true) => Ok(()),
                (Op::Add, false) => self.push(Edit::Add { slot, items }),
                _ if items.is_empty() && resolved.attribute.required => Err(required(&slot)),
                _ => self.push(Edit::Set { slot, value: Value::Array(items) }),
            };
        }
        if resolved.attribute.is_complex() {
            return self.write_complex(op, slot, &resolved, value);
        }
        check::value(place(&resolved), resolved.attribute, value)?;
        self.push(Edit::Set { slot, value: value.clone() })
    }

    /// The sub-attributes that are given; the others are left unchanged (RFC 7644 §3.5.2.1, §3.5.2.3). Only an element
    /// that a selector picks is replaced as a whole.
    fn write_complex(&mut self, op: Op, slot: Slot, resolved: &Resolved<'_>, value: &Value) -> Result<(), Error> {
        let attribute = resolved.attribute;
        let cleared: Vec<&Attribute> = match value {
            Value::Object(parts) => {
                parts.iter().filter(|(_, v)| v.is_null()).filter_map(|(key, _)| attribute.sub(key)).collect()
            }
            _ => Vec::new(),
        };
        let path = resolved.path.to_string();
        let value = tidy(attribute, value.clone(), &path, &mut self.edits.ignored);
        if let Some(value) = &value
            && (!value.is_object() || slot.selector.is_some() && op == Op::Replace)
        {
            check::single(place(resolved), attribute, value)?;
        }
        if slot.selector.is_some() && op == Op::Replace {
            return match value {
                Some(value) => self.push(Edit::Set { slot, value }),
                None => Ok(()),
            };
        }
        for sub in cleared.into_iter().filter(|sub| sub.mutability != Mutability::ReadOnly) {
            self.clear(slot.with_sub(&sub.name))?;
        }
        let Some(Value::Object(mut parts)) = value else { return Ok(()) };
        // What the selector looks at is written last, so that it still picks the element until then.
        let contradicting = take_selected(slot.selector.as_ref(), &mut parts);
        if contradicting.len() > 1 {
            return Err(Error::invalid_value(format!(
                "'{slot}' cannot get other values in several sub-attributes that its filter looks at; replace the element"
            )));
        }
        for (name, value) in parts.into_iter().chain(contradicting) {
            let Some(sub) = attribute.sub(&name) else { continue };
            if sub.mutability == Mutability::ReadOnly {
                self.ignore(&format!("{path}.{name}"));
                continue;
            }
            check::value(Place { sub: Some(&sub.name), ..place(resolved) }, sub, &value)?;
            self.push(Edit::Set { slot: slot.with_sub(&sub.name), value })?;
        }
        Ok(())
    }

    fn remove(&mut self, slot: Slot, value: Option<&Value>) -> Result<(), Error> {
        let resolved = self.resolve(&slot)?;
        if slot.is_multi_valued() && slot.is_whole() {
            return match value {
                None | Some(Value::Null) => self.clear(slot),
                Some(value) => {
                    let mut items = self.items(Op::Remove, &resolved, value)?;
                    items.iter_mut().for_each(|item| items::name(resolved.attribute, item));
                    if items.is_empty() { Ok(()) } else { self.push(Edit::Remove { slot, items }) }
                }
            };
        }
        match slot.selector.as_ref().filter(|_| slot.sub.is_none()).and_then(|s| named_items(s, resolved.attribute)) {
            Some(items) => self.push(Edit::Remove { slot: Slot::plain(&resolved), items }),
            None => self.clear(slot),
        }
    }

    fn clear(&mut self, slot: Slot) -> Result<(), Error> {
        // An element may go while others stay; whether they do is seen when the step is applied.
        if self.resolve(&slot)?.attribute.required && (slot.selector.is_none() || slot.sub.is_some()) {
            return Err(required(&slot));
        }
        self.push(Edit::Clear { slot })
    }

    /// Checked elements of a multi-valued attribute.
    fn items(&mut self, op: Op, resolved: &Resolved<'_>, value: &Value) -> Result<Vec<Value>, Error> {
        let mut value = value.clone();
        if op != Op::Replace && !value.is_array() {
            // One value is added or removed as well as several; what replaces all of them is an array.
            value = Value::Array(vec![value]);
        }
        let path = resolved.path.to_string();
        let items = match tidy(resolved.attribute, value, &path, &mut self.edits.ignored) {
            None => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(wrong) => {
                return Err(check::value(place(resolved), resolved.attribute, &wrong)
                    .err()
                    .unwrap_or_else(|| required(&Slot::plain(resolved))));
            }
        };
        for item in &items {
            check::single(place(resolved), resolved.attribute, item)?;
        }
        let primaries = items.iter().filter(|item| check::is_primary(item)).count();
        if primaries > 1 {
            return Err(Error::invalid_value(format!("'{path}' may have one primary value, not {primaries}")));
        }
        Ok(items)
    }

    fn resolve(&self, slot: &Slot) -> Result<Resolved<'a>, Error> {
        self.resource_type.resolve_slot(slot).ok_or_else(|| self.resource_type.unknown(&slot.path))
    }

    fn push(&mut self, edit: Edit) -> Result<(), Error> {
        self.edits.steps.push(edit);
        Ok(())
    }

    fn ignore(&mut self, path: &str) {
        list(&mut self.edits.ignored, || path.to_owned());
    }
}

fn place<'r>(resolved: &'r Resolved<'_>) -> Place<'r> {
    let AttributePath { schema, attribute, sub } = &resolved.path;
    Place { schema: schema.as_deref(), attribute, sub: sub.as_deref() }
}

fn required(slot: &Slot) -> Error {
    Error::mutability(format!("'{slot}' is required and cannot be removed"))
}

fn is_schemas(slot: &Slot) -> bool {
    slot.path.schema.is_none() && slot.path.attribute == "schemas"
}

/// Takes what the selector looks at out of an element's new parts, and answers what of it contradicts the selector.
fn take_selected(selector: Option<&Filter>, parts: &mut Object) -> Object {
    let mut contradicting = Object::new();
    let Some(selector) = selector else { return contradicting };
    for (name, equal_to) in filter::mentioned(selector) {
        let Some(value) = parts.remove(name) else { continue };
        if equal_to != Some(&value) {
            contradicting.insert(name.to_owned(), value);
        }
    }
    contradicting
}

/// The elements that a selector names by their `value`s, if that is all it does.
fn named_items(selector: &Filter, attribute: &Attribute) -> Option<Vec<Value>> {
    match selector {
        Filter::Or(items) => {
            Some(items.iter().map(|item| named_items(item, attribute)).collect::<Option<Vec<_>>>()?.concat())
        }
        Filter::Compare(Comparison { path, op: CompareOp::Eq, value }) if path.path.attribute == "value" => {
            if value.is_null() {
                return None;
            }
            let mut element = Object::new();
            element.insert("value".to_owned(), value.clone());
            Some(vec![if attribute.is_complex() { Value::Object(element) } else { value.clone() }])
        }
        _ => None,
    }
}
