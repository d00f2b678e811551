//! A resource's position in an order.

use crate::compare::order_numbers;
use serde_json::Number;
use std::cmp::Ordering;

/// A resource's position in the order; smaller comes first.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    pub(super) value: Option<Scalar>,
    pub(super) descending: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Boolean(bool),
    Number(Number),
    Instant(jiff::Timestamp),
    Text(String),
}

impl Eq for SortKey {}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        let ascending = match (&self.value, &other.value) {
            (Some(one), Some(other)) => one.order(other),
            (one, other) => other.is_some().cmp(&one.is_some()),
        };
        if self.descending { ascending.reverse() } else { ascending }
    }
}

impl Scalar {
    /// Values of one attribute have one type; if an app mixes types, they are grouped.
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Boolean(one), Self::Boolean(other)) => one.cmp(other),
            (Self::Number(one), Self::Number(other)) => order_numbers(one, other).unwrap_or(Ordering::Equal),
            (Self::Instant(one), Self::Instant(other)) => one.cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (one, other) => one.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Boolean(_) => 0,
            Self::Number(_) => 1,
            Self::Instant(_) => 2,
            Self::Text(_) => 3,
        }
    }
}
