//! What was derived for the app is derived anew when what it came from changes.
//!
//! A field of the app can have several sources: `coalesce(displayName, join([name.givenName, name.familyName], " "))`, or the work
//! e-mail address and, where there is none, the user name. An attribute that no client ever stated is read back from such a
//! field, and would win over the sources that its value came from: a rename would reach nobody. So before two states are
//! compared, such an attribute gets the value that its sources have now.
//!
//! That a client never stated an attribute is known where nothing is kept of it, and the field would hold the same without it.

use super::app_change::AppChange;
use super::app_path::AppPath;
use super::budget::{Budget, size};
use super::error::MapError;
use super::kept::Kept;
use super::overlap::{Overlap, overlap};
use super::rule::{Rule, Source, Toward, has_value};
use super::transform::Transforms;
use super::type_mapping::{Field, TypeMapping};
use scim_protocol::{Edits, Object, Slot};
use serde_json::Value;
use std::borrow::Cow;

/// What a request states.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said<'r> {
    /// The edits of a PATCH. Without them (PUT), an attribute is stated if it differs from what it was: clients repeat what they
    /// have read.
    pub edits: Option<&'r Edits>,
    /// Attributes that must stay what they are.
    pub fixed: &'r [Slot],
}

/// What was derived anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Derived {
    /// The slots that no client stated.
    slots: Vec<String>,
    /// The kept slots whose values a request repeats or makes another source win: they are kept differently from now on.
    restated: Vec<String>,
}

impl Said<'_> {
    fn has(&self, slot: &Slot) -> bool {
        let touches = |other: &Slot| overlap(other, slot) != Overlap::Apart;
        self.edits.is_some_and(|edits| edits.steps.iter().any(|edit| touches(edit.slot())))
            || self.fixed.iter().any(touches)
    }
}

impl Derived {
    pub(super) fn has(&self, rule: &Rule) -> bool {
        self.slots.contains(&rule.name)
    }

    pub(super) fn restates(&self, rule: &Rule) -> bool {
        self.restated.contains(&rule.name)
    }
}

impl TypeMapping {
    /// Whether [`Self::derive_anew`] could find anything: what is kept of the resource need not be read if not.
    pub fn may_derive(&self, before: &Object, after: &Object, said: Said<'_>) -> bool {
        self.fields.iter().any(|field| {
            self.updating(field).any(|rule| {
                self.is_candidate(field, rule, before, after, said) || self.could_restate(field, rule, said)
            })
        })
    }

    /// Gives every attribute of `after` that was derived, and that the request does not state, the value that its sources have now.
    /// `kept` is what is kept of the resource. The result is for [`TypeMapping::diff`].
    ///
    /// # Errors
    /// [`MapError`] for a value that a rule cannot produce.
    pub async fn derive_anew<T: Transforms>(
        &self,
        (before, after): (&Object, &mut Object),
        said: Said<'_>,
        kept: &[Kept],
        budget: &mut Budget,
        transforms: &mut T,
    ) -> Result<Derived, MapError> {
        let row = |rule: &Rule| kept.iter().find(|kept| kept.slot == rule.name);
        let mut derived = Derived::default();
        for field in &self.fields {
            for rule in self.updating(field) {
                if self.could_restate(field, rule, said) {
                    let states = |rule: &Rule| said.has(&rule.slot) && value_of(rule, after).is_some();
                    let restated = match rule.reads_itself() {
                        true => row(rule).is_none() && states(rule),
                        false => row(rule).is_some_and(is_witness) && self.before(field, rule).any(states),
                    };
                    derived.restated.extend(restated.then(|| rule.name.clone()));
                }
                if row(rule).is_some() || !self.is_candidate(field, rule, before, after, said) {
                    continue;
                }
                let by_another = || self.updating(field).any(|other| row(other).is_some_and(is_witness));
                if !rule.reads_itself() && !by_another() {
                    continue;
                }
                let size = before.values().chain(after.values()).map(size).sum();
                rule.charged(budget.make(size), Toward::App)?;
                let (mut without, mut then) = (before.clone(), after.clone());
                rule.slot.take(&mut without);
                let was = self.update_value(field, before, budget, transforms).await;
                let would_be = self.value_or_default(field, &without, budget, transforms).await;
                if !matches!((was, would_be), (Ok(was), Ok(would_be)) if was == would_be) {
                    continue;
                }
                rule.slot.take(&mut then);
                if let Some(value) = self.value_or_default(field, &then, budget, transforms).await?
                    && rule.inverse.is_none()
                {
                    let mut document = Object::new();
                    field.path.put(&mut document, value);
                    if let Some(value) = rule.value_from_app(&document, budget, transforms).await? {
                        rule.slot.put(&mut then, value);
                    }
                }
                *after = then;
                derived.slots.push(rule.name.clone());
            }
        }
        Ok(derived)
    }

