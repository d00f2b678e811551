//! Narrows a filter to one resource type: decides what the type alone decides.
//!
//! `meta.resourceType` is the same for all resources of a type, so a comparison with it is a constant, and a list over all
//! types (RFC 7644 §3.4.2.1) asks only for those that can match. An empty `And` always holds, an empty `Or` never does.

use super::tree::{Comparison, Filter};
use crate::resource_type::ResourceType;
use serde_json::Value;

const ALWAYS: Filter = Filter::And(Vec::new());
const NEVER: Filter = Filter::Or(Vec::new());

/// A filter that always or never holds.
pub(super) const fn constant(holds: bool) -> Filter {
    if holds { ALWAYS } else { NEVER }
}

impl Filter {
    /// Removes from a checked filter what the resource type alone decides, such as `meta.resourceType eq "User"`. `None` if all
    /// resources of the type match.
    pub fn narrowed(self, resource_type: &ResourceType) -> Option<Self> {
        Some(narrow(self, resource_type)).filter(|left| *left != ALWAYS)
    }

    /// Whether no resource can match a narrowed filter.
    pub fn is_never(&self) -> bool {
        *self == NEVER
    }
}

/// Replaces conditions that the resource type decides with constants, and simplifies.
fn narrow(filter: Filter, resource_type: &ResourceType) -> Filter {
    match filter {
        Filter::And(items) => {
            let mut left = Vec::with_capacity(items.len());
            for item in items {
                match narrow(item, resource_type) {
                    item if item == NEVER => return NEVER,
                    Filter::And(inner) => left.extend(inner),
                    item => left.push(item),
                }
            }
            only(left, Filter::And)
        }
        Filter::Or(items) => {
            let mut left = Vec::with_capacity(items.len());
            for item in items {
                match narrow(item, resource_type) {
                    item if item == ALWAYS => return ALWAYS,
                    Filter::Or(inner) => left.extend(inner),
                    item => left.push(item),
                }
            }
            only(left, Filter::Or)
        }
        Filter::Not(inner) => match narrow(*inner, resource_type) {
            inner if inner == ALWAYS => NEVER,
            inner if inner == NEVER => ALWAYS,
            inner => Filter::Not(Box::new(inner)),
        },
        Filter::Compare(comparison) => match of_type(&comparison, resource_type) {
            Some(holds) => constant(holds),
            None => Filter::Compare(comparison),
        },
        Filter::Present(operand) if is_type(&operand.path.attribute, operand.path.sub.as_deref()) => ALWAYS,
        other => other,
    }
}

fn only(mut items: Vec<Filter>, joined: impl FnOnce(Vec<Filter>) -> Filter) -> Filter {
    match (items.len(), items.pop()) {
        (1, Some(item)) => item,
        (_, item) => {
            items.extend(item);
            joined(items)
        }
    }
}

fn of_type(comparison: &Comparison, resource_type: &ResourceType) -> Option<bool> {
    let Comparison { path, op, value } = comparison;
    if path.path.schema.is_some() || !is_type(&path.path.attribute, path.path.sub.as_deref()) {
        return None;
    }
    let attribute = resource_type.resolve(&path.path)?.attribute;
    Some(op.holds(attribute, Some(&Value::String(resource_type.name.clone())), value))
}

fn is_type(attribute: &str, sub: Option<&str>) -> bool {
    attribute == "meta" && sub == Some("resourceType")
}
