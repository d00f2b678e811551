//! Filters: RFC 7644 §3.4.2.2, and the value paths that PATCH paths share with it.
//!
//! The whole grammar of figure 1 is accepted. Beyond it, by name:
//! - **value-path comparison**: `emails[type eq "work"].value eq "x"`, which Entra sends when a value of a multi-valued
//!   attribute is its matching attribute; the grammar ends a value path at the bracket;
//! - **any case** for operators and for `true`, `false`, `null`; any run of spaces where the grammar has one;
//! - **boolean as text**: `active eq "True"`, which [`Filter::check`] turns into `true`.
//!
//! Parsing is bounded in length and depth, so that a hostile filter cannot exhaust the stack of anything that walks it.

use std::fmt;

use serde_json::Value;

use crate::{
    Object, ResourceType,
    error::Error,
    path::{self, AttributePath},
};

mod check;
mod compare;
mod evaluate;
mod narrow;
mod parse;

pub(crate) use check::selector as check_selector;
pub(crate) use compare::{lower as fold_case, order_numbers, same};
pub(crate) use evaluate::element as matches_element;
pub(crate) use parse::slot as parse_slot;

/// The longest filter that is read, in bytes.
pub const MAX_LENGTH: usize = 16 * 1024;

/// How deep parentheses and brackets may nest.
pub const MAX_DEPTH: usize = 64;

/// A condition on a resource, or, inside brackets, on an element of a multi-valued attribute.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Filter {
    /// All hold. The parser makes no `And` inside an `And`.
    And(Vec<Filter>),
    /// At least one holds. The parser makes no `Or` inside an `Or`.
    Or(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// `userName eq "x"`.
    Compare(Comparison),
    /// `title pr`.
    Present(Operand),
    /// `emails[type eq "work" and value co "@example.com"]`: one element fulfils all of it.
    Elements {
        /// The attribute whose elements are looked at.
        path: AttributePath,
        /// What an element must fulfil; its paths are sub-attributes.
        filter: Box<Filter>,
    },
}

/// A comparison with a literal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Comparison {
    /// What is compared.
    pub path: Operand,
    /// How.
    pub op: CompareOp,
    /// A JSON string, number, boolean or null.
    pub value: Value,
}

/// What is compared: an attribute, or a sub-attribute of the elements that a selector picks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Operand {
    /// The attribute; without a selector it may name a sub-attribute.
    pub path: AttributePath,
    /// In brackets after the attribute.
    pub selector: Option<Box<Filter>>,
    /// After the brackets; present exactly when there is a selector.
    pub sub: Option<String>,
}

/// The comparison operators of RFC 7644 table 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater than.
    Gt,
    /// Greater than or equal.
    Ge,
    /// Less than.
    Lt,
    /// Less than or equal.
    Le,
}

impl Filter {
    /// Reads a filter. Names and literals are as the client wrote them; [`Filter::check`] makes them canonical.
    ///
    /// # Errors
    /// 400 `invalidFilter` that says the column and what was expected there.
    pub fn parse(text: &str) -> Result<Self, Error> {
        parse::filter(text)
    }

    /// The same filter in the words of the resource type: canonical paths, literals of the attributes' types, a
    /// complex attribute's `value` where the attribute itself is compared.
    ///
    /// # Errors
    /// 400 `invalidFilter` for an unknown attribute, an attribute that is never returned, a literal of the wrong type and an
    /// operator that the type does not have (RFC 7644 §3.4.2.2: no order of booleans and binaries).
    pub fn check(&self, resource_type: &ResourceType) -> Result<Self, Error> {
        check::filter(self, resource_type)
    }

    /// As [`Filter::check`], for one of several resource types in one list: an attribute that this one does not have has no
    /// value (RFC 7644 §3.4.2.1).
    ///
    /// # Errors
    /// 400 `invalidFilter` as [`Filter::check`], except for an unknown attribute.
    pub fn check_among(&self, resource_type: &ResourceType) -> Result<Self, Error> {
        check::filter_among(self, resource_type)
    }

    /// A checked filter without what the resource type alone decides, such as `meta.resourceType eq "User"`; nothing is left of
    /// one that all its resources fulfil.
    pub fn narrowed(self, resource_type: &ResourceType) -> Option<Self> {
        Some(narrow::narrow(self, resource_type)).filter(|left| *left != narrow::constant(true))
    }

    /// Whether no resource can fulfil a narrowed filter.
    pub fn is_never(&self) -> bool {
        *self == narrow::NEVER
    }

    /// Whether a resource with canonical names fulfils a filter that [`Filter::check`] returned.
    ///
    /// An element of a multi-valued attribute suffices. An attribute without a value is not equal to anything but `null`,
    /// so `ne` holds for it and every other operator does not.
    pub fn matches(&self, resource_type: &ResourceType, resource: &Object) -> bool {
        evaluate::resource(self, resource_type, resource)
    }

    /// Whether a checked selector looks at a sub-attribute.
    pub fn mentions_sub(&self, sub: &str) -> bool {
        mentioned(self).iter().any(|(name, _)| *name == sub)
    }

    /// Whether a checked filter reads the attribute of a canonical path, or a part of it.
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

impl CompareOp {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }

    /// The operator that a word names, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        const ALL: [CompareOp; 9] = [
            CompareOp::Eq,
            CompareOp::Ne,
            CompareOp::Co,
            CompareOp::Sw,
            CompareOp::Ew,
            CompareOp::Gt,
            CompareOp::Ge,
            CompareOp::Lt,
            CompareOp::Le,
        ];
        ALL.into_iter().find(|op| op.as_str().eq_ignore_ascii_case(word))
    }

    /// `gt`, `ge`, `lt` and `le`.
    pub fn is_ordering(self) -> bool {
        matches!(self, Self::Gt | Self::Ge | Self::Lt | Self::Le)
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
        path::write(f, &self.path, self.selector.as_deref(), self.sub.as_deref())
    }
}

impl fmt::Display for CompareOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The sub-attributes that a selector looks at, each with the value that an element must have there, if the selector says so.
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
