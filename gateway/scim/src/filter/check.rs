//! Checks a filter against a schema: canonical names, literals of the right type, only operators that the type has.

use super::narrow::constant;
use super::operator::CompareOp;
use super::tree::{Comparison, Filter, Operand};
use crate::date_time;
use crate::error::Error;
use crate::path::AttributePath;
use crate::resource_type::{Resolved, ResourceType};
use crate::schema::{Attribute, AttributeType, Returned};
use serde_json::Value;

impl Filter {
    /// Checks the filter against a resource type and makes it canonical: canonical paths, literals of the attributes' types, and
    /// a complex attribute's `value` where the attribute itself is compared.
    ///
    /// # Errors
    /// 400 `invalidFilter` for an unknown attribute, an attribute that is never returned, a literal of the wrong type, and an
    /// operator that the type does not support (RFC 7644 §3.4.2.2: booleans and binaries have no order).
    pub fn check(&self, resource_type: &ResourceType) -> Result<Self, Error> {
        walk(self, &Scope::Resource { resource_type, among_others: false })
    }

    /// Like [`Filter::check`], for one of several resource types in one list: an attribute that this type does not have counts
    /// as having no value (RFC 7644 §3.4.2.1).
    ///
    /// # Errors
    /// Like [`Filter::check`], except that an unknown attribute is no error.
    pub fn check_among(&self, resource_type: &ResourceType) -> Result<Self, Error> {
        walk(self, &Scope::Resource { resource_type, among_others: true })
    }
}

/// Checks a selector on the elements of an attribute.
pub(crate) fn selector(selector: &Filter, path: &AttributePath, attribute: &Attribute) -> Result<Filter, Error> {
    walk(selector, &Scope::Element { path, attribute })
}

/// Where names are looked up.
enum Scope<'a> {
    Resource {
        resource_type: &'a ResourceType,
        /// Whether an unknown attribute counts as having no value.
        among_others: bool,
    },
    Element {
        path: &'a AttributePath,
        attribute: &'a Attribute,
    },
}

fn walk(filter: &Filter, scope: &Scope<'_>) -> Result<Filter, Error> {
    let all = |items: &[Filter]| items.iter().map(|item| walk(item, scope)).collect::<Result<Vec<_>, _>>();
    if let Some(holds) = scope.without_value(filter) {
        return Ok(constant(holds));
    }
    Ok(match filter {
        Filter::And(items) => Filter::And(all(items)?),
        Filter::Or(items) => Filter::Or(all(items)?),
        Filter::Not(inner) => Filter::Not(Box::new(walk(inner, scope)?)),
        Filter::Present(path) => Filter::Present(scope.operand(path)?.0),
        Filter::Compare(Comparison { path, op, value }) => {
            let (path, attribute) = scope.comparable(path)?;
            let value = literal(attribute, &path, *op, value)?;
            Filter::Compare(Comparison { path, op: *op, value })
        }
        Filter::Elements { path, filter } => {
            let resolved = scope.resolve(path)?;
            let filter = Box::new(selector(filter, &resolved.path, elements(&resolved)?)?);
            Filter::Elements { path: resolved.path, filter }
        }
    })
}

impl<'a> Scope<'a> {
    /// Whether a condition holds, if it tests an attribute that the type does not have.
    fn without_value(&self, condition: &Filter) -> Option<bool> {
        let Self::Resource { resource_type, among_others: true } = self else { return None };
        let is_unknown = |path: &AttributePath, sub: Option<&String>| {
            let path = sub.map_or_else(|| path.clone(), |sub| path.with_sub(sub.as_str()));
            resource_type.resolve(&path).is_none()
        };
        match condition {
            Filter::Compare(Comparison { path, op, value }) if is_unknown(&path.path, path.sub.as_ref()) => {
                Some(op.holds_without_value(value))
            }
            Filter::Present(operand) if is_unknown(&operand.path, operand.sub.as_ref()) => Some(false),
            Filter::Elements { path, .. } if is_unknown(path, None) => Some(false),
            _ => None,
        }
    }

