//! What a PATCH changes in the app, without knowing the resource.
//!
//! Each edit either decides what a rule reads, or leaves it alone, or makes it depend on the resource. Only if something depends
//! does the host have to read the resource and compare ([`TypeMapping::diff`]).

use scim_protocol::{Edit, Edits, Object, Slot};
use serde_json::Value;

use super::error::MapError;
use super::expression::{Failure, Input, Known};
use super::kept::{KeptChange, KeptValue};
use super::overlap::{Overlap, overlap};
use super::rule::{Rule, Source, has_value};
use super::transform::Transforms;
use super::type_mapping::{Field, TypeMapping};

/// What is to be different in the app and among the kept values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AppChange {
    /// Fields to set, or to clear.
    pub fields: Vec<(String, Option<Value>)>,
    /// Items to add to and to remove from incremental fields.
    pub items: Vec<ItemChange>,
    /// To be stored when the app has confirmed.
    pub kept: Vec<KeptChange>,
}

/// Items of one incremental field.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ItemChange {
    /// The app's field.
    pub path: String,
    /// Items that must be there afterwards.
    pub added: Vec<Value>,
    /// Items that must not.
    pub removed: Vec<Value>,
}

impl AppChange {
    /// Whether the app need not be called. There may still be kept values to store.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.items.is_empty()
    }
}

/// What the edits say of one slot.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum State {
    Untouched,
    /// It ends with this value, or none.
    Decided(Option<Value>),
    Depends,
}

/// What becomes of one field.
enum Outcome {
    Unchanged,
    Becomes(Option<Value>),
    Depends,
}

impl TypeMapping {
    /// The change that the edits make, or `None` when that depends on the current resource.
    ///
    /// Rules for new resources only (`"apply": "on-create"`) take no part. A field whose rule has a default is not cleared.
    ///
    /// # Errors
    /// [`MapError`] for a value that a rule cannot produce.
    pub async fn change<T: Transforms>(
        &self,
        edits: &Edits,
        transforms: &mut T,
    ) -> Result<Option<AppChange>, MapError> {
        let mut change = AppChange::default();
        for field in &self.fields {
            if let Some(rule) = self.writing(field).find(|rule| rule.incremental) {
                match items(rule, &edits.steps) {
                    Some(items) if items.added.is_empty() && items.removed.is_empty() => {}
                    Some(items) => change.items.push(items),
                    None => return Ok(None),
                }
                continue;
            }
            match self.outcome(field, &edits.steps, transforms).await? {
                Outcome::Unchanged => {}
                Outcome::Becomes(value) => change.fields.push((field.path.as_str().to_owned(), value)),
                Outcome::Depends => return Ok(None),
            }
        }
        for rule in self.rules.iter().filter(|rule| rule.keep && !rule.on_create) {
            match state(&rule.slot, rule.single, &edits.steps) {
                State::Untouched => {}
                State::Decided(value) => change.keep(rule, value),
                State::Depends => return Ok(None),
            }
        }
        self.let_stay(&mut change);
        Ok(Some(change))
    }

    async fn outcome<T: Transforms>(
        &self,
        field: &Field,
        steps: &[Edit],
        transforms: &mut T,
    ) -> Result<Outcome, MapError> {
        let rules: Vec<_> = self.writing(field).filter(|rule| !rule.on_create).collect();
        let mut states = Vec::with_capacity(rules.len());
        for rule in &rules {
            states.push(rule.state(steps)?);
        }
        let is_touched = |(rule, state): (&&Rule, &State)| !rule.is_constant() && *state != State::Untouched;
        if !rules.iter().zip(&states).any(is_touched) {
            return Ok(Outcome::Unchanged);
        }
        for (rule, state) in rules.iter().zip(states) {
            match state {
                // Whether this rule has a value, nobody said: if it has, it wins over what was touched.
                State::Untouched | State::Depends => return Ok(Outcome::Depends),
                State::Decided(None) => {}
                State::Decided(Some(value)) if rule.is_constant() => return Ok(Outcome::Becomes(Some(value))),
                State::Decided(Some(value)) => {
                    return Ok(match rule.value_to_app(&value, transforms).await? {
                        Some(value) => Outcome::Becomes(Some(value)),
                        None => Outcome::Unchanged,
                    });
                }
            }
        }
        let has_default = rules.iter().any(|rule| rule.default.is_some());
        Ok(if has_default { Outcome::Unchanged } else { Outcome::Becomes(None) })
    }

    /// Kept values beside a field that changes and that the client does not write now: they stay what the client knows.
    pub(super) fn let_stay(&self, change: &mut AppChange) {
        for rule in self.rules.iter().filter(|rule| rule.keep) {
            let Some(field) = &rule.app else { continue };
            let changed = change.fields.iter().find(|(path, _)| path == field.as_str());
            if let Some((_, value)) = changed
                && !change.kept.iter().any(|kept| kept.slot == rule.name)
            {
                let app = value.clone();
                change.kept.push(KeptChange { slot: rule.name.clone(), value: KeptValue::Stay, app });
            }
        }
    }
}

impl AppChange {
    pub(super) fn keep(&mut self, rule: &Rule, value: Option<Value>) {
        let field = rule.app.as_ref().and_then(|app| self.fields.iter().find(|(path, _)| path == app.as_str()));
        let app = field.and_then(|(_, value)| value.clone());
        let value = value.map_or(KeptValue::Clear, KeptValue::Set);
        self.kept.push(KeptChange { slot: rule.name.clone(), value, app });
    }
}

