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
