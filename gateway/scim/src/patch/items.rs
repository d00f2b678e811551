//! Adds elements to a multi-valued attribute and removes them.
//!
//! Each function looks at every element once, however many items there are: groups are large.

use super::identity::{identity, value_identity};
use super::listed::Listed;
use crate::primary::is_primary;
use crate::schema::Attribute;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashMap;

/// Adds missing items, and merges the others into their elements. Returns the index of the last primary one.
pub(super) fn add(attribute: &Attribute, elements: &mut Vec<Value>, items: &[Value]) -> Option<usize> {
    let mut found: HashMap<Cow<'_, str>, Option<usize>> = HashMap::with_capacity(items.len());
    for item in items {
        found.insert(identity(attribute, item), None);
    }
    for (index, element) in elements.iter().enumerate() {
        let value = value_identity(attribute, element);
        if let Some(slot) = found.get_mut(&*identity(attribute, element)) {
            slot.get_or_insert(index);
        }
        if let Some(slot) = value.and_then(|value| found.get_mut(&*value)) {
            slot.get_or_insert(index);
        }
    }
    let mut primary = None;
    for item in items {
        let slot = found.entry(identity(attribute, item)).or_default();
        let index = *slot.get_or_insert(elements.len());
        match elements.get_mut(index) {
            Some(element) => merge(element, item),
            None => elements.push(item.clone()),
        }
        if is_primary(item) {
            primary = Some(index);
        }
    }
    primary
}

/// Reduces an item to be removed to what identifies elements: the `value` of a reference; of any other item with a `value`,
/// everything except `display`.
pub(super) fn identify(attribute: &Attribute, item: &mut Value) {
    if let Value::Object(item) = item
        && item.contains_key("value")
    {
        item.retain(|key, _| key == "value" || !attribute.refers() && key != "display");
    }
}

/// Removes the elements that a list of items names.
pub(super) fn remove(attribute: &Attribute, elements: &mut Vec<Value>, items: &[Value]) {
    let mut listed = Listed::new(attribute, items);
    elements.retain(|element| !listed.names(element));
}

fn merge(element: &mut Value, item: &Value) {
    if let (Value::Object(element), Value::Object(item)) = (element, item) {
        for (key, value) in item {
            if element.get(key) != Some(value) {
                element.insert(key.clone(), value.clone());
            }
        }
    }
}
