//! The change to the app between two states of a SCIM resource: for a PUT, and for a PATCH whose outcome depends on the current
//! resource.

use super::app_change::{AppChange, ItemChange};
use super::budget::Budget;
use super::derived::Derived;
use super::error::MapError;
use super::rule::{Rule, Toward, has_value};
use super::state::identity;
use super::transform::Transforms;
use super::type_mapping::{Field, TypeMapping};
use scim_protocol::Object;
use serde_json::Value;
use std::collections::HashSet;

impl TypeMapping {
    /// The change from `before`, as returned by [`TypeMapping::to_scim`], to `after`. Values that are absent afterwards are
    /// cleared, unless their rule has a default. Rules that apply only on creation (`"apply": "on-create"`) are skipped.
    /// `derived` is what [`TypeMapping::derive_anew`] made of `after`.
    ///
    /// # Errors
    /// [`MapError`] for a value that a rule cannot produce.
    pub async fn diff<T: Transforms>(
        &self,
        before: &Object,
        after: &Object,
        derived: &Derived,
        budget: &mut Budget,
        transforms: &mut T,
    ) -> Result<AppChange, MapError> {
        let mut change = AppChange::default();
        for field in &self.fields {
            budget.pause(transforms).await;
            if let Some(rule) = self.writing(field).find(|rule| rule.incremental) {
                for value in [before, after].into_iter().filter_map(|resource| rule.slot.get(resource)) {
                    // Each item is identified, and looked up among the others.
                    rule.charged(budget.read(value).and_then(|()| budget.read(value)), Toward::App)?;
                }
                if let Some(items) = item_diff(rule, before, after) {
                    let mut listed = items.added.iter().chain(&items.removed);
                    rule.charged(listed.try_for_each(|item| budget.copy(item)), Toward::App)?;
                    change.items.push(items);
                }
                continue;
            }
            let rules = || self.writing(field).filter(|rule| !rule.on_create);
            let differs = |rule: &Rule| rule.slots().iter().any(|slot| differ(slot.get(before), slot.get(after)));
            for rule in rules() {
                for slot in rule.slots() {
                    let read = slot.get(before).map_or(Ok(()), |value| budget.read(value));
                    rule.charged(read, Toward::App)?;
                }
            }
            if !rules().any(differs) {
                continue;
            }
            let after = self.update_value(field, after, budget, transforms).await?;
            // A value in the app that no rule could write differs from any value that a rule can write.
            let before = match self.update_value(field, before, budget, transforms).await {
                Err(error @ MapError::TooExpensive { .. }) => return Err(error),
                before => before.unwrap_or_default(),
            };
            if after != before && (after.is_some() || !rules().any(|rule| rule.default.is_some())) {
                change.fields.push((field.path.as_str().to_owned(), after));
            }
        }
        for rule in self.rules.iter().filter(|rule| rule.keep && !rule.on_create) {
            let value = rule.slot.get(after).filter(|value| has_value(value));
            rule.charged(value.map_or(Ok(()), |value| budget.read(value)), Toward::App)?;
            if derived.restates(rule) || differ(rule.slot.get(before), value) && !derived.has(rule) {
                let value = value.map(|value| rule.copied(value, budget, Toward::App)).transpose()?;
                let is_source = self.is_source_in(rule, after, derived, budget)?;
                change.keep(rule, value, is_source, budget)?;
            }
        }
        for rule in self.bystanders(&change, derived) {
            if let Some(value) = rule.slot.get(after) {
                let value = rule.copied(value, budget, Toward::App)?;
                let is_source = self.is_source_in(rule, after, derived, budget)?;
                change.keep(rule, Some(value), is_source, budget)?;
            }
        }
        Ok(change)
    }

    pub(super) async fn update_value<T: Transforms>(
        &self,
        field: &Field,
        resource: &Object,
        budget: &mut Budget,
        transforms: &mut T,
    ) -> Result<Option<Value>, MapError> {
        for rule in self.writing(field).filter(|rule| !rule.on_create) {
            if let Some(value) = rule.value_in(resource, budget)? {
                return match rule.is_constant() {
                    true => rule.copied(&value, budget, Toward::App).map(Some),
                    false => rule.value_to_app(&value, budget, transforms).await,
                };
            }
        }
        Ok(None)
    }
}

fn differ(before: Option<&Value>, after: Option<&Value>) -> bool {
    before.filter(|value| has_value(value)) != after.filter(|value| has_value(value))
}

fn item_diff(rule: &Rule, before: &Object, after: &Object) -> Option<ItemChange> {
    let elements = |resource| match rule.slot.get(resource) {
        Some(Value::Array(elements)) => elements.as_slice(),
        _ => &[],
    };
    let (before, after) = (elements(before), elements(after));
    let only_in = |these: &[Value], others: &[Value]| {
        let mut known: HashSet<String> = others.iter().map(identity).collect();
        let mut found = Vec::new();
        for item in these {
            if known.insert(identity(item)) {
                found.push(item.clone());
            }
        }
        found
    };
    let change =
        ItemChange { path: rule.field().to_owned(), added: only_in(after, before), removed: only_in(before, after) };
    (!change.added.is_empty() || !change.removed.is_empty()).then_some(change)
}