    fn resolve(&self, path: &AttributePath) -> Result<Resolved<'a>, Error> {
        let resolved = match self {
            Self::Resource { resource_type, .. } => resource_type
                .resolve(path)
                .ok_or_else(|| Error::invalid_filter(format!("{} has no attribute '{path}'", resource_type.name)))?,
            Self::Element { path: of, attribute } => {
                let plain = path.schema.is_none() && path.sub.is_none();
                let sub = match attribute.sub(&path.attribute) {
                    // The element of a simple attribute is its own `value` (RFC 7643 §2.4).
                    None if !attribute.is_complex() && path.attribute.eq_ignore_ascii_case("value") => {
                        Some((*attribute, "value"))
                    }
                    sub => sub.map(|sub| (sub, sub.name.as_str())),
                };
                let (attribute, name) = sub
                    .filter(|_| plain)
                    .ok_or_else(|| Error::invalid_filter(format!("'{of}' has no sub-attribute '{path}'")))?;
                Resolved { path: AttributePath::core(name), attribute, parent: None }
            }
        };
        if resolved.attribute.returned == Returned::Never {
            return Err(Error::invalid_filter(format!("'{path}' is never returned, so it cannot be filtered on")));
        }
        Ok(resolved)
    }

    fn operand(&self, operand: &Operand) -> Result<(Operand, &'a Attribute), Error> {
        let resolved = self.resolve(&operand.path)?;
        let Some(chosen) = &operand.selector else {
            return Ok((Operand::plain(resolved.path), resolved.attribute));
        };
        let attribute = elements(&resolved)?;
        let chosen = selector(chosen, &resolved.path, attribute)?;
        let name = operand.sub.as_deref().unwrap_or("value");
        let sub = attribute
            .sub(name)
            .ok_or_else(|| Error::invalid_filter(format!("'{}' has no sub-attribute '{name}'", resolved.path)))?;
        let operand = Operand { path: resolved.path, selector: Some(Box::new(chosen)), sub: Some(sub.name.clone()) };
        Ok((operand, sub))
    }

    /// A complex attribute is compared by its `value` (RFC 7644 §3.4.2.2).
    fn comparable(&self, operand: &Operand) -> Result<(Operand, &'a Attribute), Error> {
        let (mut operand, attribute) = self.operand(operand)?;
        if !attribute.is_complex() {
            return Ok((operand, attribute));
        }
        let value = attribute.sub("value").ok_or_else(|| {
            Error::invalid_filter(format!("'{operand}' is complex and has no 'value'; name one of its sub-attributes"))
        })?;
        operand.path.sub = Some(value.name.clone());
        Ok((operand, value))
    }
}

fn elements<'a>(resolved: &Resolved<'a>) -> Result<&'a Attribute, Error> {
    let attribute = resolved.attribute;
    if resolved.parent.is_none() && (attribute.is_complex() || attribute.multi_valued) {
        return Ok(attribute);
    }
    Err(Error::invalid_filter(format!(
        "'{}' is neither complex nor multi-valued, so it cannot be followed by a [filter]",
        resolved.path
    )))
}

fn literal(attribute: &Attribute, path: &Operand, op: CompareOp, value: &Value) -> Result<Value, Error> {
    let wrong_operator = || Err(Error::invalid_filter(format!("'{path}' cannot be compared with '{op}'")));
    let wrong_literal = |right: &str| Err(Error::invalid_filter(format!("'{path}' must be compared with {right}")));
    let is_equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
    match (attribute.kind, value) {
        (_, Value::Null) if is_equality => Ok(Value::Null),
        (_, Value::Null) => wrong_operator(),
        (AttributeType::Boolean, _) if !is_equality => wrong_operator(),
        (AttributeType::Boolean, Value::Bool(_)) => Ok(value.clone()),
        (AttributeType::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Value::Bool(true)),
        (AttributeType::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Value::Bool(false)),
        (AttributeType::Boolean, _) => wrong_literal("true or false"),
        (AttributeType::Integer | AttributeType::Decimal, _) if !is_equality && !op.is_ordering() => wrong_operator(),
        (AttributeType::Integer | AttributeType::Decimal, Value::Number(_)) => Ok(value.clone()),
        (AttributeType::Integer | AttributeType::Decimal, _) => wrong_literal("a number"),
        (AttributeType::Binary, _) if op.is_ordering() => wrong_operator(),
        (AttributeType::DateTime, Value::String(text)) if is_equality || op.is_ordering() => {
            if date_time::instant(text).is_none() {
                return wrong_literal("a dateTime such as \"2011-05-13T04:42:34Z\"");
            }
            Ok(value.clone())
        }
        (_, Value::String(_)) => Ok(value.clone()),
        _ => wrong_literal("a string in double quotes"),
    }
}
