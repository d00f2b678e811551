//! What a PATCH changes in the app, without knowing the resource.
//!
//! Each edit decides what a rule reads, leaves it alone, or makes it depend on the resource. Only in the last case does the
//! host have to read the resource and compare ([`TypeMapping::diff`]).

use super::app_change::AppChange;
use super::budget::Budget;
use super::derived::Derived;
use super::error::MapError;
use super::expression::{EvaluationError, Input, Known};
use super::items::{Items, items};
use super::rule::{Rule, Source, Toward, has_value};
use super::state::{State, size_of_edit, state};
use super::transform::Transforms;
use super::type_mapping::{Field, TypeMapping};
use scim_protocol::{Edit, Edits};
use serde_json::Value;

/// The outcome for one field.
enum Outcome {
    Unchanged,
    Becomes(Option<Value>),
    Depends,
}

impl TypeMapping {
    /// The change that the edits make; `None` if it depends on the current resource.
    ///
    /// Rules that apply only on creation (`"apply": "on-create"`) are skipped. A field whose rule has a default is not cleared.
    ///
    /// # Errors
    /// [`MapError`] for a value that a rule cannot produce.
    pub async fn change<T: Transforms>(
        &self,
        edits: &Edits,
        budget: &mut Budget,
        transforms: &mut T,
    ) -> Result<Option<AppChange>, MapError> {
        let mut change = AppChange::default();
        for field in &self.fields {
            if let Some(rule) = self.writing(field).find(|rule| rule.incremental) {
                let size: usize = edits.steps.iter().map(size_of_edit).sum();
                rule.charged(budget.make(size), Toward::App)?;
                match items(rule, &edits.steps) {
                    Some(Items::Changed(items)) if items.added.is_empty() && items.removed.is_empty() => {}
                    Some(Items::Changed(items)) => change.items.push(items),
                    Some(Items::Replaced(all)) => {
                        change.fields.push((field.path.as_str().to_owned(), Some(Value::Array(all))));
                    }
                    None => return Ok(None),
                }
                continue;
            }
            match self.outcome(field, &edits.steps, budget, transforms).await? {
                Outcome::Unchanged => {}
                Outcome::Becomes(value) => change.fields.push((field.path.as_str().to_owned(), value)),
                Outcome::Depends => return Ok(None),
            }
        }
        for rule in self.rules.iter().filter(|rule| rule.keep && !rule.on_create) {
            let state = state(&rule.slot, rule.single, &edits.steps, budget);
            match state.map_err(|spent| rule.too_expensive(spent, Toward::App))? {
                State::Untouched => {}
                State::Decided(value) => {
                    let mut has_none = Vec::new();
                    let is_beside = |other: &&Rule| rule.app.is_some() && other.app == rule.app && other.to_app;
                    for other in self.rules.iter().filter(is_beside) {
                        let is_none = other.state(&edits.steps, budget)? == State::Decided(None);
                        has_none.extend(is_none.then_some(other.number));
                    }
                    let is_source = self.is_source(rule, |other| has_none.contains(&other.number));
                    change.keep(rule, value, is_source, budget)?;
                }
                State::Depends => return Ok(None),
            }
        }
        // If a field changes by another rule, only the resource tells what its client knows of it.
        Ok(Some(change).filter(|change| self.bystanders(change, &Derived::default()).is_empty()))
    }

    async fn outcome<T: Transforms>(
        &self,
        field: &Field,
        steps: &[Edit],
        budget: &mut Budget,
        transforms: &mut T,
    ) -> Result<Outcome, MapError> {
        let rules: Vec<_> = self.writing(field).filter(|rule| !rule.on_create).collect();
        let mut states = Vec::with_capacity(rules.len());
        for rule in &rules {
            budget.pause(transforms).await;
            states.push(rule.state(steps, budget)?);
        }
        let is_touched = |(rule, state): (&&Rule, &State)| !rule.is_constant() && *state != State::Untouched;
        if !rules.iter().zip(&states).any(is_touched) {
            return Ok(Outcome::Unchanged);
        }
        for (rule, state) in rules.iter().zip(states) {
            match state {
                // Whether this rule has a value is not known; if it has, it wins over the rules below it.
                State::Untouched | State::Depends => return Ok(Outcome::Depends),
                State::Decided(None) => {}
                State::Decided(Some(value)) if rule.is_constant() => return Ok(Outcome::Becomes(Some(value))),
                State::Decided(Some(value)) => {
                    return Ok(match rule.value_to_app(&value, budget, transforms).await? {
                        Some(value) => Outcome::Becomes(Some(value)),
                        None => Outcome::Unchanged,
                    });
                }
            }
        }
        let has_default = rules.iter().any(|rule| rule.default.is_some());
        Ok(if has_default { Outcome::Unchanged } else { Outcome::Becomes(None) })
    }
}

impl Rule {
    fn state(&self, steps: &[Edit], budget: &mut Budget) -> Result<State, MapError> {
        let spent = |spent| self.too_expensive(spent, Toward::App);
        match &self.source {
            Source::Direct => state(&self.slot, self.single, steps, budget).map_err(spent),
            Source::Constant(value) => self.copied(value, budget, Toward::App).map(|value| State::Decided(Some(value))),
            Source::Expression(expression) => {
                let mut states = Vec::with_capacity(expression.inputs().len());
                for input in expression.inputs() {
                    let Input::Slot(slot) = input else { continue };
                    states.push(state(slot, false, steps, budget).map_err(spent)?);
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
                match expression.evaluate(&known, budget) {
                    Ok(value) => Ok(State::Decided(value.filter(has_value))),
                    Err(EvaluationError::Depends) => Ok(State::Depends),
                    Err(error) => Err(self.expression_failed(error)),
                }
            }
        }
    }
}