impl Rule {
    fn state(&self, steps: &[Edit]) -> Result<State, MapError> {
        match &self.source {
            Source::Direct => Ok(state(&self.slot, self.single, steps)),
            Source::Constant(value) => Ok(State::Decided(Some(value.clone()))),
            Source::Expression(expression) => {
                let mut states = Vec::with_capacity(expression.inputs().len());
                for input in expression.inputs() {
                    let Input::Slot(slot) = input else { continue };
                    states.push(state(slot, false, steps));
                }
                if states.iter().all(|state| *state == State::Untouched) {
                    return Ok(State::Untouched);
                }
                let known: Vec<_> = states
                    .iter()
                    .map(|state| match state {
                        State::Decided(value) => Known::from(value.as_ref()),
                        State::Untouched | State::Depends => Known::Unknown,
                    })
                    .collect();
                match expression.evaluate(&known) {
                    Ok(value) => Ok(State::Decided(value.filter(has_value))),
                    Err(Failure::Depends) => Ok(State::Depends),
                    Err(failure) => Err(self.expression_failed(failure)),
                }
            }
        }
    }
}

/// What the edits, one after the other, say of a slot. `single`: an element that is added replaces all.
pub(super) fn state(slot: &Slot, single: bool, steps: &[Edit]) -> State {
    steps.iter().fold(State::Untouched, |before, edit| match edit {
        Edit::Set { slot: target, value } => written(slot, single, target, Some(value), before),
        Edit::Clear { slot: target } => written(slot, single, target, None, before),
        Edit::Add { slot: target, items } => added(slot, single, target, items, before),
        Edit::Remove { slot: target, items } => removed(slot, target, items, before),
    })
}

fn written(slot: &Slot, single: bool, target: &Slot, value: Option<&Value>, before: State) -> State {
    match overlap(target, slot) {
        Overlap::Apart => before,
        Overlap::Same => State::Decided(value.filter(|value| has_value(value)).cloned()),
        Overlap::Holds => State::Decided(value.and_then(|value| {
            let mut alone = Object::new();
            target.put(&mut alone, value.clone());
            slot.get(&alone).cloned()
        })),
        Overlap::Part => match (before, value) {
            (State::Decided(whole), value) => {
                let mut alone = Object::new();
                if let Some(whole) = whole {
                    slot.put(&mut alone, whole);
                }
                match value {
                    Some(value) => target.put(&mut alone, value.clone()),
                    None => drop(target.take(&mut alone)),
                }
                State::Decided(slot.get(&alone).filter(|value| has_value(value)).cloned())
            }
            // The app holds one element, and this writes one: it is the one.
            (_, Some(value)) if single => {
                let mut alone = Object::new();
                target.put(&mut alone, value.clone());
                State::Decided(slot.get(&alone).cloned())
            }
            _ => State::Depends,
        },
        Overlap::Depends => State::Depends,
    }
}

fn added(slot: &Slot, single: bool, target: &Slot, items: &[Value], before: State) -> State {
    match overlap(target, slot) {
        Overlap::Apart => before,
        Overlap::Same if single => State::Decided(Some(Value::Array(items.to_vec()))),
        Overlap::Same => match before {
            State::Decided(whole) => {
                let mut elements = whole.and_then(|whole| whole.as_array().cloned()).unwrap_or_default();
                elements.extend(items.iter().filter(|item| !elements.contains(item)).cloned().collect::<Vec<_>>());
                State::Decided(Some(Value::Array(elements)))
            }
            _ => State::Depends,
        },
        Overlap::Holds => {
            // The elements that the slot's selector picks say what it becomes; any others leave it alone.
            let mut alone = Object::new();
            target.put(&mut alone, Value::Array(items.to_vec()));
            match slot.get(&alone) {
                Some(value) => State::Decided(Some(value.clone())),
                None => before,
            }
        }
        Overlap::Part | Overlap::Depends => State::Depends,
    }
}

fn removed(slot: &Slot, target: &Slot, items: &[Value], before: State) -> State {
    match (overlap(target, slot), before) {
        (Overlap::Apart, before) => before,
        (Overlap::Same, State::Decided(Some(Value::Array(elements)))) => {
            let left: Vec<_> =
                elements.into_iter().filter(|element| !items.iter().any(|item| same_item(item, element))).collect();
            State::Decided(Some(Value::Array(left)).filter(has_value))
        }
        (Overlap::Same, State::Decided(None)) => State::Decided(None),
        // Whether the current value is among what is removed, only the resource says.
        _ => State::Depends,
    }
}

/// Items of a multi-valued attribute are told apart by their `value`, or else by all they hold.
pub(super) fn same_item(one: &Value, other: &Value) -> bool {
    match (one.get("value"), other.get("value")) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn items(rule: &Rule, steps: &[Edit]) -> Option<ItemChange> {
    let mut change = ItemChange { path: rule.field().to_owned(), ..ItemChange::default() };
    for edit in steps {
        let way = overlap(edit.slot(), &rule.slot);
        match (way, edit) {
            (Overlap::Apart, _) => {}
            (Overlap::Same, Edit::Add { items, .. }) => put_in(items, &mut change.added, &mut change.removed),
            (Overlap::Same, Edit::Remove { items, .. }) => put_in(items, &mut change.removed, &mut change.added),
            _ => return None,
        }
    }
    Some(change)
}

/// The later word on an item counts.
fn put_in(items: &[Value], here: &mut Vec<Value>, there: &mut Vec<Value>) {
    for item in items {
        there.retain(|known| !same_item(known, item));
        if !here.iter().any(|known| same_item(known, item)) {
            here.push(item.clone());
        }
    }
}
