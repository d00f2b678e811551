//! The place in a resource that a PATCH path or a mapping rule points at: an attribute, a sub-attribute, or a
//! sub-attribute of the elements that a selector picks (RFC 7644 §3.5.2, `PATH`).
//!
//! A slot is made by [`crate::ResourceType::parse_slot`] and is canonical; it works on resources with canonical names.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use serde_json::{Map, Value};

use super::AttributePath;
use crate::{
    Object,
    error::Error,
    filter::{self, CompareOp, Comparison, Filter},
    resource_type::Resolved,
    schema::Attribute,
};

/// `userName`, `name.givenName`, `emails[type eq "work"].value`, `urn:…:User:manager.value`, `members[value eq "1"]`.
///
/// Two slots are equal when their texts are.
#[derive(Debug, Clone)]
pub struct Slot {
    /// The attribute; without a selector it may name a sub-attribute.
    pub path: AttributePath,
    /// Which elements of a multi-valued attribute.
    pub selector: Option<Filter>,
    /// The sub-attribute after the selector.
    pub sub: Option<String>,
    /// Whether the attribute is an array.
    multi_valued: bool,
    /// The attribute, as far as the selector needs it.
    element: Option<Box<Attribute>>,
}

impl Slot {
    pub(crate) fn plain(resolved: &Resolved<'_>) -> Self {
        Self {
            path: resolved.path.clone(),
            selector: None,
            sub: None,
            multi_valued: resolved.top().multi_valued,
            element: None,
        }
    }

    pub(crate) fn new(resolved: &Resolved<'_>, selector: Option<&Filter>, sub: Option<&str>) -> Result<Self, Error> {
        let mut slot = Self::plain(resolved);
        let Some(selector) = selector else { return Ok(slot) };
        let (attribute, path) = (resolved.attribute, &resolved.path);
        if resolved.parent.is_some() || !attribute.multi_valued {
            return Err(Error::invalid_path(format!("'{path}' is not multi-valued, so no [filter] can follow it")));
        }
        let selector = filter::check_selector(selector, path, attribute)?;
        if let Some(sub) = sub {
            let sub = attribute
                .sub(sub)
                .ok_or_else(|| Error::invalid_path(format!("'{path}' has no sub-attribute '{sub}'")))?;
            slot.sub = Some(sub.name.clone());
        }
        slot.element = Some(Box::new(mentioned(attribute, &selector)));
        slot.selector = Some(selector);
        Ok(slot)
    }

    /// Whether it is a whole attribute: no selector, no sub-attribute.
    pub fn is_whole(&self) -> bool {
        self.selector.is_none() && self.path.sub.is_none()
    }

    /// Whether the attribute (not the sub-attribute) is an array.
    pub fn is_multi_valued(&self) -> bool {
        self.multi_valued
    }

    /// The sub-attribute at its end, before or after a selector.
    pub fn leaf(&self) -> Option<&str> {
        self.sub.as_deref().or(self.path.sub.as_deref())
    }

    /// The slot of one sub-attribute of what this slot points at, which must be a whole attribute or elements.
    #[must_use]
    pub fn with_sub(&self, sub: &str) -> Self {
        let mut slot = self.clone();
        match slot.selector {
            Some(_) => slot.sub = Some(sub.to_owned()),
            None => slot.path.sub = Some(sub.to_owned()),
        }
        slot
    }

