//! Numbered pages (S-14). Samanage may return smaller pages than requested, so neither a page's number nor a short page tells
//! the position in the list. `X-Per-Page` gives the page size and `X-Total-Pages` the number of pages.

use crate::api::Api;
use crate::record;
use scim_connector_sdk::{Answer, Fault, Object, PageRequest, Value};
use std::collections::HashSet;
use std::ops::ControlFlow;

/// The page size if the host does not request one.
const LARGEST: u32 = 100;

/// A list of the API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List<'l> {
    /// `/users.json`.
    pub(crate) path: &'l str,
    /// What one row may be wrapped in: `user`.
    pub(crate) singular: &'l str,
    /// Query parameters that filter it.
    pub(crate) filters: &'l [(&'l str, &'l str)],
}

/// A part of a list.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Object>,
    pub(crate) total: Option<u64>,
    /// Samanage's page size, if it differs from the requested one.
    pub(crate) limit: Option<u32>,
    pub(crate) more: bool,
}

impl List<'_> {
    /// The part that the host requests, realigned if Samanage's pages are smaller.
    pub(crate) fn part(self, api: Api<'_>, asked: &PageRequest) -> Result<Rows, Fault> {
        let mut page = self.page(api, asked.number(), asked.limit)?;
        let Some(actual) = page.limit else { return Ok(page) };
        let size = u64::from(actual);
        let number = asked.offset / size + 1;
        if number != asked.number() {
            page = Rows { limit: Some(actual), ..self.page(api, number, actual)? };
        }
        let before = usize::try_from(asked.offset % size).unwrap_or(0).min(page.rows.len());
        page.rows.drain(..before);
        Ok(page)
    }

    /// All pages, until `take` has enough of them.
    pub(crate) fn each_page(self, api: Api<'_>, mut take: impl FnMut(Rows) -> ControlFlow<()>) -> Result<(), Fault> {
        let (mut size, mut first_ids) = (LARGEST, HashSet::new());
        for number in 1.. {
            let page = self.page(api, number, size)?;
            let first = page.rows.first().and_then(record::id);
            let is_last = !page.more || first.is_none();
            if first.is_some_and(|first| !first_ids.insert(first)) {
                return Err(Fault::bad_answer(format!("Samanage returned the same page of {} twice", self.path)));
            }
            size = page.limit.unwrap_or(size);
            if take(page).is_break() || is_last {
                break;
            }
        }
        Ok(())
    }

    /// The first result of `make`, over the rows of all pages.
    pub(crate) fn find_map<T>(
        self,
        api: Api<'_>,
        mut make: impl FnMut(Object) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        let mut found = None;
        self.each_page(api, |page| {
            found = page.rows.into_iter().find_map(&mut make);
            if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(found)
    }

    /// All results of `make`, over the rows of all pages.
    pub(crate) fn collect<T>(self, api: Api<'_>, mut make: impl FnMut(Object) -> Option<T>) -> Result<Vec<T>, Fault> {
        let mut all = Vec::new();
        self.find_map(api, |row| {
            all.extend(make(row));
            None::<()>
        })?;
        Ok(all)
    }

    fn page(self, api: Api<'_>, number: u64, size: u32) -> Result<Rows, Fault> {
        let mut call = api.get(self.path);
        for (name, value) in self.filters {
            call = call.query(*name, *value);
        }
        let answer = call.query("page", number.to_string()).query("per_page", size.to_string()).send()?;
        if answer.status == 404 {
            return Err(missing(self.path));
        }
        let answer = answer.ok()?;
        let Value::Array(rows) = answer.json()? else {
            return Err(Fault::bad_answer(format!("Samanage did not return a list for {}", self.path)));
        };
        let count = rows.len();
        let rows: Vec<Object> = rows
            .into_iter()
            .filter_map(|row| record::unwrapped(row, self.singular))
            .filter(|row| record::id(row).is_some())
            .collect();
        if rows.len() < count {
            return Err(Fault::bad_answer(format!("Samanage returned rows without an id for {}", self.path)));
        }
        if let Some(current) = number_in(&answer, "x-current-page").filter(|current| *current != number) {
            let detail = format!("Samanage was asked for page {number} of {} and returned page {current}", self.path);
            return Err(Fault::bad_answer(detail));
        }
        let actual = number_in(&answer, "x-per-page").and_then(|size| u32::try_from(size).ok());
        let limit = actual.filter(|actual| *actual > 0 && *actual < size);
        let more = match number_in(&answer, "x-total-pages") {
            Some(pages) => number < pages,
            None if answer.header("link").is_some_and(|link| link.contains("rel=\"next\"")) => true,
            None => count >= usize::try_from(limit.unwrap_or(size)).unwrap_or(usize::MAX),
        };
        Ok(Rows { rows, total: number_in(&answer, "x-total-count"), limit, more })
    }
}

/// The fault for a missing list. It is not 404, because the client would take that for a missing resource.
pub(crate) fn missing(path: &str) -> Fault {
    Fault::bad_answer(format!("Samanage has no {path}; check the base URL"))
}

fn number_in(answer: &Answer, header: &str) -> Option<u64> {
    answer.header(header)?.trim().parse().ok()
}
