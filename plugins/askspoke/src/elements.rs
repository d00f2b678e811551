//! Missing elements of a list. A strict SCIM server returns `noTarget` for a change of
//! `addresses[type eq "work"].locality` if the user has no work address (RFC 7644 §3.5.2.3). In that case the whole element is
//! added, with everything that the change sets in it.

use scim_connector_sdk::{Change, Fault, FieldChange, FieldPath, ItemChange, Object, Value};

/// Whether a fault may be caused by a missing element.
pub(crate) fn may_be_missing(fault: &Fault, change: &Change) -> bool {
    fault.is(400, Some("noTarget")) && change.fields.iter().any(|field| Element::of(&field.path).is_some())
}

/// The change, with the user's missing elements as items to add. Clearing a part of a missing element needs no change.
pub(crate) fn with_missing_elements(change: Change, user: &Object) -> Change {
    let mut changed = Change { fields: Vec::new(), items: change.items };
    for FieldChange { path, value } in change.fields {
        match Element::of(&path).filter(|element| !element.is_in(user)) {
            None => changed.fields.push(FieldChange { path, value }),
            Some(element) => {
                if let Some(value) = value {
                    element.add(value, &mut changed.items);
                }
            }
        }
    }
    changed
}

/// `addresses[type eq "work"].locality`
struct Element {
    list: FieldPath,
    kind: String,
    part: String,
}

impl Element {
    fn of(path: &FieldPath) -> Option<Self> {
        let (first, rest) = path.segments().split_first()?;
        let (name, literal) = first.selector.as_deref()?.split_once(" eq ")?;
        let kind = quoted(literal).filter(|_| name.trim().eq_ignore_ascii_case("type"))?;
        Some(Self { list: first.name.parse().ok()?, kind, part: rest.first()?.name.clone() })
    }

    fn is_in(&self, user: &Object) -> bool {
        let elements = self.list.get(user).and_then(Value::as_array);
        elements.into_iter().flatten().any(|element| self.is(element))
    }

    fn is(&self, element: &Value) -> bool {
        element.get("type").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case(&self.kind))
    }

    /// Adds the part to an element that is already being added, or to a new one.
    fn add(self, value: Value, items: &mut Vec<ItemChange>) {
        let lists = items.iter_mut().filter(|items| items.path == self.list);
        let known = lists.flat_map(|items| items.added.iter_mut()).find(|element| self.is(element));
        if let Some(element) = known.and_then(Value::as_object_mut) {
            element.insert(self.part, value);
            return;
        }
        let element = Object::from_iter([("type".to_owned(), Value::String(self.kind)), (self.part, value)]);
        items.push(ItemChange { path: self.list, added: vec![Value::Object(element)], removed: Vec::new() });
    }
}

fn quoted(literal: &str) -> Option<String> {
    match literal.trim().parse() {
        Ok(Value::String(text)) => Some(text),
        _ => None,
    }
}