    /// The value there. Of a multi-valued attribute with a selector or a sub-attribute it is the first one; of a whole
    /// attribute it is the array. `null` is no value.
    pub fn get<'a>(&self, resource: &'a Object) -> Option<&'a Value> {
        let mut values = self.values(resource);
        values.next()
    }

    /// All values there; of a whole attribute one, which may be an array.
    pub fn get_all<'a>(&self, resource: &'a Object) -> Vec<&'a Value> {
        self.values(resource).collect()
    }

    /// Puts a value there, in every element that matches. What is missing is made: the extension's object, the complex
    /// attribute, and an element seeded from the `eq` comparisons of the selector.
    /// An element put as a whole replaces all that match, and is seeded where it says nothing.
    pub fn put(&self, resource: &mut Object, value: Value) {
        self.write(resource, value);
    }

    /// Takes the value from there and returns the first one. What becomes empty goes with it: an element of which only
    /// what the selector says is left, an array, a complex attribute, an extension's object.
    pub fn take(&self, resource: &mut Object) -> Option<Value> {
        let Some(urn) = &self.path.schema else { return self.take_from(resource) };
        let container = resource.get_mut(urn)?.as_object_mut()?;
        let taken = self.take_from(container);
        if container.is_empty() {
            resource.remove(urn);
        }
        taken
    }

    /// [`Slot::put`] that says which element was written first, if it was an element.
    pub(crate) fn write(&self, resource: &mut Object, value: Value) -> Option<usize> {
        match &self.path.schema {
            Some(urn) => in_object(resource.entry(urn).or_insert(Value::Null), |object| self.write_into(object, value)),
            None => self.write_into(resource, value),
        }
    }

    fn write_into(&self, container: &mut Object, value: Value) -> Option<usize> {
        let name = self.path.attribute.as_str();
        match (self.leaf(), &self.selector) {
            (None, None) => {
                container.insert(name.to_owned(), value);
                None
            }
            (Some(sub), _) if !self.multi_valued => {
                in_object(container.entry(name).or_insert(Value::Null), |object| object.insert(sub.to_owned(), value));
                None
            }
            _ => {
                in_array(container.entry(name).or_insert(Value::Null), |elements| self.write_elements(elements, value))
            }
        }
    }

    /// Changes the elements of a whole multi-valued attribute, which is made if it is missing.
    pub(crate) fn with_elements<T>(&self, resource: &mut Object, change: impl FnOnce(&mut Vec<Value>) -> T) -> T {
        let name = self.path.attribute.as_str();
        let change = |container: &mut Object| in_array(container.entry(name).or_insert(Value::Null), change);
        match &self.path.schema {
            Some(urn) => in_object(resource.entry(urn).or_insert(Value::Null), change),
            None => change(resource),
        }
    }

    /// Whether an element fulfils the selector; without a selector all do.
    pub(crate) fn selects(&self, element: &Value) -> bool {
        match (&self.selector, &self.element) {
            (Some(selector), Some(attribute)) => filter::matches_element(selector, attribute, element),
            _ => true,
        }
    }

    /// Whether an element can be made that the selector picks: it holds nothing but `eq` comparisons.
    pub(crate) fn is_seedable(&self) -> bool {
        self.selector.as_ref().is_none_or(|selector| seeds(selector).is_some())
    }

    /// The value of the attribute itself, whatever follows it.
    pub(crate) fn attribute<'a>(&self, resource: &'a Object) -> Option<&'a Value> {
        let container = match &self.path.schema {
            Some(urn) => resource.get(urn)?.as_object()?,
            None => resource,
        };
        container.get(&self.path.attribute)
    }

    /// The attribute itself, to change it in place.
    pub(crate) fn attribute_mut<'a>(&self, resource: &'a mut Object) -> Option<&'a mut Value> {
        let container = match &self.path.schema {
            Some(urn) => resource.get_mut(urn)?.as_object_mut()?,
            None => resource,
        };
        container.get_mut(&self.path.attribute)
    }

    fn values<'a>(&self, resource: &'a Object) -> impl Iterator<Item = &'a Value> {
        let attribute = self.attribute(resource);
        let is_whole = self.is_whole();
        let elements = match attribute {
            Some(Value::Array(elements)) if !is_whole => elements.as_slice(),
            Some(value) => std::slice::from_ref(value),
            None => &[],
        };
        elements
            .iter()
            .filter(move |element| is_whole || self.selects(element))
            .filter_map(|element| match self.leaf() {
                Some(sub) => element.get(sub),
                None => Some(element),
            })
            .filter(|value| !value.is_null())
    }

    fn write_elements(&self, elements: &mut Vec<Value>, value: Value) -> Option<usize> {
        let first = elements.iter().position(|element| self.selects(element));
        let Some(first) = first else {
            let mut element = self.seed();
            match self.leaf() {
                Some(sub) => {
                    element.insert(sub.to_owned(), value);
                    elements.push(Value::Object(element));
                }
                None => elements.push(seeded(value, element)),
            }
            return Some(elements.len() - 1);
        };
        match self.leaf() {
            Some(sub) => {
                // Found before anything is written: what is written may be what the selector looks at.
                let selected: Vec<bool> = elements.iter().map(|element| self.selects(element)).collect();
                for (element, _) in elements.iter_mut().zip(selected).filter(|(_, selected)| *selected) {
                    in_object(element, |object| object.insert(sub.to_owned(), value.clone()));
                }
            }
            None => {
                let mut index = 0;
                elements.retain(|element| {
                    index += 1;
                    index - 1 <= first || !self.selects(element)
                });
                if let Some(element) = elements.get_mut(first) {
                    *element = seeded(value, self.seed());
                }
            }
        }
        Some(first)
    }

    fn take_from(&self, container: &mut Object) -> Option<Value> {
        let name = self.path.attribute.as_str();
        if self.is_whole() {
            return container.remove(name).filter(|value| !value.is_null());
        }
        let mut taken = None;
        let empty = match container.get_mut(name)? {
            Value::Array(elements) => {
                let seed = self.seed();
                elements.retain_mut(|element| {
                    if !self.selects(element) {
                        return true;
                    }
                    let Some(sub) = self.leaf() else {
                        taken.get_or_insert(element.take());
                        return false;
                    };
                    let Some(object) = element.as_object_mut() else { return true };
                    let Some(value) = object.remove(sub) else { return true };
                    taken.get_or_insert(value);
                    // Its value is the element itself, whoever named it.
                    object.keys().any(|key| key == "value" || !seed.contains_key(key))
                });
                elements.is_empty()
            }
            Value::Object(object) => {
                taken = self.leaf().and_then(|sub| object.remove(sub));
                object.is_empty()
            }
            _ => false,
        };
        if empty {
            container.remove(name);
        }
        taken.filter(|value| !value.is_null())
    }

    fn seed(&self) -> Object {
        let mut element = Map::new();
        for (sub, value) in self.selector.as_ref().and_then(seeds).unwrap_or_default() {
            element.insert(sub.to_owned(), value.clone());
        }
        element
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::write(f, &self.path, self.selector.as_ref(), self.sub.as_deref())
    }
}

