//! A filter as a tree, and how it prints.

use super::operator::CompareOp;
use crate::path::{self, AttributePath};
use serde_json::Value;
use std::fmt;

/// A condition on a resource, or, inside brackets, on an element of a multi-valued attribute.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Filter {
    /// All hold. The parser never nests an `And` in an `And`.
    And(Vec<Filter>),
    /// At least one holds. The parser never nests an `Or` in an `Or`.
    Or(Vec<Filter>),
    /// The condition does not hold.
    Not(Box<Filter>),
    /// `userName eq "x"`.
    Compare(Comparison),
    /// `title pr`.
    Present(Operand),
    /// `emails[type eq "work" and value co "@example.com"]`: a single element matches all of it.
    Elements {
        /// The attribute whose elements are tested.
        path: AttributePath,
        /// What an element must match; its paths are sub-attributes.
        filter: Box<Filter>,
    },
}

/// A comparison with a literal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Comparison {
    /// The left side.
    pub path: Operand,
    /// The operator.
    pub op: CompareOp,
    /// The right side: a JSON string, number, boolean or null.
    pub value: Value,
}

/// The left side of a comparison: an attribute, or a sub-attribute of the elements that a selector picks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Operand {
    /// The attribute; without a selector it may name a sub-attribute.
    pub path: AttributePath,
    /// The filter in brackets after the attribute.
    pub selector: Option<Box<Filter>>,
    /// The name after the brackets; present exactly when there is a selector.
    pub sub: Option<String>,
}

impl Filter {
    /// Whether a checked selector tests a sub-attribute.
    pub fn mentions_sub(&self, sub: &str) -> bool {
        mentioned(self).iter().any(|(name, _)| *name == sub)
    }

    /// Whether a checked filter tests the attribute of a canonical path, or a part of it.
    pub fn mentions(&self, path: &AttributePath) -> bool {
        let same = |other: &AttributePath| other.schema == path.schema && other.attribute == path.attribute;
        match self {
            Self::And(filters) | Self::Or(filters) => filters.iter().any(|filter| filter.mentions(path)),
            Self::Not(filter) => filter.mentions(path),
            Self::Compare(comparison) => same(&comparison.path.path),
            Self::Present(operand) => same(&operand.path),
            Self::Elements { path, .. } => same(path),
        }
    }
}

impl Operand {
    /// An attribute without a selector.
    pub fn plain(path: AttributePath) -> Self {
        Self { path, selector: None, sub: None }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(items) => joined(f, items, " and ", |item| matches!(item, Self::And(_) | Self::Or(_))),
            Self::Or(items) => joined(f, items, " or ", |item| matches!(item, Self::Or(_))),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Compare(Comparison { path, op, value }) => write!(f, "{path} {op} {value}"),
            Self::Present(path) => write!(f, "{path} pr"),
            Self::Elements { path, filter } => write!(f, "{path}[{filter}]"),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let selector = self.selector.as_deref().map(|selector| selector as &dyn fmt::Display);
        path::write_selected(f, &self.path, selector, self.sub.as_deref())
    }
}

/// The sub-attributes that a selector tests, each with the value that an element must have, where the selector demands one.
pub(crate) fn mentioned(selector: &Filter) -> Vec<(&str, Option<&Value>)> {
    match selector {
        Filter::And(items) => items.iter().flat_map(mentioned).collect(),
        Filter::Or(items) => items.iter().flat_map(mentioned).map(|(name, _)| (name, None)).collect(),
        Filter::Not(inner) => mentioned(inner).into_iter().map(|(name, _)| (name, None)).collect(),
        Filter::Compare(Comparison { path, op, value }) => {
            vec![(path.path.attribute.as_str(), (*op == CompareOp::Eq).then_some(value))]
        }
        Filter::Present(path) => vec![(path.path.attribute.as_str(), None)],
        Filter::Elements { .. } => Vec::new(),
    }
}

fn joined(
    f: &mut fmt::Formatter<'_>,
    items: &[Filter],
    separator: &str,
    needs_parentheses: impl Fn(&Filter) -> bool,
) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        if needs_parentheses(item) { write!(f, "({item})")? } else { write!(f, "{item}")? }
    }
    Ok(())
}
