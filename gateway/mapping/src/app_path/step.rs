//! One step of a path into the app's document.

use scim_protocol::Object;
use serde_json::Value;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) name: String,
    /// `[a eq 1 and b eq 2]`: the element of an array whose members have these values.
    pub(super) element: Option<Vec<(String, Value)>>,
}

impl Step {
    /// The value at this step, if the object has it.
    pub(super) fn get<'d>(&self, object: &'d Object) -> Option<&'d Value> {
        let value = object.get(&self.name)?;
        match &self.element {
            None => Some(value),
            Some(chosen) => value.as_array()?.iter().find(|element| has(element, chosen)),
        }
    }
}

/// Sets the value at these steps below an object, and creates what is missing on the way.
pub(super) fn put(object: &mut Object, steps: &[Step], value: Value) {
    let Some((step, rest)) = steps.split_first() else { return };
    if step.element.is_none() && rest.is_empty() {
        object.insert(step.name.clone(), value);
        return;
    }
    let entry = object.entry(step.name.clone()).or_insert(Value::Null);
    let target = match &step.element {
        None => Some(entry),
        Some(chosen) => element(entry, chosen),
    };
    let Some(target) = target else { return };
    if !target.is_object() {
        *target = Value::Object(Object::new());
    }
    let Value::Object(target) = target else { return };
    match value {
        value if !rest.is_empty() => put(target, rest, value),
        // A whole element keeps the members by which it was chosen.
        Value::Object(members) => target.extend(members),
        value => {
            target.insert("value".to_owned(), value);
        }
    }
}

/// The first element that has the chosen members; if there is none, a new one at the end.
fn element<'d>(array: &'d mut Value, chosen: &[(String, Value)]) -> Option<&'d mut Value> {
    if !array.is_array() {
        *array = Value::Array(Vec::new());
    }
    let elements = array.as_array_mut()?;
    let index = elements.iter().position(|element| has(element, chosen)).unwrap_or(elements.len());
    if index == elements.len() {
        elements.push(Value::Object(chosen.iter().cloned().collect()));
    }
    elements.get_mut(index)
}

fn has(element: &Value, chosen: &[(String, Value)]) -> bool {
    chosen.iter().all(|(name, wanted)| match (element.get(name), wanted) {
        // `type` and similar sub-attributes ignore case (RFC 7643 §4.1.2).
        (Some(Value::String(found)), Value::String(wanted)) => found.eq_ignore_ascii_case(wanted),
        (Some(found), wanted) => found == wanted,
        (None, _) => false,
    })
}
