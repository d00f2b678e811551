//! Numbered pages (S-14). Samanage may give less than asked, so that neither the page's number nor a short page says
//! where one is: `X-Per-Page` says how large its pages are and `X-Total-Pages` how many there are.

use crate::api::Api;
use crate::record;
use scim_connector_sdk::{Answer, Fault, Object, PageRequest, Value};

/// Rows asked for where the host does not say how many.
const LARGEST: u32 = 100;

/// A list of the API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List<'l> {
    /// `/users.json`.
    pub(crate) path: &'l str,
    /// What one row may be wrapped in: `user`.
    pub(crate) singular: &'l str,
    /// Query parameters that narrow it.
    pub(crate) filters: &'l [(&'l str, &'l str)],
}

/// A part of a list.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Object>,
    pub(crate) total: Option<u64>,
    /// The size of Samanage's pages when it is not what was asked for.
    pub(crate) limit: Option<u32>,
    pub(crate) more: bool,
}

impl List<'_> {
    /// The part that the host asks for, realigned when Samanage's pages are smaller.
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

    /// The first row, over all pages, of which something is made.
    pub(crate) fn find_map<T>(
        self,
        api: Api<'_>,
        mut make: impl FnMut(Object) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        let mut size = LARGEST;
        for number in 1.. {
            let page = self.page(api, number, size)?;
            let empty = page.rows.is_empty();
            if let Some(found) = page.rows.into_iter().find_map(&mut make) {
                return Ok(Some(found));
            }
            if empty || !page.more {
                break;
            }
            size = page.limit.unwrap_or(size);
        }
        Ok(None)
    }

    /// All rows of which something is made.
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
            return Err(Fault::bad_answer(format!("Samanage answered {} with something that is no list", self.path)));
        };
        let count = rows.len();
        let rows: Vec<Object> = rows
            .into_iter()
            .filter_map(|row| record::unwrapped(row, self.singular))
            .filter(|row| record::id(row).is_some())
            .collect();
        if rows.len() < count {
            return Err(Fault::bad_answer(format!("Samanage answered {} with rows that have no id", self.path)));
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

/// A list is never unknown, and a client that is told 404 believes that a resource is.
pub(crate) fn missing(path: &str) -> Fault {
    Fault::bad_answer(format!("Samanage has no {path}: the base URL may be wrong"))
}

fn number_in(answer: &Answer, header: &str) -> Option<u64> {
    answer.header(header)?.trim().parse().ok()
}
