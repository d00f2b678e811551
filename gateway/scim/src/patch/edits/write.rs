//! `add` and `replace`: values in their schema's shape, checked.

use super::builder::{Builder, required};
use crate::check::{self, Place};
use crate::error::Error;
use crate::filter::{self, Filter};
use crate::object::Object;
use crate::patch::edit::Edit;
use crate::patch::operation::Op;
use crate::path::AttributePath;
use crate::resource_type::Resolved;
use crate::schema::{Attribute, Mutability};
use crate::slot::Slot;
use crate::tidy::{Shape, Tidied, tidy};
use serde_json::Value;

impl Builder<'_> {
    /// Adds edits for an `add` or `replace` at a slot.
    pub(super) fn write(&mut self, op: Op, slot: Slot, value: &Value) -> Result<(), Error> {
        let resolved = self.resolve(&slot)?;
        // In place of one object, an empty array can only mean that there is none, as in POST and PUT.
        let is_single = resolved.attribute.is_complex() && !(slot.is_multi_valued() && slot.is_whole());
        let is_no_value = is_single && value.as_array().is_some_and(Vec::is_empty);
        if value.is_null() || is_no_value {
            return self.clear(slot);
        }
        if slot.is_multi_valued() && slot.is_whole() {
            let Some(items) = self.items(op, &resolved, value)? else { return Ok(()) };
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

    /// Sets the given sub-attributes and leaves the others unchanged (RFC 7644 §3.5.2.1, §3.5.2.3). Only an element picked by a
    /// selector is replaced as a whole.
    fn write_complex(&mut self, op: Op, slot: Slot, resolved: &Resolved<'_>, value: &Value) -> Result<(), Error> {
        let attribute = resolved.attribute;
        let cleared: Vec<&Attribute> = match value {
            Value::Object(parts) => {
                parts.iter().filter(|(_, v)| v.is_null()).filter_map(|(key, _)| attribute.sub(key)).collect()
            }
            _ => Vec::new(),
        };
        let path = resolved.path.to_string();
        let value = match self.tidied(resolved, value.clone())? {
            Tidied::Value(value) => Some(value),
            Tidied::Unassigned => None,
            Tidied::Unsupported => return Ok(()),
        };
        if let Some(value) = &value
            && (!value.is_object() || slot.selector.is_some() && op == Op::Replace)
        {
            check::single(place(resolved), attribute, value)?;
        }
        if let Some(value) = &value {
            check::referred_type(place(resolved), attribute, value)?;
        }
        if slot.selector.is_some() && op == Op::Replace {
            match value {
                Some(value) => return self.push(Edit::Set { slot, value }),
                // Nothing but null is given, so only that is done.
                None if cleared.is_empty() => return Ok(()),
                None => {}
            }
        }
        for sub in cleared.into_iter().filter(|sub| sub.mutability != Mutability::ReadOnly) {
            self.clear(slot.with_sub(&sub.name))?;
        }
        let Some(Value::Object(mut parts)) = value else { return Ok(()) };
        // What the selector tests is written last, so that it picks the element until then.
        let contradicting = take_selected(slot.selector.as_ref(), &mut parts);
        if contradicting.len() > 1 {
            return Err(Error::invalid_value(format!(
                "'{slot}': cannot change several sub-attributes that the filter tests; replace the element instead"
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

    /// Checked elements of a multi-valued attribute; `None` if the resource type supports nothing of what is given.
    pub(super) fn items(
        &mut self,
        op: Op,
        resolved: &Resolved<'_>,
        value: &Value,
    ) -> Result<Option<Vec<Value>>, Error> {
        let mut value = value.clone();
        if op != Op::Replace && !value.is_array() {
            // A single value can be added or removed without an array; a replacement of all values must be an array.
            value = Value::Array(vec![value]);
        }
        if !value.is_array() {
            check::value(place(resolved), resolved.attribute, &value)?;
        }
        let items = match self.tidied(resolved, value)? {
            Tidied::Value(Value::Array(items)) => items,
            Tidied::Value(wrong) => {
                return Err(check::value(place(resolved), resolved.attribute, &wrong)
                    .err()
                    .unwrap_or_else(|| required(&Slot::plain(resolved))));
            }
            Tidied::Unassigned => return Ok(Some(Vec::new())),
            Tidied::Unsupported => return Ok(None),
        };
        for item in &items {
            check::element(place(resolved), resolved.attribute, item)?;
        }
        check::single_primary(place(resolved), &items)?;
        Ok(Some(items))
    }

    fn tidied(&mut self, resolved: &Resolved<'_>, value: Value) -> Result<Tidied, Error> {
        let standard = self.resource_type.standard(&resolved.path);
        let standard = match &resolved.path.sub {
            Some(sub) => standard.and_then(|standard| standard.sub(sub)),
            None => standard,
        };
        let shape = Shape { attribute: resolved.attribute, standard, path: &resolved.path.to_string() };
        tidy(&shape, value, &mut self.edits.ignored)
    }
}

fn place<'r>(resolved: &'r Resolved<'_>) -> Place<'r> {
    let AttributePath { schema, attribute, sub } = &resolved.path;
    Place { schema: schema.as_deref(), attribute, sub: sub.as_deref() }
}

/// Removes what the selector tests from an element's new parts, and returns the parts that contradict the selector.
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
