//! A search: comparisons that must all hold, and which part of the result is asked for.

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

/// Which part of the result is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// How many resources come before it; a multiple of `limit` where the descriptor says paging is `page`.
    pub offset: u64,
    /// How many are wanted, 1 or more.
    pub limit: u32,
    /// What the page before gave as `next`; only where paging is `cursor`.
    pub cursor: Option<String>,
}

impl PageRequest {
    /// The number of the page, from 1, for an app with numbered pages.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.offset / u64::from(self.limit.max(1)) + 1
    }
}

/// What to search for. A connector may return more than asked, never less: the host filters again.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// They must all hold.
    pub comparisons: Vec<Comparison>,
    /// Which part is asked for.
    pub page: PageRequest,
    /// Fields that need not be in the documents.
    pub omit: Vec<String>,
}

impl Query {
    /// Whether the host does not need a field.
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
    /// How many match in all; nothing when the app does not say or when some were left out here.
    pub total: Option<u64>,
    /// The page size that the app really used, when it is not the one asked for.
    pub limit: Option<u32>,
    /// Whether more pages follow.
    pub more: bool,
    /// Where the next page starts; only where paging is `cursor`.
    pub next: Option<String>,
}
