//! The comparison operators of filters (RFC 7644 table 3).

use crate::compare::{lower, order, same};
use crate::schema::Attribute;
use serde_json::Value;
use std::cmp::Ordering;
use std::fmt;

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

impl CompareOp {
    /// The keyword on the wire.
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

    /// Parses a keyword, in any case.
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

    /// Whether the comparison holds for an attribute without a value, which equals nothing but `null`.
    pub(super) fn holds_without_value(self, literal: &Value) -> bool {
        match self {
            Self::Eq => literal.is_null(),
            Self::Ne => !literal.is_null(),
            _ => false,
        }
    }

    /// Whether `stored op literal` holds.
    pub(super) fn holds(self, attribute: &Attribute, stored: Option<&Value>, literal: &Value) -> bool {
        let Some(stored) = stored else { return self.holds_without_value(literal) };
        match self {
            Self::Eq => same(attribute, stored, literal),
            Self::Ne => !same(attribute, stored, literal),
            Self::Co => texts(attribute, stored, literal, |stored, literal| stored.contains(literal)),
            Self::Sw => texts(attribute, stored, literal, |stored, literal| stored.starts_with(literal)),
            Self::Ew => texts(attribute, stored, literal, |stored, literal| stored.ends_with(literal)),
            Self::Gt => order(attribute, stored, literal).is_some_and(Ordering::is_gt),
            Self::Ge => order(attribute, stored, literal).is_some_and(Ordering::is_ge),
            Self::Lt => order(attribute, stored, literal).is_some_and(Ordering::is_lt),
            Self::Le => order(attribute, stored, literal).is_some_and(Ordering::is_le),
        }
    }
}

impl fmt::Display for CompareOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn texts(attribute: &Attribute, stored: &Value, literal: &Value, holds: impl Fn(&str, &str) -> bool) -> bool {
    let (Some(stored), Some(literal)) = (stored.as_str(), literal.as_str()) else { return false };
    if attribute.is_case_exact() {
        return holds(stored, literal);
    }
    holds(&lower(stored), &lower(literal))
}
