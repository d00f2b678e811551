//! Adjusts kept values to what the app confirmed.

use super::app_change::AppChange;
use super::app_path::AppPath;
use super::kept::{Kept, KeptChange};
use super::state::identity;
use super::type_mapping::TypeMapping;
use scim_protocol::Object;
use serde_json::Value;
use std::collections::HashSet;

impl TypeMapping {
    /// Updates kept values to the app's fields as the app returned them, because the app may have normalised what was sent. Call
    /// it with the document that confirms the write, before the values are stored.
    pub fn settle(&self, kept: &mut [Kept], document: &Object) {
        for kept in kept {
            if let Some(field) = self.field_of(&kept.slot) {
                kept.app = field.get(document).cloned();
            }
        }
    }

    /// Like [`Self::settle`], for the kept values of a change.
    pub fn settle_change(&self, kept: &mut [KeptChange], document: &Object) {
        for kept in kept {
            if let Some(field) = self.field_of(&kept.slot) {
                kept.app = field.get(document).cloned();
            }
        }
    }

    /// Updates the kept values whose fields the change does not touch to the document that was read before it. An app may
    /// confirm a write without returning the document.
    pub fn settle_unchanged(&self, change: &mut AppChange, read: &Object) {
        let AppChange { fields, kept, .. } = change;
        for kept in kept {
            if let Some(field) = self.field_of(&kept.slot)
                && !fields.iter().any(|(path, _)| path == field.as_str())
            {
                kept.app = field.get(read).cloned();
            }
        }
    }

    /// The app's document after a change that the app confirmed without returning the document.
    pub fn changed(&self, mut document: Object, change: &AppChange) -> Object {
        for (path, value) in &change.fields {
            if let Some(field) = self.fields.iter().find(|field| field.path.as_str() == path) {
                field.path.put(&mut document, value.clone().unwrap_or_default());
            }
        }
        for items in &change.items {
            let Some(field) = self.fields.iter().find(|field| field.path.as_str() == items.path) else { continue };
            let mut all = field.path.get(&document).and_then(Value::as_array).cloned().unwrap_or_default();
            let gone: HashSet<String> = items.removed.iter().chain(&items.added).map(identity).collect();
            all.retain(|item| !gone.contains(&identity(item)));
            all.extend(items.added.iter().cloned());
            field.path.put(&mut document, Value::Array(all));
        }
        document
    }

    /// The part of a resource that rules send to the app or keep, and `active`, which the gateway handles itself.
    pub fn taken(&self, resource: &Object) -> Object {
        let mut taken = Object::new();
        for rule in self.rules.iter().filter(|rule| rule.to_app || rule.keep) {
            for slot in std::iter::once(&rule.slot).filter(|_| rule.keep).chain(rule.slots()) {
                if let Some(value) = slot.get(resource) {
                    slot.put(&mut taken, value.clone());
                }
            }
        }
        if let Some(active) = resource.get("active") {
            taken.insert("active".to_owned(), active.clone());
        }
        self.choose_primaries(&mut taken);
        taken
    }

    fn field_of(&self, slot: &str) -> Option<&AppPath> {
        self.rules.iter().find(|rule| rule.keep && rule.name == slot)?.app.as_ref()
    }
}
