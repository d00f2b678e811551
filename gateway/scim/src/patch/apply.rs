//! Applies edits to a resource.
//!
//! All or nothing, without a copy of the resource: an edit checks before it changes anything, and an attribute is saved before
//! a change only if a later edit could still fail. A group of 50,000 members is not copied to add one.

use super::edit::{Edit, Edits, Leniency};
use super::items;
use crate::compare::same;
use crate::comparison_budget::ComparisonBudget;
use crate::error::Error;
use crate::object::Object;
use crate::path::AttributePath;
use crate::primary::{demote_others, is_primary};
use crate::resource_type::{Resolved, ResourceType};
use crate::schema::{Attribute, Mutability};
use crate::slot::Slot;
use serde_json::Value;
use std::collections::HashMap;

/// Applies edits to a resource with canonical names. On an error the resource is unchanged.
///
/// At most one element of an attribute stays `primary`: the last one that an edit set.
///
/// # Errors
/// 400 `noTarget` where a value path matches no element and none may be created, `mutability` where an immutable attribute
/// with a value would change or lose it, `tooMany` where it would take more than [`MAX_COMPARISONS`](crate::MAX_COMPARISONS).
pub fn apply(resource_type: &ResourceType, resource: &mut Object, edits: &Edits) -> Result<(), Error> {
    apply_within(resource_type, resource, edits, &ComparisonBudget::default())
}

/// Like [`apply()`], with what one request may cost.
///
/// # Errors
/// Like [`apply()`].
pub fn apply_within(
    resource_type: &ResourceType,
    resource: &mut Object,
    edits: &Edits,
    budget: &ComparisonBudget,
) -> Result<(), Error> {
    take_lists(resource, edits, budget)?;
    let resolved = edits.steps.iter().map(|edit| {
        let slot = edit.slot();
        resource_type.resolve_slot(slot).ok_or_else(|| resource_type.unknown(&slot.path))
    });
    let resolved = resolved.collect::<Result<Vec<_>, _>>()?;
    let steps = || edits.steps.iter().zip(&resolved);
    let last_fallible = steps().rposition(|(edit, resolved)| is_fallible(edit, resolved));
    let mut saved: Vec<(&str, Option<Value>)> = Vec::new();
    for (index, (edit, resolved)) in steps().enumerate() {
        let key = edit.slot().path.schema.as_deref().unwrap_or(&edit.slot().path.attribute);
        let needed = last_fallible.is_some_and(|last| index < last) || resolved.top().required;
        if needed && !saved.iter().any(|(saved, _)| *saved == key) {
            saved.push((key, resource.get(key).cloned()));
        }
        if let Err(error) = step(resource, edit, resolved, edits.leniency, budget) {
            for (key, value) in saved {
                match value {
                    Some(value) => drop(resource.insert(key.to_owned(), value)),
                    None => drop(resource.remove(key)),
                }
            }
            return Err(error);
        }
    }
    Ok(())
}

fn is_fallible(edit: &Edit, resolved: &Resolved<'_>) -> bool {
    edit.slot().selector.is_some() || is_immutable(resolved) || resolved.top().required
}

/// Takes what lists of items will cost, before anything is changed: each looks at every element once, including those that earlier
/// ones added.
fn take_lists(resource: &Object, edits: &Edits, budget: &ComparisonBudget) -> Result<(), Error> {
    let mut sizes: HashMap<&AttributePath, usize> = HashMap::new();
    for edit in &edits.steps {
        let (Edit::Add { slot, items } | Edit::Remove { slot, items }) = edit else { continue };
        let size = sizes
            .entry(&slot.path)
            .or_insert_with(|| slot.attribute(resource).and_then(Value::as_array).map_or(0, Vec::len));
        *size += items.len();
        budget.take(*size as u64);
    }
    budget.check()
}