impl PartialEq for Slot {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.selector == other.selector && self.sub == other.sub
    }
}

impl Eq for Slot {}

impl Hash for Slot {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.path, &self.selector, &self.sub).hash(state);
    }
}

/// What an element must say to be picked, or nothing when more than `eq` comparisons decide.
fn seeds(selector: &Filter) -> Option<Vec<(&str, &Value)>> {
    match selector {
        Filter::And(items) => Some(items.iter().map(seeds).collect::<Option<Vec<_>>>()?.concat()),
        Filter::Compare(Comparison { path, op: CompareOp::Eq, value }) if !value.is_null() => {
            Some(vec![(path.path.attribute.as_str(), value)])
        }
        _ => None,
    }
}

/// A copy that holds the sub-attributes that a selector names and no others.
fn mentioned(attribute: &Attribute, selector: &Filter) -> Attribute {
    let bare = |attribute: &Attribute| Attribute {
        name: attribute.name.clone(),
        kind: attribute.kind,
        multi_valued: attribute.multi_valued,
        case_exact: attribute.case_exact,
        ..Attribute::default()
    };
    let found: Vec<&str> = filter::mentioned(selector).into_iter().map(|(name, _)| name).collect();
    let mut copy = bare(attribute);
    copy.sub_attributes =
        attribute.sub_attributes.iter().filter(|sub| found.contains(&sub.name.as_str())).map(bare).collect();
    copy
}

/// An element that says what it says, and what the seed says where it says nothing.
fn seeded(value: Value, seed: Object) -> Value {
    let Value::Object(mut element) = value else { return value };
    for (key, value) in seed {
        element.entry(key).or_insert(value);
    }
    Value::Object(element)
}

/// What is no object becomes one.
fn in_object<T>(value: &mut Value, change: impl FnOnce(&mut Object) -> T) -> T {
    if let Value::Object(object) = value {
        return change(object);
    }
    let mut object = Map::new();
    let result = change(&mut object);
    *value = Value::Object(object);
    result
}

/// A single value where an array belongs becomes its first element.
fn in_array<T>(value: &mut Value, change: impl FnOnce(&mut Vec<Value>) -> T) -> T {
    if let Value::Array(elements) = value {
        return change(elements);
    }
    let mut elements = match value.take() {
        Value::Null => Vec::new(),
        single => vec![single],
    };
    let result = change(&mut elements);
    *value = Value::Array(elements);
    result
}
