//! What edits mean for an incremental field, whose items are added and removed one by one.

use super::app_change::ItemChange;
use super::overlap::{Overlap, overlap};
use super::rule::Rule;
use super::state::{identity, is_identity};
use scim_protocol::Edit;
use serde_json::Value;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The outcome for an incremental field.
pub(super) enum Items {
    Changed(ItemChange),
    /// The field becomes exactly these items.
    Replaced(Vec<Value>),
}

/// What the edits mean for the field; `None` when that depends on the current resource.
pub(super) fn items(rule: &Rule, steps: &[Edit]) -> Option<Items> {
    let (mut here, mut gone, mut replaced) = (Listed::default(), Listed::default(), false);
    for edit in steps {
        match (overlap(edit.slot(), &rule.slot), edit) {
            (Overlap::Apart, _) => {}
            (Overlap::Same, Edit::Set { value: Value::Array(all), .. }) => {
                (here, gone, replaced) = (Listed::of(all), Listed::default(), true);
            }
            (Overlap::Same, Edit::Clear { .. }) => {
                (here, gone, replaced) = (Listed::default(), Listed::default(), true);
            }
            (Overlap::Same, Edit::Add { items, .. }) => move_in(items, &mut here, &mut gone),
            (Overlap::Same, Edit::Remove { items, .. }) if items.iter().all(is_identity) => {
                move_in(items, &mut gone, &mut here);
            }
            _ => return None,
        }
    }
    Some(if replaced {
        Items::Replaced(here.into_items())
    } else {
        let (path, added, removed) = (rule.field().to_owned(), here.into_items(), gone.into_items());
        Items::Changed(ItemChange { path, added, removed })
    })
}

/// Moves items to one list; the last edit of an item counts.
fn move_in(items: &[Value], here: &mut Listed, there: &mut Listed) {
    for item in items {
        let identity = identity(item);
        there.remove(&identity);
        here.add(identity, item);
    }
}

/// Items in their order, found by their identity: a PATCH may name thousands, each in an operation of its own.
#[derive(Default)]
struct Listed {
    items: Vec<Option<Value>>,
    /// Items that were set may be there more than once.
    places: HashMap<String, Vec<usize>>,
}

impl Listed {
    /// The items as they are given, with those that are given twice.
    fn of(all: &[Value]) -> Self {
        let mut listed = Self { items: all.iter().cloned().map(Some).collect(), places: HashMap::new() };
        for (place, item) in all.iter().enumerate() {
            listed.places.entry(identity(item)).or_default().push(place);
        }
        listed
    }

    fn add(&mut self, identity: String, item: &Value) {
        if let Entry::Vacant(vacant) = self.places.entry(identity) {
            vacant.insert(vec![self.items.len()]);
            self.items.push(Some(item.clone()));
        }
    }

    fn remove(&mut self, identity: &str) {
        for place in self.places.remove(identity).unwrap_or_default() {
            if let Some(item) = self.items.get_mut(place) {
                *item = None;
            }
        }
    }

    fn into_items(self) -> Vec<Value> {
        self.items.into_iter().flatten().collect()
    }
}
