//! Evaluates a checked filter on a resource or on an element of a multi-valued attribute. Nothing is copied.

use super::operator::CompareOp;
use super::tree::{Comparison, Filter, Operand};
use crate::comparison_budget::ComparisonBudget;
use crate::error::Error;
use crate::object::Object;
use crate::resource_type::ResourceType;
use crate::schema::Attribute;
use serde_json::Value;

/// A test of an attribute's value, or of its absence.
type Test<'a> = dyn Fn(&Attribute, Option<&Value>) -> bool + 'a;

impl Filter {
    /// Whether a resource with canonical names matches a filter returned by [`Filter::check`].
    ///
    /// One matching element of a multi-valued attribute suffices. An attribute without a value equals nothing but `null`, so
    /// `ne` holds for it and every other operator does not.
    pub fn matches(&self, resource_type: &ResourceType, resource: &Object) -> bool {
        resource_matches(self, resource_type, resource, &ComparisonBudget::unlimited())
    }

    /// Like [`Filter::matches`], for one of many resources that share a budget.
    ///
    /// # Errors
    /// 400 `tooMany` if the budget does not suffice.
    pub fn matches_within(
        &self,
        resource_type: &ResourceType,
        resource: &Object,
        budget: &ComparisonBudget,
    ) -> Result<bool, Error> {
        let found = resource_matches(self, resource_type, resource, budget);
        budget.check()?;
        Ok(found)
    }
}

fn resource_matches(
    filter: &Filter,
    resource_type: &ResourceType,
    resource: &Object,
    budget: &ComparisonBudget,
) -> bool {
    holds(filter, budget, &|condition| match condition {
        Filter::Compare(Comparison { path, op, value }) => {
            let test = |attribute: &Attribute, stored: Option<&Value>| compare(*op, attribute, stored, value, budget);
            any_value(path, resource_type, resource, &test, budget)
        }
        Filter::Present(path) => {
            let test = |_: &Attribute, stored: Option<&Value>| stored.is_some_and(|value| is_present(value, budget));
            any_value(path, resource_type, resource, &test, budget)
        }
        Filter::Elements { path, filter } => {
            let found = resource_type.find(path.schema.as_deref(), &path.attribute);
            found.is_some_and(|(schema, attribute)| {
                let value = container(resource, schema).and_then(|object| object.get(&attribute.name));
                each(value).iter().any(|value| element(filter, attribute, value, budget))
            })
        }
        _ => false,
    })
}

/// Whether an element of an attribute matches a selector.
pub(crate) fn element(filter: &Filter, attribute: &Attribute, value: &Value, budget: &ComparisonBudget) -> bool {
    holds(filter, budget, &|condition| {
        let (path, test): (_, &Test<'_>) = match condition {
            Filter::Compare(Comparison { path, op, value }) => {
                (path, &|attribute, stored| compare(*op, attribute, stored, value, budget))
            }
            Filter::Present(path) => (path, &|_, stored| stored.is_some_and(|value| is_present(value, budget))),
            _ => return false,
        };
        let name = path.path.attribute.as_str();
        match attribute.sub(name) {
            Some(sub) => any_of(value.get(&sub.name), &|stored| test(sub, stored)),
            // The element of a simple attribute is its own `value` (RFC 7643 §2.4).
            None if !attribute.is_complex() && name.eq_ignore_ascii_case("value") => test(attribute, Some(value)),
            None => false,
        }
    })
}

/// Nothing holds once the budget is exceeded, so that what is left ends at once.
fn holds(filter: &Filter, budget: &ComparisonBudget, condition: &dyn Fn(&Filter) -> bool) -> bool {
    if budget.is_exceeded() {
        return false;
    }
    match filter {
        Filter::And(items) => items.iter().all(|item| holds(item, budget, condition)),
        Filter::Or(items) => items.iter().any(|item| holds(item, budget, condition)),
        Filter::Not(inner) => !holds(inner, budget, condition),
        other => condition(other),
    }
}

fn compare(
    op: CompareOp,
    attribute: &Attribute,
    stored: Option<&Value>,
    literal: &Value,
    budget: &ComparisonBudget,
) -> bool {
    let text = stored.and_then(Value::as_str).unwrap_or_default();
    budget.take_text(text) && op.holds(attribute, stored, literal)
}

/// Whether the test holds for some value of the operand; an operand without values is tested once, as absent.
fn any_value(
    operand: &Operand,
    resource_type: &ResourceType,
    resource: &Object,
    test: &Test<'_>,
    budget: &ComparisonBudget,
) -> bool {
    let path = &operand.path;
    let Some((schema, top)) = resource_type.find(path.schema.as_deref(), &path.attribute) else { return false };
    let value = container(resource, schema).and_then(|object| object.get(&top.name));
    let Some(sub) = operand.sub.as_deref().or(path.sub.as_deref()) else {
        return any_of(value, &|stored| test(top, stored));
    };
    let Some(sub) = top.sub(sub) else { return false };
    let mut none = true;
    for parent in each(value) {
        if operand.selector.as_ref().is_none_or(|selector| element(selector, top, parent, budget)) {
            none = false;
            if any_of(parent.get(&sub.name), &|stored| test(sub, stored)) {
                return true;
            }
        }
    }
    none && test(sub, None)
}

/// `null` and an empty array count as no value (RFC 7643 §2.5).
fn any_of(value: Option<&Value>, test: &dyn Fn(Option<&Value>) -> bool) -> bool {
    match value {
        None | Some(Value::Null) => test(None),
        Some(Value::Array(items)) if items.is_empty() => test(None),
        Some(Value::Array(items)) => items.iter().any(|item| test(Some(item))),
        Some(single) => test(Some(single)),
    }
}

fn each(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items,
        Some(single) => std::slice::from_ref(single),
    }
}

fn container<'a>(resource: &'a Object, schema: Option<&str>) -> Option<&'a Object> {
    match schema {
        Some(urn) => resource.get(urn)?.as_object(),
        None => Some(resource),
    }
}

/// `pr`: not null, and not empty (RFC 7644 table 3).
fn is_present(value: &Value, budget: &ComparisonBudget) -> bool {
    budget.take(1)
        && match value {
            Value::Null => false,
            Value::Bool(_) | Value::Number(_) => true,
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => items.iter().any(|item| is_present(item, budget)),
            Value::Object(object) => object.values().any(|value| is_present(value, budget)),
        }
}
