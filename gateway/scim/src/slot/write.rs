//! Writing to a slot, and removing what is there.

use super::target::Slot;
use crate::filter::{CompareOp, Comparison, Filter};
use crate::object::Object;
use serde_json::{Map, Value};

impl Slot {
    /// Writes a value to every element that matches. Missing parts are created: the extension's object, the complex attribute,
    /// and an element seeded from the `eq` comparisons of the selector. A whole element replaces all that match, and takes from
    /// the seed what it does not set itself.
    pub fn put(&self, resource: &mut Object, value: Value) {
        self.write(resource, value);
    }

    /// Removes the values at the slot and returns the first one. Containers that become empty are removed, too: an element with
    /// nothing left but what the selector requires, an array, a complex attribute, an extension's object.
    pub fn take(&self, resource: &mut Object) -> Option<Value> {
        let Some(urn) = &self.path.schema else { return self.take_from(resource) };
        let container = resource.get_mut(urn)?.as_object_mut()?;
        let taken = self.take_from(container);
        if container.is_empty() {
            resource.remove(urn);
        }
        taken
    }

    /// Like [`Slot::put`]; returns the index of the first element written, if elements were written.
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

    /// Changes the elements of a whole multi-valued attribute, which is created if it is missing.
    pub(crate) fn with_elements<T>(&self, resource: &mut Object, change: impl FnOnce(&mut Vec<Value>) -> T) -> T {
        let name = self.path.attribute.as_str();
        let change = |container: &mut Object| in_array(container.entry(name).or_insert(Value::Null), change);
        match &self.path.schema {
            Some(urn) => in_object(resource.entry(urn).or_insert(Value::Null), change),
            None => change(resource),
        }
    }

    /// Whether an element that the selector picks can be created: the selector is only `eq` comparisons.
    pub(crate) fn is_seedable(&self) -> bool {
        self.selector.as_ref().is_none_or(|selector| seeds(selector).is_some())
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
                // Found before anything is written, because the write may change what the selector looks at.
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
                    // An element with a `value` is not empty, even if the selector compares `value`.
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

/// The values that a picked element must have; `None` if the selector is not only `eq` comparisons.
fn seeds(selector: &Filter) -> Option<Vec<(&str, &Value)>> {
    match selector {
        Filter::And(items) => Some(items.iter().map(seeds).collect::<Option<Vec<_>>>()?.concat()),
        Filter::Compare(Comparison { path, op: CompareOp::Eq, value }) if !value.is_null() => {
            Some(vec![(path.path.attribute.as_str(), value)])
        }
        _ => None,
    }
}

/// Completes an element from the seed.
fn seeded(value: Value, seed: Object) -> Value {
    let Value::Object(mut element) = value else { return value };
    for (key, value) in seed {
        element.entry(key).or_insert(value);
    }
    Value::Object(element)
}

/// Changes an object; a value that is not an object is replaced by one.
fn in_object<T>(value: &mut Value, change: impl FnOnce(&mut Object) -> T) -> T {
    if let Value::Object(object) = value {
        return change(object);
    }
    let mut object = Map::new();
    let result = change(&mut object);
    *value = Value::Object(object);
    result
}

/// Changes an array; a single value where an array belongs becomes its first element.
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
