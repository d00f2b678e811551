//! A change to the app's document.

use super::budget::Budget;
use super::error::MapError;
use super::kept::{KeptChange, KeptValue};
use super::rule::{Rule, Toward};
use serde_json::Value;

/// What to change in the app and among the kept values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AppChange {
    /// Fields to set or to clear.
    pub fields: Vec<(String, Option<Value>)>,
    /// Items to add to and remove from incremental fields.
    pub items: Vec<ItemChange>,
    /// Kept values to store once the app has confirmed.
    pub kept: Vec<KeptChange>,
}

/// Items of one incremental field.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ItemChange {
    /// The app's field.
    pub path: String,
    /// Items that must be present afterwards.
    pub added: Vec<Value>,
    /// Items that must be absent afterwards.
    pub removed: Vec<Value>,
}

impl AppChange {
    /// Whether there is nothing to send to the app. There may still be kept values to store.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.items.is_empty()
    }

    /// Whether the kept value of a slot, given by its canonical text, is set and the app's field takes it as the client wrote it.
    pub fn holds(&self, slot: &str) -> bool {
        let is_held =
            |kept: &KeptChange| matches!((&kept.value, &kept.app), (KeptValue::Set(value), Some(app)) if value == app);
        self.kept.iter().any(|kept| kept.slot == slot && is_held(kept))
    }

    pub(super) fn keep(
        &mut self,
        rule: &Rule,
        value: Option<Value>,
        is_source: bool,
        budget: &mut Budget,
    ) -> Result<(), MapError> {
        let field = rule.app.as_ref().and_then(|app| self.fields.iter().find(|(path, _)| path == app.as_str()));
        let app = field.and_then(|(_, value)| value.as_ref());
        let app = app.map(|value| rule.copied(value, budget, Toward::App)).transpose()?;
        let value = value.map_or(KeptValue::Clear, KeptValue::Set);
        self.kept.push(KeptChange { slot: rule.name.clone(), value, app, is_source });
        Ok(())
    }
}
