//! The rules of one resource type, and what can be derived from them without a resource.

use super::app_path::AppPath;
use super::rule::Rule;
use scim_protocol::{ResourceType, Slot};
use std::collections::HashSet;

/// The compiled rules of one resource type.
#[derive(Debug, Default)]
pub struct TypeMapping {
    pub(super) rules: Vec<Rule>,
    /// The app's fields in the order of the file, each with the rules that write it.
    pub(super) fields: Vec<Field>,
    /// Multi-valued attributes that several slots compose and whose elements have a `primary`.
    pub(super) primaries: Vec<Slot>,
}

/// One field of the app, and the rules that write it.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) path: AppPath,
    rules: Vec<usize>,
}

/// A rule whose value is the id of another resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReferenceRule<'m> {
    /// The attribute that contains the id, or the array of elements whose `value` is one.
    pub slot: &'m Slot,
    /// The type of the resource that the id names.
    pub resource_type: &'m str,
    /// The app's field.
    pub field: &'m str,
}

/// In which directions the values of an attribute pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// No rule maps it.
    Nowhere,
    /// It is accepted and returned.
    Both,
    /// It is accepted when the resource is created, and returned.
    OnCreate,
    /// It is accepted and never returned.
    ToApp,
    /// It is returned and never accepted.
    ToClient,
}

impl TypeMapping {
    /// In which directions the values of an attribute or its sub-attribute pass; `schema` is an extension's URN.
    pub fn way(&self, schema: Option<&str>, attribute: &str, sub: Option<&str>) -> Way {
        let concerns = |slot: &Slot| {
            let selected =
                || slot.selector.as_ref().is_some_and(|selector| selector.mentions_sub(sub.unwrap_or_default()));
            slot.path.schema.as_deref() == schema
                && slot.path.attribute == attribute
                && (sub.is_none() || slot.leaf().is_none() || slot.leaf() == sub || selected())
        };
        let shown = self.rules.iter().any(|rule| rule.to_scim && concerns(&rule.slot))
            || sub == Some("primary") && self.primaries.iter().any(|slot| slot.path.attribute == attribute);
        let takes = |rule: &&Rule| {
            (rule.to_app || rule.keep) && (rule.keep && concerns(&rule.slot) || rule.slots().into_iter().any(concerns))
        };
        let taken = self.rules.iter().any(|rule| takes(&rule));
        let always = self.rules.iter().any(|rule| takes(&rule) && !rule.on_create);
        match (taken, shown) {
            (false, false) => Way::Nowhere,
            (true, true) if always => Way::Both,
            (true, true) => Way::OnCreate,
            (true, false) => Way::ToApp,
            (false, true) => Way::ToClient,
        }
    }

    /// The app's fields, each with whether it is a whole list.
    pub(super) fn fields(&self) -> Vec<(&str, bool)> {
        self.rules.iter().filter_map(|rule| Some((rule.app.as_ref()?.as_str(), rule.whole_array))).collect()
    }

    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub(super) fn new(rules: Vec<Rule>, resource_type: &ResourceType) -> Self {
        let mut fields: Vec<Field> = Vec::new();
        for (index, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.to_app) {
            let Some(path) = &rule.app else { continue };
            match fields.iter_mut().find(|field| field.path.as_str() == path.as_str()) {
                Some(field) => field.rules.push(index),
                None => fields.push(Field { path: path.clone(), rules: vec![index] }),
            }
        }
        let mut primaries: Vec<Slot> = Vec::new();
        for rule in rules.iter().filter(|rule| rule.to_scim && rule.slot.selector.is_some()) {
            let Some(found) = resource_type.resolve(&rule.slot.path) else { continue };
            if found.attribute.sub("primary").is_some() && !primaries.iter().any(|slot| slot.path == found.path) {
                primaries.extend(resource_type.slot(&found.path));
            }
        }
        Self { rules, fields, primaries }
    }

    /// The rules that write a field, in the order of the file.
    pub(super) fn writing<'m>(&'m self, field: &'m Field) -> impl Iterator<Item = &'m Rule> {
        field.rules.iter().filter_map(|index| self.rules.get(*index))
    }

    /// The matching attributes, in the order in which to try them.
    pub fn match_slots(&self) -> Vec<&Slot> {
        let mut matching: Vec<_> = self.rules.iter().filter_map(|rule| Some((rule.precedence?, &rule.slot))).collect();
        matching.sort_by_key(|(precedence, _)| *precedence);
        matching.into_iter().map(|(_, slot)| slot).collect()
    }

    /// The rules whose values are ids of other resources.
    pub fn references(&self) -> impl Iterator<Item = ReferenceRule<'_>> {
        self.rules.iter().filter_map(|rule| {
            Some(ReferenceRule { slot: &rule.slot, resource_type: rule.reference.as_deref()?, field: rule.field() })
        })
    }

    /// The slots whose values the gateway keeps.
    pub fn kept_slots(&self) -> impl Iterator<Item = &Slot> {
        self.rules.iter().filter(|rule| rule.keep).map(|rule| &rule.slot)
    }

    /// Whether the values of an attribute such as `members` are added and removed one by one.
    pub fn is_incremental(&self, attribute: &str) -> bool {
        self.rules.iter().any(|rule| rule.incremental && rule.slot.path.attribute == attribute)
    }

    /// Whether a slot, given by its canonical text, has a field in the app and is not only kept.
    pub fn is_in_app(&self, slot: &str) -> bool {
        self.rules.iter().any(|rule| rule.name == slot && rule.app.is_some())
    }

    /// The app's field from which a slot's value is read, if it is read from one.
    pub fn shown_field(&self, slot: &Slot) -> Option<&str> {
        let rule = self.rules.iter().find(|rule| rule.to_scim && rule.slot == *slot)?;
        rule.app.as_ref().filter(|_| rule.inverse.is_none()).map(AppPath::as_str)
    }

    /// The incremental fields (a group's members) that none of the wanted slots is read from.
    pub fn omit(&self, wanted: impl Fn(&Slot) -> bool) -> Vec<String> {
        let mut needed = HashSet::new();
        for rule in self.rules.iter().filter(|rule| rule.to_scim && wanted(&rule.slot)) {
            match &rule.inverse {
                // An inverse may read any field.
                Some(_) => return Vec::new(),
                None => needed.extend(rule.app.as_ref().map(AppPath::as_str)),
            }
        }
        let incremental = self.rules.iter().filter(|rule| rule.incremental).filter_map(|rule| rule.app.as_ref());
        let mut omitted: Vec<String> = Vec::new();
        for field in incremental.map(AppPath::as_str).filter(|field| !needed.contains(field)) {
            if !omitted.iter().any(|known| known == field) {
                omitted.push(field.to_owned());
            }
        }
        omitted
    }
}
