//! A search: comparisons that must all hold, and the requested part of the result.

use crate::{Stored, Value};

/// `field operator value`, drawn from the filters that the descriptor declares.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// A field path as the descriptor lists it.
    pub field: String,
    /// `eq`, `sw`, … in lower case.
    pub operator: String,
    /// The value to compare with.
    pub value: Value,
}

/// The requested part of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// How many resources precede it; a multiple of `limit` if the descriptor's paging is `page`.
    pub offset: u64,
    /// How many resources are requested, at least 1.
    pub limit: u32,
    /// The previous page's `next`; only if the paging is `cursor`.
    pub cursor: Option<String>,
}

impl PageRequest {
    /// The number of the page, from 1, for an app with numbered pages.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.offset / u64::from(self.limit.max(1)) + 1
    }
}

/// A search. A connector may return more resources than match, but never fewer: the host filters again.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Comparisons that must all hold.
    pub comparisons: Vec<Comparison>,
    /// The requested part.
    pub page: PageRequest,
    /// Fields that the documents may omit.
    pub omit: Vec<String>,
}

impl Query {
    /// Whether a field may be omitted.
    #[must_use]
    pub fn omits(&self, field: &str) -> bool {
        self.omit.iter().any(|omitted| omitted == field)
    }
}

/// One page of a result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The resources.
    pub resources: Vec<Stored>,
    /// How many resources match in all; `None` if the app does not say, or if some were omitted here.
    pub total: Option<u64>,
    /// The page size that the app used, if it differs from the requested one.
    pub limit: Option<u32>,
    /// Whether more pages follow.
    pub more: bool,
    /// Where the next page starts; only if the paging is `cursor`.
    pub next: Option<String>,
}
