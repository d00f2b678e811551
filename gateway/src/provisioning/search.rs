//! `GET /Users` and `POST /Users/.search` (RFC 7644 §3.4.2, §3.4.3).
//!
//! What the app can compare, it compares; the whole filter is evaluated here again on what it answers, so that an app whose
//! search is approximate still gives exact results. Pages are taken one at a time and only the client's window is held.

use super::answer::{Answer, Failure};
use super::connected::comparison;
use super::pages::{PageSpan, Window};
use super::request::SearchText;
use super::work::{Current, Work};
use super::{inactive, membership};
use crate::connectors::{FieldComparison, Page, Paging, Query, Stored};
use scim_protocol::filter::{CompareOp, Filter};
use scim_protocol::list::ListResponse;
use scim_protocol::{Error, Object, Slot, Uniqueness};
use serde_json::Value;
use std::collections::HashSet;

/// Resources in an answer when the client does not say, and at the most.
const DEFAULT_COUNT: u64 = 100;
/// The most resources in one answer.
pub(super) const MAX_COUNT: u64 = 200;
/// Resources that are looked at for one request whose filter the app cannot evaluate.
const MAX_SCANNED: u64 = 20_000;

/// Finds resources and answers a ListResponse, an empty one where nothing matches.
pub(super) async fn search(work: &mut Work<'_>, text: &SearchText) -> Result<Answer, Failure> {
    let window = window(text)?;
    let filter = match &text.filter {
        Some(text) => Some(Filter::parse(text)?.check(&work.kind.scim)?),
        None => None,
    };
    let mut found = Found { window, total: 0, resources: Vec::new(), seen: HashSet::new() };
    inactive::finish_all(work).await?;
    match &filter {
        None => all(work, &mut found).await?,
        Some(filter) => {
            let wants = |slot: &Slot| work.projection.wants(&slot.path) || filter.mentions(&slot.path);
            let omit = work.kind.mapping.omit(wants);
            if let Some(id) = required_id(filter) {
                take_by_id(work, filter, id, &omit, &mut found).await?;
            } else if inactive::has_the_name(work, filter).await? {
                // Nobody else has it, in the app or here.
            } else if !by_kept(work, filter, &omit, &mut found).await? {
                scan(work, filter, omit, &mut found).await?;
            }
        }
    }
    if filter.as_ref().and_then(required_id).is_none() {
        inactive::take_matching(work, filter.as_ref(), &mut found).await?;
    }
    let list = ListResponse::page(found.total, window.start + 1, found.resources);
    Ok(Answer::ok(serde_json::to_value(list).unwrap_or_default()))
}

/// What the client gets.
pub(super) struct Found {
    pub(super) window: Window,
    /// How many match, so far.
    pub(super) total: u64,
    /// Those in the window.
    pub(super) resources: Vec<Object>,
    /// Ids that were looked at: what the store knew may come again from the app.
    seen: HashSet<String>,
}

impl Found {
    /// Counts a match and says whether it is in the client's window.
    fn takes_next(&mut self) -> bool {
        let index = self.total;
        self.total += 1;
        (self.window.start..self.window.end()).contains(&index)
    }
}

fn window(text: &SearchText) -> Result<Window, Error> {
    // RFC 7644 §3.4.2.4: a start below 1 is 1, a negative count is 0.
    let start = number("startIndex", text.start_index.as_deref())?.unwrap_or(1).max(1);
    let count = number("count", text.count.as_deref())?.map_or(DEFAULT_COUNT, |count| count.max(0).unsigned_abs());
    Ok(Window { start: start.unsigned_abs() - 1, count: count.min(MAX_COUNT) })
}

fn number(name: &str, text: Option<&str>) -> Result<Option<i64>, Error> {
    text.map(|text| {
        text.trim().parse().map_err(|_| Error::invalid_value(format!("{name} must be an integer, not `{text}`")))
    })
    .transpose()
}

/// Without a filter, the window is mapped onto the app's pages; where the app does not say how many there are, all
/// pages are walked to count them.
async fn all(work: &mut Work<'_>, found: &mut Found) -> Result<(), Failure> {
    let omit = work.omitted();
    let window = found.window;
    let mut span = window.first_page(work.kind.abilities.paging);
    let mut page_now = page(work, Vec::new(), span, None, &omit).await?;
    if let Some(limit) = other_limit(&page_now, span) {
        // The app pages in a size of its own: the window falls differently onto its pages.
        span = window.first_page(Paging { max_page_size: limit, ..work.kind.abilities.paging });
        page_now = page(work, Vec::new(), span, None, &omit).await?;
    }
    let Some(total) = page_now.total.filter(|_| other_limit(&page_now, span).is_none()) else {
        return walk(work, None, Vec::new(), omit, found).await;
    };
    found.total = total;
    loop {
        let (next, more) = (page_now.next.take(), page_now.more);
        let indexed = (span.offset..).zip(page_now.resources);
        let wanted = indexed.filter(|(index, _)| (window.start..window.end()).contains(index));
        for current in currents(work, wanted.map(|(_, stored)| stored).collect(), &omit).await? {
            found.resources.push(work.present(current));
        }
        span = span.next();
        if !more || span.offset >= window.end() {
            return Ok(());
        }
        page_now = page(work, Vec::new(), span, next, &omit).await?;
    }
}

/// The page size that the app used instead of the one that it was asked for.
fn other_limit(page: &Page, asked: PageSpan) -> Option<u32> {
    page.limit.filter(|limit| *limit != asked.limit && *limit > 0)
}