fn step(
    resource: &mut Object,
    edit: &Edit,
    resolved: &Resolved<'_>,
    leniency: Leniency,
    budget: &ComparisonBudget,
) -> Result<(), Error> {
    let selection = edit.slot().selection(resource, budget)?;
    if edit.slot().selector.is_some() && !selection.contains(&true) && !leniency.supplies_target(edit.slot()) {
        return Err(no_target(edit.slot()));
    }
    match edit {
        Edit::Set { slot, value } => set(resource, slot, value, resolved, &selection),
        Edit::Clear { slot } => clear(resource, slot, resolved, &selection),
        Edit::Add { slot, items } => add(resource, slot, items, resolved),
        Edit::Remove { slot, items } => remove(resource, slot, items, resolved),
    }
}

fn set(
    resource: &mut Object,
    slot: &Slot,
    value: &Value,
    resolved: &Resolved<'_>,
    selection: &[bool],
) -> Result<(), Error> {
    if is_immutable(resolved) && is_kept(resource, slot, value, resolved)? {
        return Ok(());
    }
    if slot.is_whole() && value.as_array().is_some_and(Vec::is_empty) {
        slot.take(resource);
        return Ok(());
    }
    let written = slot.write(resource, value.clone(), selection);
    if let (Some(index), Some(Value::Array(elements))) = (written, slot.attribute_mut(resource))
        && elements.get(index).is_some_and(is_primary)
    {
        demote_others(elements, index);
    }
    Ok(())
}

fn clear(resource: &mut Object, slot: &Slot, resolved: &Resolved<'_>, selection: &[bool]) -> Result<(), Error> {
    if slot.selector.is_some() && !selection.contains(&true) {
        return Ok(());
    }
    if is_immutable(resolved) && slot.get(resource).is_some() {
        return Err(immutable(slot));
    }
    slot.remove(resource, selection);
    require_value(resource, slot, resolved.top())
}

fn add(resource: &mut Object, slot: &Slot, items: &[Value], resolved: &Resolved<'_>) -> Result<(), Error> {
    let attribute = resolved.attribute;
    if is_immutable(resolved) && slot.get(resource).is_some() {
        return Err(immutable(slot));
    }
    slot.with_elements(resource, |elements| {
        if let Some(primary) = items::add(attribute, elements, items) {
            demote_others(elements, primary);
        }
    });
    Ok(())
}

fn remove(resource: &mut Object, slot: &Slot, items: &[Value], resolved: &Resolved<'_>) -> Result<(), Error> {
    if is_immutable(resolved) && slot.get(resource).is_some() {
        return Err(immutable(slot));
    }
    if let Some(Value::Array(elements)) = slot.attribute_mut(resource) {
        items::remove(resolved.attribute, elements, items);
        if elements.is_empty() {
            slot.take(resource);
        }
    }
    require_value(resource, slot, resolved.top())
}

/// Whether an immutable attribute already has this value; an error if it has another (RFC 7644 §3.5.2).
fn is_kept(resource: &Object, slot: &Slot, value: &Value, resolved: &Resolved<'_>) -> Result<bool, Error> {
    match slot.get(resource) {
        Some(current) if same(resolved.attribute, current, value) => Ok(true),
        Some(_) => Err(immutable(slot)),
        // A new part of an immutable attribute changes the attribute.
        None if resolved.top().mutability == Mutability::Immutable && slot.attribute(resource).is_some() => {
            Err(immutable(slot))
        }
        None => Ok(false),
    }
}

fn is_immutable(resolved: &Resolved<'_>) -> bool {
    resolved.top().mutability == Mutability::Immutable || resolved.attribute.mutability == Mutability::Immutable
}

/// A required attribute must not lose its last value (RFC 7644 §3.5.2.2).
fn require_value(resource: &Object, slot: &Slot, top: &Attribute) -> Result<(), Error> {
    if top.required && slot.attribute(resource).is_none() {
        return Err(Error::mutability(format!("'{}' is required and cannot be removed", slot.path)));
    }
    Ok(())
}

/// How many characters of a path an error repeats; a filter may have 16 KiB.
const SHOWN_OF_PATH: usize = 200;

fn no_target(slot: &Slot) -> Error {
    let text = slot.to_string();
    let shown: String = text.chars().take(SHOWN_OF_PATH).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    Error::no_target(format!("no value matches '{shown}{more}'"))
}

fn immutable(slot: &Slot) -> Error {
    Error::mutability(format!("'{slot}' is immutable and already has a value"))
}
