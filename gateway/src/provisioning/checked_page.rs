//! A page of a connector's search that does not contradict the request or itself.

use crate::connectors::{Contradiction, PagingKind, Query, SearchPage, Stored};
use std::collections::HashSet;

/// A page that was checked. There is no other way to a page, so that no connector is believed more than another.
#[derive(Debug)]
pub(super) struct CheckedPage {
    /// In the app's order, which is the same for all pages.
    pub(super) resources: Vec<Stored>,
    /// How many resources match, if the app tells.
    pub(super) total: Option<u64>,
    /// The app's page size where it is smaller than the requested one.
    pub(super) limit: Option<u32>,
    /// Whether more pages follow.
    pub(super) more: bool,
    /// Where the next page starts, if paging is by cursor.
    pub(super) next: Option<String>,
    _checked: (),
}

impl CheckedPage {
    /// Checks a page that was answered to this query.
    pub(super) fn new(kind: PagingKind, query: &Query, page: SearchPage) -> Result<Self, Contradiction> {
        size(query, &page)?;
        ids(&page.resources)?;
        match kind {
            PagingKind::Cursor => by_cursor(query, &page)?,
            PagingKind::Index => by_offset(query, &page, 0)?,
            // A page of the app that is smaller than the requested one may have begun before the offset.
            PagingKind::Page => by_offset(query, &page, query.offset % u64::from(page_size(query, &page)))?,
        }
        let SearchPage { resources, total, limit, more, next } = page;
        let limit = limit.filter(|limit| *limit != query.limit && *limit > 0);
        let next = next.filter(|_| more && kind == PagingKind::Cursor);
        Ok(Self { resources, total, limit, more, next, _checked: () })
    }
}

fn page_size(query: &Query, page: &SearchPage) -> u32 {
    page.limit.filter(|limit| *limit > 0).unwrap_or(query.limit).max(1)
}

fn size(query: &Query, page: &SearchPage) -> Result<(), Contradiction> {
    if let Some(limit) = page.limit.filter(|limit| *limit > query.limit) {
        return Err(Contradiction::LargerPages { limit, asked: query.limit });
    }
    let (returned, limit) = (page.resources.len(), page_size(query, page));
    if returned as u64 > u64::from(limit) { Err(Contradiction::TooMany { returned, limit }) } else { Ok(()) }
}

fn ids(resources: &[Stored]) -> Result<(), Contradiction> {
    let mut ids = HashSet::with_capacity(resources.len());
    match resources.iter().find(|stored| !ids.insert(stored.id.as_str())) {
        Some(stored) => Err(Contradiction::Twice { id: stored.id.clone() }),
        None => Ok(()),
    }
}

/// Where a page begins is known by its cursor alone, and it may have any size.
fn by_cursor(query: &Query, page: &SearchPage) -> Result<(), Contradiction> {
    if page.more && page.next.is_none() {
        return Err(Contradiction::NoNext);
    }
    let reached = page.resources.len() as u64;
    match page.total {
        Some(total) if reached > total => Err(Contradiction::BeyondTotal { total, reached }),
        Some(total) if query.cursor.is_none() && !page.more && reached < total => {
            Err(Contradiction::EndsEarly { total, reached })
        }
        _ => Ok(()),
    }
}