/// Comparisons with what the store keeps: the resources are read by their ids. Says whether that settled the filter: a
/// kept value that has gone stale in the app proves nothing, and one that need not be unique may be another resource's own
/// in the app; then the app is asked, too.
async fn by_kept(work: &mut Work<'_>, filter: &Filter, omit: &[String], found: &mut Found) -> Result<bool, Failure> {
    for kept in work.kind.mapping.kept_comparisons(filter) {
        let (instance, kind) = (&work.instance.name, &work.kind.scim.name);
        for id in work.instance.store.find_kept(instance, kind, &kept.slot, &kept.value).await? {
            take_by_id(work, filter, &id, omit, found).await?;
        }
        if !work.kind.mapping.is_in_app(&kept.slot) || (found.total > 0 && is_unique(work, &kept.slot)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether no two resources of the app have the same value there.
fn is_unique(work: &Work<'_>, slot: &str) -> bool {
    let slot = work.kind.scim.parse_slot(slot).ok();
    let attribute = slot.and_then(|slot| work.kind.scim.resolve_slot(&slot).map(|found| found.attribute.uniqueness));
    attribute.is_some_and(|uniqueness| uniqueness != Uniqueness::None)
}

async fn take_by_id(
    work: &mut Work<'_>,
    filter: &Filter,
    id: &str,
    omit: &[String],
    found: &mut Found,
) -> Result<(), Failure> {
    if let Some(inactive) = inactive::find(work, id).await? {
        take(work, Some(filter), inactive::current(inactive), found);
        return Ok(());
    }
    match work.read(id, omit).await {
        Ok(stored) => {
            let current = work.resolve(stored, omit).await?;
            take(work, Some(filter), current, found);
            Ok(())
        }
        Err(failure) if failure.error.status == 404 => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// Walks the app's pages, those that match what the app can compare, and evaluates the whole filter.
async fn scan(work: &mut Work<'_>, filter: &Filter, omit: Vec<String>, found: &mut Found) -> Result<(), Failure> {
    let pushed = work.kind.mapping.push_down(filter, &work.kind.abilities.filters);
    let comparisons = pushed.comparisons.into_iter().map(comparison);
    let comparisons = comparisons.filter(|comparison| !membership::decides(work, &comparison.field)).collect();
    walk(work, Some(filter), comparisons, omit, found).await
}

async fn walk(
    work: &mut Work<'_>,
    filter: Option<&Filter>,
    comparisons: Vec<FieldComparison>,
    omit: Vec<String>,
    found: &mut Found,
) -> Result<(), Failure> {
    let mut span = Window { start: 0, count: u64::from(u32::MAX) }.first_page(work.kind.abilities.paging);
    let mut cursor = None;
    loop {
        let page = page(work, comparisons.clone(), span, cursor, &omit).await?;
        span.limit = other_limit(&page, span).unwrap_or(span.limit);
        for current in currents(work, page.resources, &omit).await? {
            take(work, filter, current, found);
        }
        if !page.more {
            return Ok(());
        }
        span = span.next();
        cursor = page.next;
        if span.offset >= MAX_SCANNED {
            return Err(Error::too_many(format!(
                "the app cannot evaluate this filter, and more than {MAX_SCANNED} resources would have to be looked at; \
                 add a comparison of the matching attribute ({})",
                work.kind.mapping.match_slots().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
            ))
            .into());
        }
    }
}

/// A page as SCIM resources; what the store keeps of them is read at once.
async fn currents(work: &mut Work<'_>, page: Vec<Stored>, omit: &[String]) -> Result<Vec<Current>, Failure> {
    let mut kept = work.kept_of_page(&page).await?;
    let mut currents = Vec::with_capacity(page.len());
    for stored in page {
        let kept = kept.remove(&stored.id).unwrap_or_default();
        currents.push(work.resolve_with(stored, &kept, omit).await?);
    }
    inactive::recognise(work, &mut currents).await?;
    Ok(currents)
}

/// Counts a resource that matches, and shows it where it is in the client's window.
pub(super) fn take(work: &Work<'_>, filter: Option<&Filter>, current: Current, found: &mut Found) {
    if !found.seen.insert(current.id.clone()) {
        return;
    }
    let matches = filter.is_none_or(|filter| {
        let mut resource = current.resource.clone();
        resource.insert("id".to_owned(), Value::String(current.id.clone()));
        filter.matches(&work.kind.scim, &resource)
    });
    if matches && found.takes_next() {
        found.resources.push(work.present(current));
    }
}

async fn page(
    work: &mut Work<'_>,
    comparisons: Vec<FieldComparison>,
    span: PageSpan,
    cursor: Option<String>,
    omit: &[String],
) -> Result<Page, Failure> {
    let query = Query { comparisons, offset: span.offset, limit: span.limit, cursor, omit: omit.to_vec() };
    // No list is ever not found: the client would take it for a wrong tenant URL.
    work.app.search(work.kind, query).await.map_err(|failure| match failure.error.status {
        404 => Failure { error: Error::bad_gateway(failure.error.detail), ..failure },
        _ => failure,
    })
}

/// The id that every match must have.
fn required_id(filter: &Filter) -> Option<&str> {
    match filter {
        Filter::Compare(comparison)
            if comparison.op == CompareOp::Eq
                && comparison.path.selector.is_none()
                && comparison.path.sub.is_none()
                && comparison.path.path.schema.is_none()
                && comparison.path.path.attribute.eq_ignore_ascii_case("id") =>
        {
            comparison.value.as_str()
        }
        Filter::And(filters) => filters.iter().find_map(required_id),
        _ => None,
    }
}
