//! When two elements of a multi-valued attribute are the same one.
//!
//! A reference (members, groups, manager) is its `value`. Any other complex element is its `value` together with its `type`
//! (RFC 7643 §2.4: the same pair should not occur twice); a type that is not given matches any. An element without a
//! `value` is the whole of itself. Ids keep their case, other values follow their attribute. What is removed is in [`super::listed`].
//!
//! Both functions look at every element once, however many items there are: groups are large.

use std::{borrow::Cow, collections::HashMap};

use serde_json::Value;

use super::listed::Listed;
use crate::{check::is_primary, schema::Attribute};

/// Adds items that are not there, and to those that are the sub-attributes that differ. Returns the last primary one.
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

/// Leaves of an item that is to be removed what tells elements apart: of a reference its `value`, of another that has a `value` all
/// but `display`.
pub(super) fn name(attribute: &Attribute, item: &mut Value) {
    if let Value::Object(item) = item
        && item.contains_key("value")
    {
        item.retain(|key, _| key == "value" || !attribute.refers() && key != "display");
    }
}

/// Removes the elements that a list of items means.
pub(super) fn remove(attribute: &Attribute, elements: &mut Vec<Value>, items: &[Value]) {
    let mut listed = Listed::new(attribute, items);
    elements.retain(|element| !listed.means(element));
}

/// Leaves one element primary.
pub(super) fn demote_others(elements: &mut [Value], primary: usize) {
    for (index, element) in elements.iter_mut().enumerate() {
        if index != primary
            && is_primary(element)
            && let Value::Object(object) = element
        {
            object.insert("primary".to_owned(), Value::Bool(false));
        }
    }
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

fn identity<'a>(attribute: &Attribute, element: &'a Value) -> Cow<'a, str> {
    let Some(value) = value_identity(attribute, element) else { return Cow::Owned(whole_identity(attribute, element)) };
    match element.get("type").and_then(Value::as_str) {
        Some(kind) if !attribute.refers() => Cow::Owned(format!("{value}\0{}", kind.to_lowercase())),
        _ => value,
    }
}

pub(super) fn value_identity<'a>(attribute: &Attribute, element: &'a Value) -> Option<Cow<'a, str>> {
    let (attribute, value, is_id) = match element {
        Value::Object(object) => (attribute.sub("value")?, object.get("value")?, attribute.refers()),
        simple => (attribute, simple, false),
    };
    Some(match value {
        Value::String(text) if is_id || attribute.is_case_exact() => Cow::Borrowed(text.as_str()),
        Value::String(text) if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) => Cow::Borrowed(text),
        Value::String(text) => Cow::Owned(text.to_lowercase()),
        other => Cow::Owned(other.to_string()),
    })
}

/// In the schema's order, so that the order of keys says nothing.
fn whole_identity(attribute: &Attribute, element: &Value) -> String {
    let mut identity = String::from("\0");
    for sub in &attribute.sub_attributes {
        if let Some(value) = element.get(&sub.name) {
            identity.push_str(&format!("{}\0{value}\0", sub.name));
        }
    }
    identity
}
