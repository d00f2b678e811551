//! Which part of a SCIM filter the app's own search can evaluate.
//!
//! The host checks every result against the whole filter, so the part pushed down may match too much, but never too little.

use super::overlap::equalities;
use super::rule::{Rule, Source};
use super::transform::{BuiltIn, Transform};
use super::type_mapping::TypeMapping;
use scim_protocol::filter::{CompareOp, Comparison, Filter, Operand};
use serde_json::Value;
use std::collections::BTreeMap;

/// A comparison in the app's terms.
#[derive(Debug, Clone, PartialEq)]
pub struct AppComparison {
    /// A field listed in the descriptor under `filters`.
    pub field: String,
    /// An operator listed for the field, such as `eq`.
    pub operator: String,
    /// The literal, converted for the app.
    pub value: Value,
}

/// `slot eq value` on a value that the gateway keeps, for resources that the app's search may not find.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptComparison {
    /// The slot's canonical text.
    pub slot: String,
    /// The client's literal.
    pub value: Value,
}

impl TypeMapping {
    /// The comparisons of a checked filter that the app can evaluate; they must all hold. `filters` comes from the descriptor
    /// and maps fields to operators.
    ///
    /// A kept value may differ from its field in the app, so the host must also search its store ([`Self::kept_comparisons`]).
    pub fn push_down(&self, filter: &Filter, filters: &BTreeMap<String, Vec<String>>) -> Vec<AppComparison> {
        conjunction(filter).into_iter().filter_map(|part| self.pushed(part, filters)).collect()
    }

    /// The comparisons of a checked filter with values that the gateway keeps; they must all hold.
    pub fn kept_comparisons(&self, filter: &Filter) -> Vec<KeptComparison> {
        let kept = |part: &Filter| {
            let Filter::Compare(Comparison { path, op: CompareOp::Eq, value }) = part else { return None };
            let slot = path.to_string();
            let is_kept = self.rules.iter().any(|rule| rule.keep && rule.name == slot);
            (is_kept && !value.is_null()).then(|| KeptComparison { slot, value: value.clone() })
        };
        conjunction(filter).into_iter().filter_map(kept).collect()
    }

    fn pushed(&self, part: &Filter, filters: &BTreeMap<String, Vec<String>>) -> Option<AppComparison> {
        match part {
            Filter::Compare(Comparison { path, op, value }) => {
                // A kept value may differ from the app's, and the store can only be searched for equal values.
                let rule = self.providing(path).filter(|rule| !rule.keep || *op == CompareOp::Eq)?;
                // The app may be able to search one sub-attribute of a whole array: `members.value`.
                let field = match (&rule.app, path.path.sub.as_ref().filter(|_| rule.whole_array)) {
                    (Some(app), None) => app.as_str().to_owned(),
                    (Some(app), Some(sub)) => format!("{app}.{sub}"),
                    (None, _) => return None,
                };
                let operator = op.as_str();
                let can = filters.get(&field)?.iter().any(|known| known.eq_ignore_ascii_case(operator));
                let value = literal(rule, *op, value).filter(|_| can)?;
                Some(AppComparison { field, operator: operator.to_owned(), value })
            }
            Filter::Elements { path, filter } => {
                // emails[type eq "work" and value eq "x"]: each comparison of a conjunction must hold for some element.
                conjunction(filter).into_iter().find_map(|part| {
                    let Filter::Compare(comparison) = part else { return None };
                    let operand = Operand::plain(path.with_sub(comparison.path.path.attribute.as_str()));
                    let comparison = Comparison { path: operand, ..comparison.clone() };
                    self.pushed(&Filter::Compare(comparison), filters)
                })
            }
            _ => None,
        }
    }

    /// The only rule that returns the compared attribute, if it is simple enough for a search by its field.
    fn providing(&self, operand: &Operand) -> Option<&Rule> {
        let name = operand.to_string();
        let mut rules = self.rules.iter().filter(|rule| rule.to_scim);
        let exact = rules.clone().find(|rule| rule.name == name);
        let rule = match exact {
            Some(rule) => rule,
            None => {
                // `emails.value`, or `members.value` of a whole array: only if no other rule returns such values.
                let same_attribute = |rule: &&Rule| {
                    rule.slot.path.attribute == operand.path.attribute && rule.slot.path.schema == operand.path.schema
                };
                let rule = rules.find(same_attribute)?;
                if rules.any(|other| same_attribute(&other)) || operand.selector.is_some() {
                    return None;
                }
                let is_its_leaf = rule.slot.leaf() == operand.path.sub.as_deref() && rule.slot.selector.is_some();
                // What the selector fixes for every element is not in the app's field.
                let selected = rule.slot.selector.as_ref().and_then(equalities).unwrap_or_default();
                let by_selector = selected.iter().any(|(sub, _)| Some(*sub) == operand.path.sub.as_deref());
                (!by_selector && (is_its_leaf || rule.whole_array)).then_some(rule)?
            }
        };
        let is_plain = rule.inverse.is_none()
            && !matches!(rule.transform, Some(Transform::Connector(_)))
            && !(rule.whole_array && (rule.transform.is_some() || rule.single))
            && !(matches!(rule.source, Source::Constant(_)) && rule.app.is_none());
        is_plain.then_some(rule)
    }
}

/// The literal as it would be in the app's field.
fn literal(rule: &Rule, op: CompareOp, value: &Value) -> Option<Value> {
    let is_equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
    match &rule.transform {
        _ if value.is_null() => None,
        None => Some(value.clone()),
        Some(Transform::BuiltIn(BuiltIn::Lowercase)) if !op.is_ordering() => BuiltIn::Lowercase.to_app(value).ok(),
        Some(Transform::BuiltIn(BuiltIn::Trim | BuiltIn::Lowercase)) => is_equality.then(|| value.clone()),
        Some(Transform::BuiltIn(transform)) if is_equality => transform.to_app(value).ok(),
        Some(_) => None,
    }
}

fn conjunction(filter: &Filter) -> Vec<&Filter> {
    match filter {
        Filter::And(parts) => parts.iter().flat_map(conjunction).collect(),
        other => vec![other],
    }
}
