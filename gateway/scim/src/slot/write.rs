//! Writing to a slot, and removing what is there.

use super::target::Slot;
use crate::comparison_budget::ComparisonBudget;
use crate::filter::{CompareOp, Comparison, Filter};
use crate::object::Object;
use serde_json::{Map, Value};

impl Slot {
    /// Writes a value to every element that matches. Missing parts are created: the extension's object, the complex attribute,
    /// and an element seeded from the `eq` comparisons of the selector. A whole element replaces all that match, and takes from
    /// the seed what it does not set itself.
    pub fn put(&self, resource: &mut Object, value: Value) {
        let selection = self.whole_selection(resource);
        self.write(resource, value, &selection);
    }

    /// Removes the values at the slot and returns the first one. Containers that become empty are removed, too: an element with
    /// nothing left but what the selector requires, an array, a complex attribute, an extension's object.
    pub fn take(&self, resource: &mut Object) -> Option<Value> {
        let selection = self.whole_selection(resource);
        self.remove(resource, &selection)
    }

    /// Like [`Slot::take`], with the elements that match already known.
    pub(crate) fn remove(&self, resource: &mut Object, selection: &[bool]) -> Option<Value> {
        let Some(urn) = &self.path.schema else { return self.take_from(resource, selection) };
        let container = resource.get_mut(urn)?.as_object_mut()?;
        let taken = self.take_from(container, selection);
        if container.is_empty() {
            resource.remove(urn);
        }
        taken
    }

    /// Like [`Slot::put`], with the elements that match already known; returns the index of the first element written, if elements
    /// were written.
    pub(crate) fn write(&self, resource: &mut Object, value: Value, selection: &[bool]) -> Option<usize> {
        let write = |container: &mut Object| self.write_into(container, value, selection);
        match &self.path.schema {
            Some(urn) => in_object(resource.entry(urn).or_insert(Value::Null), write),
            None => write(resource),
        }
    }

    /// Where the path is a mapping's, its own size bounds the cost.
    fn whole_selection(&self, resource: &Object) -> Vec<bool> {
        self.selection(resource, &ComparisonBudget::unlimited()).unwrap_or_default()
    }

    fn write_into(&self, container: &mut Object, value: Value, selection: &[bool]) -> Option<usize> {
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
            _ => in_array(container.entry(name).or_insert(Value::Null), |elements| {
                self.write_elements(elements, value, selection)
            }),
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

    /// Whether the selector describes what kind of element is meant, such as `type eq "work"`, so that one can be created. A selector
    /// that tests anything else, such as `value`, means an element that exists.
    pub fn describes_element(&self) -> bool {
        const DESCRIBING: [&str; 2] = ["type", "primary"];
        let seeds = self.selector.as_ref().and_then(seeds);
        seeds.is_some_and(|seeds| !seeds.is_empty() && seeds.iter().all(|(name, _)| DESCRIBING.contains(name)))
    }

    fn write_elements(&self, elements: &mut Vec<Value>, value: Value, selection: &[bool]) -> Option<usize> {
        let first = selection.iter().position(|selected| *selected).filter(|first| *first < elements.len());
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
        let mut selection = selection.iter().copied();
        match self.leaf() {
            Some(sub) => {
                for (element, _) in elements.iter_mut().zip(selection).filter(|(_, selected)| *selected) {
                    in_object(element, |object| object.insert(sub.to_owned(), value.clone()));
                }
            }
            None => {
                let mut index = 0;
                elements.retain(|_| {
                    let is_other = !selection.next().unwrap_or_default();
                    index += 1;
                    is_other || index - 1 == first
                });
                if let Some(element) = elements.get_mut(first) {
                    *element = seeded(value, self.seed());
                }
            }
        }
        Some(first)
    }

    fn take_from(&self, container: &mut Object, selection: &[bool]) -> Option<Value> {
        let name = self.path.attribute.as_str();
        if self.is_whole() {
            return container.remove(name).filter(|value| !value.is_null());
        }
        let mut taken = None;
        let empty = match container.get_mut(name)? {
            Value::Array(elements) => {
                let seed = self.seed();
                let mut selection = selection.iter().copied();
                elements.retain_mut(|element| {
                    if !selection.next().unwrap_or_default() {
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
