//! What edits mean for an incremental field, whose items are added and removed one by one.

use super::app_change::ItemChange;
use super::overlap::{Overlap, overlap};
use super::rule::Rule;
use super::state::{identity, is_identity};
use scim_protocol::Edit;
use serde_json::Value;
use std::collections::HashSet;

/// The outcome for an incremental field.
pub(super) enum Items {
    Changed(ItemChange),
    /// The field becomes exactly these items.
    Replaced(Vec<Value>),
}

/// What the edits mean for the field; `None` when that depends on the current resource.
pub(super) fn items(rule: &Rule, steps: &[Edit]) -> Option<Items> {
    let mut items = Items::Changed(ItemChange { path: rule.field().to_owned(), ..ItemChange::default() });
    for edit in steps {
        let way = overlap(edit.slot(), &rule.slot);
        match (way, edit, &mut items) {
            (Overlap::Apart, _, _) => {}
            (Overlap::Same, Edit::Set { value: Value::Array(all), .. }, _) => items = Items::Replaced(all.clone()),
            (Overlap::Same, Edit::Clear { .. }, _) => items = Items::Replaced(Vec::new()),
            (Overlap::Same, Edit::Add { items, .. }, Items::Changed(change)) => {
                put_in(items, &mut change.added, &mut change.removed);
            }
            (Overlap::Same, Edit::Remove { items, .. }, _) if !items.iter().all(is_identity) => return None,
            (Overlap::Same, Edit::Remove { items, .. }, Items::Changed(change)) => {
                put_in(items, &mut change.removed, &mut change.added);
            }
            (Overlap::Same, Edit::Add { items, .. }, Items::Replaced(all)) => put_in(items, all, &mut Vec::new()),
            (Overlap::Same, Edit::Remove { items, .. }, Items::Replaced(all)) => put_in(items, &mut Vec::new(), all),
            _ => return None,
        }
    }
    Some(items)
}

/// Moves items to one list; the last edit of an item counts.
fn put_in(items: &[Value], here: &mut Vec<Value>, there: &mut Vec<Value>) {
    if !there.is_empty() {
        let coming: HashSet<String> = items.iter().map(identity).collect();
        there.retain(|item| !coming.contains(&identity(item)));
    }
    let mut known: HashSet<String> = here.iter().map(identity).collect();
    here.extend(items.iter().filter(|item| known.insert(identity(item))).cloned());
}