/// The page begins behind the first `offset`, of which `inside` are on the same page of the app.
fn by_offset(query: &Query, page: &SearchPage, inside: u64) -> Result<(), Contradiction> {
    let Some(total) = page.total else { return Ok(()) };
    let (offset, returned) = (query.offset, page.resources.len());
    let reached = offset.saturating_add(returned as u64);
    if returned > 0 && reached > total {
        return Err(Contradiction::BeyondTotal { total, reached });
    }
    if !page.more && reached < total {
        return Err(Contradiction::EndsEarly { total, reached });
    }
    if page.more && offset >= total {
        return Err(Contradiction::GoesOn { total, offset });
    }
    let room = u64::from(page_size(query, page)).saturating_sub(inside);
    let expected = room.min(total.saturating_sub(offset));
    if (returned as u64) < expected {
        return Err(Contradiction::Short { total, returned, expected });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(id: u64) -> Stored {
        Stored { id: id.to_string(), document: None, version: None, unresolved: Vec::new() }
    }

    /// A page of `count` resources behind the first `offset`, ten of which were requested.
    fn page(offset: u64, count: u64, total: Option<u64>, more: bool) -> (Query, SearchPage) {
        let resources = (offset..offset + count).map(stored).collect();
        let query = Query { offset, limit: 10, ..Query::default() };
        (query, SearchPage { resources, total, limit: None, more, next: None })
    }

    #[test]
    fn a_page_that_agrees_with_itself_is_taken() {
        for (offset, count, total, more) in [
            (0, 10, Some(25), true),
            (20, 5, Some(25), false),
            (30, 0, Some(25), false),
            (0, 0, Some(0), false),
            (0, 7, None, true),
            (0, 0, None, true),
            (0, 10, None, false),
            // It could have known that nothing follows.
            (0, 10, Some(10), true),
        ] {
            let (query, page) = page(offset, count, total, more);
            assert!(CheckedPage::new(PagingKind::Index, &query, page).is_ok(), "{offset} {count} {total:?} {more}");
        }
    }

    #[test]
    fn a_page_that_contradicts_the_request_or_itself_is_not() {
        use Contradiction::{BeyondTotal, EndsEarly, GoesOn, Short, TooMany};
        for (offset, count, total, more, expected) in [
            (0, 11, None, false, TooMany { returned: 11, limit: 10 }),
            (0, 10, Some(234), false, EndsEarly { total: 234, reached: 10 }),
            (0, 10, Some(5), false, BeyondTotal { total: 5, reached: 10 }),
            (20, 10, Some(25), true, BeyondTotal { total: 25, reached: 30 }),
            (0, 6, Some(25), true, Short { total: 25, returned: 6, expected: 10 }),
            (30, 0, Some(25), true, GoesOn { total: 25, offset: 30 }),
        ] {
            let (query, page) = page(offset, count, total, more);
            let found = CheckedPage::new(PagingKind::Index, &query, page).unwrap_err();
            assert_eq!(found, expected, "{offset} {count} {total:?} {more}");
        }
    }

    #[test]
    fn an_id_is_on_a_page_once() {
        let (query, mut page) = page(0, 3, None, false);
        page.resources.push(stored(1));
        let found = CheckedPage::new(PagingKind::Index, &query, page).unwrap_err();
        assert_eq!(found, Contradiction::Twice { id: "1".to_owned() });
    }

    #[test]
    fn smaller_pages_are_said_and_larger_ones_never_right() {
        for (kind, offset, count, limit, is_right) in [
            (PagingKind::Index, 0, 4, 4, true),
            (PagingKind::Index, 10, 4, 4, true),
            (PagingKind::Index, 0, 5, 4, false),
            (PagingKind::Index, 0, 3, 4, false),
            (PagingKind::Index, 0, 10, 11, false),
            // Of the app's third page of four, the second half is behind the first ten.
            (PagingKind::Page, 10, 2, 4, true),
            (PagingKind::Page, 10, 1, 4, false),
        ] {
            let (query, page) = page(offset, count, Some(25), true);
            let page = SearchPage { limit: Some(limit), ..page };
            let found = CheckedPage::new(kind, &query, page);
            assert_eq!(found.is_ok(), is_right, "{kind:?} {offset} {count} {limit}: {found:?}");
        }
    }

    #[test]
    fn a_page_by_cursor_may_be_short_and_names_the_next_one() {
        let next = |next: Option<&str>| next.map(str::to_owned);
        for (cursor, count, total, more, token, is_right) in [
            (None, 3, Some(25), true, Some("b"), true),
            (Some("b"), 3, Some(25), false, None, true),
            (None, 3, Some(25), true, None, false),
            (None, 3, Some(25), false, None, false),
            (Some("b"), 3, Some(2), false, None, false),
        ] {
            let (query, page) = page(0, count, total, more);
            let query = Query { cursor: next(cursor), ..query };
            let page = SearchPage { next: next(token), ..page };
            let found = CheckedPage::new(PagingKind::Cursor, &query, page);
            assert_eq!(found.is_ok(), is_right, "{cursor:?} {count} {total:?} {more} {token:?}: {found:?}");
        }
    }
}
