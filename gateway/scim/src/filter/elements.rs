//! Which of the elements of an attribute match a selector.
//!
//! Each element is looked at once. Clients join hundreds of `value eq "…"` by `or`; those are looked up in a set, so that
//! the cost is the sum of elements and comparisons and not their product.

use super::evaluate::element;
use super::operator::CompareOp;
use super::tree::{Comparison, Filter};
use crate::compare::lower;
use crate::comparison_budget::ComparisonBudget;
use crate::error::Error;
use crate::schema::{Attribute, AttributeType};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashSet;

/// Whether each element matches, in their order.
///
/// # Errors
/// 400 `tooMany` if the budget does not suffice.
pub(crate) fn matching(
    filter: &Filter,
    attribute: &Attribute,
    elements: &[Value],
    budget: &ComparisonBudget,
) -> Result<Vec<bool>, Error> {
    let alternatives = Alternatives::of(filter, attribute, budget);
    let mut found = Vec::with_capacity(elements.len());
    for value in elements {
        let is_match = alternatives.as_ref().and_then(|alternatives| alternatives.hold(value, budget));
        found.push(is_match.unwrap_or_else(|| element(filter, attribute, value, budget)));
        budget.check()?;
    }
    Ok(found)
}

/// Texts of which a sub-attribute equals one.
struct Alternatives<'a> {
    sub: &'a Attribute,
    texts: HashSet<Cow<'a, str>>,
}

impl<'a> Alternatives<'a> {
    fn of(filter: &'a Filter, attribute: &'a Attribute, budget: &ComparisonBudget) -> Option<Self> {
        let Filter::Or(items) = filter else { return None };
        let mut found: Option<Self> = None;
        for item in items {
            let Filter::Compare(Comparison { path, op: CompareOp::Eq, value: Value::String(text) }) = item else {
                return None;
            };
            let sub = attribute.sub(&path.path.attribute)?;
            // Other types have several texts for one value.
            if !matches!(sub.kind, AttributeType::String | AttributeType::Reference) {
                return None;
            }
            let found = found.get_or_insert_with(|| Self { sub, texts: HashSet::with_capacity(items.len()) });
            if found.sub.name != sub.name {
                return None;
            }
            budget.take_text(text);
            found.texts.insert(folded(sub, text));
        }
        found
    }

    /// `None` if the value is not a single text.
    fn hold(&self, element: &Value, budget: &ComparisonBudget) -> Option<bool> {
        match element.get(&self.sub.name) {
            None | Some(Value::Null) => {
                budget.take(1);
                Some(false)
            }
            Some(Value::String(text)) => Some(budget.take_text(text) && self.texts.contains(&folded(self.sub, text))),
            Some(_) => None,
        }
    }
}

fn folded<'t>(attribute: &Attribute, text: &'t str) -> Cow<'t, str> {
    if attribute.is_case_exact() { Cow::Borrowed(text) } else { lower(text) }
}
