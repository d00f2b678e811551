//! A list of items to remove: which elements of a multi-valued attribute it names.
//!
//! An item with a `value` names the elements that have everything the item gives. A sub-attribute that an element does not have
//! is not compared, except `primary`, whose absence means false. An item without a `value` names the elements equal to it.
//!
//! Threat: a request that lists as many items as an attribute has elements, all with one value. Items are therefore never
//! compared with elements one by one: items that give the same sub-attributes form a group, and each group is a set of
//! texts in which an element is looked up.

use super::identity::value_identity;
use crate::date_time;
use crate::schema::{Attribute, AttributeType};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The items, grouped by the sub-attributes they give; items of a simple attribute give none.
pub(super) struct Listed<'a> {
    attribute: &'a Attribute,
    groups: BTreeMap<Vec<&'a str>, Group<'a>>,
}

#[derive(Default)]
struct Group<'a> {
    items: Vec<&'a Value>,
    /// For each set of sub-attributes that some element has, what the items give for them.
    given: HashMap<Vec<&'a str>, HashSet<String>>,
}

impl<'a> Listed<'a> {
    pub(super) fn new(attribute: &'a Attribute, items: &'a [Value]) -> Self {
        let mut groups: BTreeMap<Vec<&str>, Group<'_>> = BTreeMap::new();
        for item in items {
            let mut names: Vec<&str> = item.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            groups.entry(names).or_default().items.push(item);
        }
        Self { attribute, groups }
    }

    /// Whether the list names an element.
    pub(super) fn names(&mut self, element: &Value) -> bool {
        let attribute = self.attribute;
        self.groups.iter_mut().any(|(names, group)| {
            let is_comparable = match names.contains(&"value") {
                true => element.get("value").is_some(),
                false => has_exactly(element, names),
            };
            if !is_comparable {
                return false;
            }
            let (shared, Group { items, given }) = (shared(element, names), group);
            let wanted = text(attribute, element, &shared);
            let given = given
                .entry(shared)
                .or_insert_with_key(|shared| items.iter().map(|item| text(attribute, item, shared)).collect());
            given.contains(&wanted)
        })
    }
}

/// The sub-attributes of `names` that an element has.
fn shared<'a>(element: &Value, names: &[&'a str]) -> Vec<&'a str> {
    names.iter().copied().filter(|name| *name == "primary" || element.get(name).is_some()).collect()
}

fn has_exactly(element: &Value, names: &[&str]) -> bool {
    element.as_object().map_or(names.is_empty(), |object| {
        object.len() == names.len() && object.keys().all(|name| names.contains(&name.as_str()))
    })
}

/// A text that is equal for items and elements with the same values of these sub-attributes.
fn text(attribute: &Attribute, element: &Value, names: &[&str]) -> String {
    if names.is_empty() && !element.is_object() {
        return value_identity(attribute, element).unwrap_or_default().into_owned();
    }
    let texts = names.iter().map(|name| match (*name, element.get(name)) {
        ("value", _) => value_identity(attribute, element).unwrap_or_default().into_owned(),
        ("primary", value) => folded(None, value.unwrap_or(&Value::Bool(false))),
        (name, value) => folded(attribute.sub(name), value.unwrap_or(&Value::Null)),
    });
    texts.collect::<Vec<_>>().join("\0")
}

/// A text that is equal for values that are the same for their attribute.
fn folded(attribute: Option<&Attribute>, value: &Value) -> String {
    match (attribute, value) {
        (Some(attribute), Value::String(text)) if attribute.kind == AttributeType::DateTime => {
            date_time::instant(text).map_or_else(|| text.clone(), |instant| format!("{instant:?}"))
        }
        (Some(attribute), Value::String(text)) if !attribute.is_case_exact() => text.to_lowercase(),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Number(number)) => number.as_f64().unwrap_or_default().to_string(),
        (_, other) => other.to_string(),
    }
}
