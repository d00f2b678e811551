//! `remove`: of a whole attribute, or of the elements that a filter or a list names.

use super::builder::Builder;
use crate::error::Error;
use crate::filter::{CompareOp, Comparison, Filter};
use crate::object::Object;
use crate::patch::edit::Edit;
use crate::patch::items;
use crate::patch::operation::Op;
use crate::schema::Attribute;
use crate::slot::Slot;
use serde_json::Value;

impl Builder<'_> {
    pub(super) fn remove(&mut self, slot: Slot, value: Option<&Value>) -> Result<(), Error> {
        let resolved = self.resolve(&slot)?;
        if slot.is_multi_valued() && slot.is_whole() {
            return match value {
                None | Some(Value::Null) => self.clear(slot),
                Some(value) => {
                    check_parts(resolved.attribute, self.resource_type.standard(&slot.path), value)?;
                    let Some(mut items) = self.items(Op::Remove, &resolved, value)? else { return Ok(()) };
                    items.iter_mut().for_each(|item| items::identify(resolved.attribute, item));
                    if items.is_empty() { Ok(()) } else { self.push(Edit::Remove { slot, items }) }
                }
            };
        }
        match slot.selector.as_ref().filter(|_| slot.sub.is_none()).and_then(|s| named_items(s, resolved.attribute)) {
            Some(items) => self.push(Edit::Remove { slot: Slot::plain(&resolved), items }),
            None => self.clear(slot),
        }
    }
}

/// An item without a `value` names the elements that are equal to it. With a part that is not understood, it would name none or
/// others.
fn check_parts(attribute: &Attribute, standard: Option<&Attribute>, value: &Value) -> Result<(), Error> {
    let is_known = |name: &str| attribute.sub(name).or_else(|| standard?.sub(name)).is_some();
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter().filter_map(Value::as_object);
    let has_value = |item: &Object| item.keys().any(|name| attribute.sub(name).is_some_and(|sub| sub.name == "value"));
    let mut parts = items.filter(|item| !has_value(item)).flatten();
    match parts.find(|(name, value)| !value.is_null() && !is_known(name)) {
        None => Ok(()),
        Some((name, _)) => Err(Error::invalid_value(format!(
            "'{}' has no sub-attribute '{}', so that it is not clear which elements to remove",
            attribute.name,
            name.chars().take(32).collect::<String>()
        ))),
    }
}

/// The elements that a selector names by `value`, if it tests nothing else.
fn named_items(selector: &Filter, attribute: &Attribute) -> Option<Vec<Value>> {
    match selector {
        Filter::Or(items) => {
            Some(items.iter().map(|item| named_items(item, attribute)).collect::<Option<Vec<_>>>()?.concat())
        }
        Filter::Compare(Comparison { path, op: CompareOp::Eq, value }) if path.path.attribute == "value" => {
            if value.is_null() {
                return None;
            }
            let mut element = Object::new();
            element.insert("value".to_owned(), value.clone());
            Some(vec![if attribute.is_complex() { Value::Object(element) } else { value.clone() }])
        }
        _ => None,
    }
}
