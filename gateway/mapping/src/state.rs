//! What edits say about one slot of a resource that has not been read.

use super::budget::{Budget, Spent, size, steps_of_text};
use super::overlap::{Overlap, overlap};
use super::rule::has_value;
use scim_protocol::{Edit, Object, Slot};
use serde_json::Value;
use std::collections::HashSet;

/// What the edits say about one slot.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum State {
    Untouched,
    /// It ends up with this value, or without one.
    Decided(Option<Value>),
    Depends,
}

/// What the edits, in order, say about a slot. With `single`, an added element replaces all others.
pub(super) fn state(slot: &Slot, single: bool, steps: &[Edit], budget: &mut Budget) -> Result<State, Spent> {
    let mut state = State::Untouched;
    for edit in steps {
        budget.step(1)?;
        if overlap(edit.slot(), slot) == Overlap::Apart {
            continue;
        }
        budget.make(size_of_edit(edit))?;
        if let State::Decided(Some(value)) = &state {
            // It is copied, and each of its elements is identified.
            budget.step(2 * steps_of_text(size(value)))?;
        }
        state = match edit {
            Edit::Set { slot: target, value } => written(slot, single, target, Some(value), state),
            Edit::Clear { slot: target } => written(slot, single, target, None, state),
            Edit::Add { slot: target, items } => added(slot, single, target, items, state),
            Edit::Remove { slot: target, items } => removed(slot, target, items, state),
        };
    }
    Ok(state)
}

/// The bytes of an edit's values.
pub(super) fn size_of_edit(edit: &Edit) -> usize {
    match edit {
        Edit::Set { value, .. } => size(value),
        Edit::Clear { .. } => 0,
        Edit::Add { items, .. } | Edit::Remove { items, .. } => items.iter().map(size).sum(),
    }
}

fn written(slot: &Slot, single: bool, target: &Slot, value: Option<&Value>, before: State) -> State {
    match overlap(target, slot) {
        Overlap::Apart => before,
        Overlap::Same => State::Decided(value.filter(|value| has_value(value)).cloned()),
        Overlap::Holds => State::Decided(value.and_then(|value| {
            let mut alone = Object::new();
            target.put(&mut alone, value.clone());
            slot.get(&alone).cloned()
        })),
        Overlap::Part => match (before, value) {
            (State::Decided(whole), value) => {
                let mut alone = Object::new();
                if let Some(whole) = whole {
                    slot.put(&mut alone, whole);
                }
                match value {
                    Some(value) => target.put(&mut alone, value.clone()),
                    None => drop(target.take(&mut alone)),
                }
                State::Decided(slot.get(&alone).filter(|value| has_value(value)).cloned())
            }
            // The app stores one element, and this edit writes it.
            (_, Some(value)) if single => {
                let mut alone = Object::new();
                target.put(&mut alone, value.clone());
                State::Decided(slot.get(&alone).cloned())
            }
            _ => State::Depends,
        },
        Overlap::Depends => State::Depends,
    }
}

fn added(slot: &Slot, single: bool, target: &Slot, items: &[Value], before: State) -> State {
    match overlap(target, slot) {
        Overlap::Apart => before,
        Overlap::Same if single => State::Decided(Some(Value::Array(items.to_vec()))),
        Overlap::Same => match before {
            State::Decided(whole) => {
                let mut elements = whole.and_then(|whole| whole.as_array().cloned()).unwrap_or_default();
                let known: HashSet<String> = elements.iter().map(Value::to_string).collect();
                elements.extend(items.iter().filter(|item| !known.contains(&item.to_string())).cloned());
                State::Decided(Some(Value::Array(elements)))
            }
            _ => State::Depends,
        },
        Overlap::Holds => {
            // Elements that the slot's selector picks decide its value; others leave it alone.
            let mut alone = Object::new();
            target.put(&mut alone, Value::Array(items.to_vec()));
            match slot.get(&alone) {
                Some(value) => State::Decided(Some(value.clone())),
                None => before,
            }
        }
        Overlap::Part | Overlap::Depends => State::Depends,
    }
}

fn removed(slot: &Slot, target: &Slot, items: &[Value], before: State) -> State {
    match (overlap(target, slot), before) {
        (Overlap::Apart, before) => before,
        (Overlap::Same, State::Decided(Some(Value::Array(elements)))) if items.iter().all(is_identity) => {
            let gone: HashSet<String> = items.iter().map(identity).collect();
            let left: Vec<_> = elements.into_iter().filter(|element| !gone.contains(&identity(element))).collect();
            State::Decided(Some(Value::Array(left)).filter(has_value))
        }
        (Overlap::Same, State::Decided(None)) => State::Decided(None),
        // Only the resource tells whether the current value is among those removed.
        _ => State::Depends,
    }
}

/// Whether an item to be removed names elements only by their identity. If not, only the schema tells which elements it names.
pub(super) fn is_identity(item: &Value) -> bool {
    item.as_object().is_none_or(|parts| parts.len() == 1 || !parts.contains_key("value"))
}

/// Identifies an item of a multi-valued attribute by its `value`, or else by its whole content. It is a text, because a group
/// may have tens of thousands of members, which must not be compared pairwise.
pub(super) fn identity(item: &Value) -> String {
    item.get("value").unwrap_or(item).to_string()
}
