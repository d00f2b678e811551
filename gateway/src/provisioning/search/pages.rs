//! From SCIM's window (`startIndex`, `count`) to the app's pages and back.
//!
//! SCIM lets a client start anywhere; an app with numbered pages starts only at multiples of the page size. A page size
//! is chosen that holds the whole window in one page where one exists, so that one request is one app call.

use super::super::listing::PageSpan;
use crate::connectors::{Paging, PagingKind};

/// The part of a result that a client wants, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) start: u64,
    pub(super) count: u64,
}

impl Window {
    /// The first index behind the window.
    pub(super) const fn end(self) -> u64 {
        self.start.saturating_add(self.count)
    }

    /// What is left of it behind the first `count` of all.
    pub(super) const fn behind(self, count: u64) -> Self {
        let end = self.end();
        let start = if self.start > count { self.start } else { count };
        Self { start: start - count, count: end.saturating_sub(start) }
    }

    /// The page to begin with. A window of nothing still asks for one resource, to learn how many there are.
    pub(super) fn first_page(self, paging: Paging) -> PageSpan {
        let max = paging.max_page_size.max(1);
        let count = u32::try_from(self.count.clamp(1, u64::from(max))).unwrap_or(max);
        match paging.kind {
            PagingKind::Index => PageSpan { offset: self.start, limit: count },
            PagingKind::Cursor => PageSpan { offset: 0, limit: max },
            PagingKind::Page => {
                let last = self.end().saturating_sub(1).max(self.start);
                let holds_all = |limit: &u32| self.start / u64::from(*limit) == last / u64::from(*limit);
                let limit = (count..=max).find(holds_all).unwrap_or(max);
                PageSpan { offset: self.start - self.start % u64::from(limit), limit }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(kind: PagingKind, start: u64, count: u64) -> (u64, u32) {
        let page = Window { start, count }.first_page(Paging { kind, max_page_size: 100 });
        (page.offset, page.limit)
    }

    #[test]
    fn a_window_is_held_by_one_page_where_a_page_size_allows() {
        for (start, count, expected) in [
            (0, 10, (0, 10)),
            (10, 10, (10, 10)),
            (0, 100, (0, 100)),
            (100, 100, (100, 100)),
            (5, 10, (0, 15)),
            (3, 2, (3, 3)),
            (0, 0, (0, 1)),
            (7, 0, (7, 1)),
            (0, 1000, (0, 100)),
            (150, 100, (100, 100)),
        ] {
            assert_eq!(first(PagingKind::Page, start, count), expected, "start {start} count {count}");
        }
    }

    #[test]
    fn a_window_goes_on_behind_what_came_before() {
        for (start, count, before, expected) in
            [(0, 10, 0, (0, 10)), (0, 10, 4, (0, 6)), (5, 10, 3, (2, 10)), (5, 10, 15, (0, 0)), (5, 10, 99, (0, 0))]
        {
            assert_eq!(Window { start, count }.behind(before), Window { start: expected.0, count: expected.1 });
        }
    }

    #[test]
    fn pages_by_number_begin_at_multiples_of_their_size_and_never_behind_the_window() {
        for start in 0..250 {
            for count in 1..=100 {
                let (offset, limit) = first(PagingKind::Page, start, count);
                assert_eq!(offset % u64::from(limit), 0);
                assert!(offset <= start && start < offset + u64::from(limit), "{start} {count} {offset} {limit}");
            }
        }
    }

    #[test]
    fn pages_by_index_begin_with_the_window_and_pages_by_cursor_at_the_beginning() {
        assert_eq!(first(PagingKind::Index, 37, 10), (37, 10));
        assert_eq!(first(PagingKind::Cursor, 37, 10), (0, 100));
    }
}