    /// Whether the kept value of a rule is needed although the app holds the same: only that it is kept says whose value the field
    /// has. `has_none` says which rules have no value of their own.
    pub(super) fn is_source(&self, rule: &Rule, has_none: impl Fn(&Rule) -> bool) -> bool {
        let Some(field) = self.fields.iter().find(|field| rule.to_app && Some(&field.path) == rule.app.as_ref()) else {
            return false;
        };
        rule.reads_itself()
            || rule.is_direct()
                && self.before(field, rule).all(has_none)
                && self.before(field, rule).any(|other| other.to_scim)
    }

    /// As [`Self::is_source`], for a value that the app gets or has beside the others of a resource.
    ///
    /// # Errors
    /// [`MapError`] where the sources that win over the rule cost too much.
    pub(super) fn is_source_in(
        &self,
        rule: &Rule,
        resource: &Object,
        derived: &Derived,
        budget: &mut Budget,
    ) -> Result<bool, MapError> {
        let mut stated = Cow::Borrowed(resource);
        for derived in self.rules.iter().filter(|rule| derived.has(rule)) {
            derived.slot.take(stated.to_mut());
        }
        let mut given = Vec::new();
        for field in self.fields.iter().filter(|field| Some(&field.path) == rule.app.as_ref()) {
            for other in self.before(field, rule) {
                // What cannot be evaluated is no source.
                match other.value_in(&stated, budget) {
                    Err(error @ MapError::TooExpensive { .. }) => return Err(error),
                    value => given.extend(value.ok().flatten().map(|_| other.number)),
                }
            }
        }
        Ok(self.is_source(rule, |other| !given.contains(&other.number)))
    }

    /// The rules with kept values whose field changes although the client does not write them now: `userName` when the client
    /// writes the work e-mail address. Their values must stay what the client knows.
    pub(super) fn bystanders(&self, change: &AppChange, derived: &Derived) -> Vec<&Rule> {
        let rules = self.rules.iter().filter(|rule| {
            let is_changed = |app: &AppPath| change.fields.iter().any(|(path, _)| path == app.as_str());
            rule.keep && rule.app.as_ref().is_some_and(is_changed) && !derived.has(rule)
        });
        rules.filter(|rule| !change.kept.iter().any(|kept| kept.slot == rule.name)).collect()
    }

    /// The rules that write a field of a resource that exists.
    pub(super) fn updating<'m>(&'m self, field: &'m Field) -> impl Iterator<Item = &'m Rule> {
        self.writing(field).filter(|rule| !rule.on_create && !rule.incremental)
    }

    /// The rules that write a field and win over this one.
    fn before<'m>(&'m self, field: &'m Field, rule: &'m Rule) -> impl Iterator<Item = &'m Rule> {
        self.writing(field).take_while(move |other| other.number != rule.number)
    }

    /// Whether the slot of a rule is read back from the field, is not stated, and another source of the field changes.
    fn is_candidate(&self, field: &Field, rule: &Rule, before: &Object, after: &Object, said: Said<'_>) -> bool {
        let (was, is) = (value_of(rule, before), value_of(rule, after));
        rule.to_scim
            && (rule.is_direct() || rule.reads_itself())
            && is.is_some()
            && was == is
            && self
                .updating(field)
                .flat_map(Rule::slots)
                .any(|slot| overlap(slot, &rule.slot) == Overlap::Apart && slot.get(before) != slot.get(after))
            && !said.has(&rule.slot)
    }

    /// Whether the edits can change why the value of a rule is kept.
    fn could_restate(&self, field: &Field, rule: &Rule, said: Said<'_>) -> bool {
        said.edits.is_some()
            && rule.keep
            && match rule.reads_itself() {
                true => said.has(&rule.slot),
                false => rule.is_direct() && self.before(field, rule).any(|other| said.has(&other.slot)),
            }
    }

    async fn value_or_default<T: Transforms>(
        &self,
        field: &Field,
        resource: &Object,
        budget: &mut Budget,
        transforms: &mut T,
    ) -> Result<Option<Value>, MapError> {
        match self.update_value(field, resource, budget, transforms).await? {
            Some(value) => Ok(Some(value)),
            None => self.default_value(field, budget, transforms).await,
        }
    }
}

impl Rule {
    fn is_direct(&self) -> bool {
        matches!(self.source, Source::Direct)
    }

    /// Whether the expression of the rule reads the rule's own attribute, and others.
    fn reads_itself(&self) -> bool {
        let Source::Expression(expression) = &self.source else { return false };
        let is_own = |slot: &Slot| overlap(slot, &self.slot) != Overlap::Apart;
        expression.slots().any(is_own) && !expression.slots().all(is_own)
    }
}

fn value_of<'r>(rule: &Rule, resource: &'r Object) -> Option<&'r Value> {
    rule.slot.get(resource).filter(|value| has_value(value))
}

/// Whether a kept value is what the app's field holds, too: it is kept because the field has it from there.
fn is_witness(kept: &Kept) -> bool {
    kept.app.as_ref() == Some(&kept.value)
}
