//! A list by index: all that match are counted, those in the window held.
//!
//! What the app can compare, it compares; the whole filter is evaluated here again on what it answers, so that an app whose
//! search is approximate still gives exact results. Pages are taken one at a time and only the client's window is held.

use super::super::app::App;
use super::super::context::Context;
use super::super::inactive::current;
use super::super::refusal::Refusal;
use super::super::resource::{Current, add_groups, mapped_page, present, resolve};
use super::super::{id, membership, write};
use super::found::{Found, take};
use super::inactive;
use super::limits::MAX_SCANNED;
use super::pages::{PageSpan, Window};
use super::query::Query;
use crate::connectors::{AppComparison, Paging, Query as AppQuery, SearchPage, Stored};
use scim_protocol::filter::{CompareOp, Filter};
use scim_protocol::schema::Attribute;
use scim_protocol::{Error, Slot, Uniqueness};

/// Finds all that match.
pub(super) async fn collect(
    context: &Context<'_>,
    app: &mut App<'_>,
    query: &Query,
    found: &mut Found,
) -> Result<(), Refusal> {
    if query.is_never() {
        return Ok(());
    }
    inactive::finish_all(context, app).await?;
    let omit = omitted(context, query);
    match &query.filter {
        None if query.sort.is_none() => all(context, app, query, found).await?,
        None => walk(context, app, query, Vec::new(), omit, found).await?,
        Some(filter) => {
            if let Some(id) = required_id(filter) {
                return take_by_id(context, app, query, id, &omit, found).await;
            } else if inactive::has_the_name(context, filter).await? {
                // Nobody else has it, in the app or here.
            } else if !by_kept(context, app, query, filter, &omit, found).await? {
                walk(context, app, query, comparisons(context, query), omit, found).await?;
            }
        }
    }
    inactive::take_matching(context, app, query, found).await
}

/// Whether a search may go on from page to page of the app: nothing is sorted, and nothing is found by the store.
pub(super) async fn is_streamable(context: &Context<'_>, query: &Query) -> Result<bool, Refusal> {
    let Some(filter) = &query.filter else { return Ok(query.sort.is_none()) };
    let by_store = required_id(filter).is_some()
        || !context.kind.mapping.kept_comparisons(filter).is_empty()
        || inactive::has_the_name(context, filter).await?;
    Ok(query.sort.is_none() && !by_store)
}

/// App fields that neither the client nor the search needs.
pub(super) fn omitted(context: &Context<'_>, query: &Query) -> Vec<String> {
    context.kind.mapping.omit(|slot: &Slot| context.projection.wants(&slot.path) || query.reads(&slot.path))
}

/// What the app compares by itself.
pub(super) fn comparisons(context: &Context<'_>, query: &Query) -> Vec<AppComparison> {
    let Some(filter) = &query.filter else { return Vec::new() };
    let pushed = context.kind.mapping.push_down(filter, &context.kind.abilities.filters).into_iter();
    pushed.filter(|comparison| !membership::decides(context, &comparison.field)).collect()
}

/// Without a filter, the window is mapped onto the app's pages; where the app does not say how many there are, all
/// pages are walked to count them.
async fn all(context: &Context<'_>, app: &mut App<'_>, query: &Query, found: &mut Found) -> Result<(), Refusal> {
    let omit = context.omitted();
    let window = found.window;
    let mut span = window.first_page(context.kind.abilities.paging);
    let mut page_now = page(context, app, Vec::new(), span, None, &omit).await?;
    if let Some(limit) = other_limit(&page_now, span) {
        // The app pages in a size of its own: the window falls differently onto its pages.
        span = window.first_page(Paging { max_page_size: limit, ..context.kind.abilities.paging });
        page_now = page(context, app, Vec::new(), span, None, &omit).await?;
    }
    let Some(total) = page_now.total.filter(|_| other_limit(&page_now, span).is_none()) else {
        return walk(context, app, query, Vec::new(), omit, found).await;
    };
    found.total = total;
    loop {
        let (next, more) = (page_now.next.take(), page_now.more);
        let indexed = (span.offset..).zip(page_now.resources);
        let wanted = indexed.filter(|(index, _)| (window.start..window.end()).contains(index));
        for current in currents(context, app, wanted.map(|(_, stored)| stored).collect(), &omit).await? {
            found.resources.push(present(context, current));
        }
        span = span.next();
        if !more || span.offset >= window.end() {
            return Ok(());
        }
        page_now = page(context, app, Vec::new(), span, next, &omit).await?;
    }
}

/// The page size that the app used instead of the one that it was asked for.
pub(super) fn other_limit(page: &SearchPage, asked: PageSpan) -> Option<u32> {
    page.limit.filter(|limit| *limit != asked.limit && *limit > 0)
}

/// Comparisons with what the store keeps: the resources are read by their ids. Says whether that settled the filter: a
/// kept value that has gone stale in the app proves nothing, and one that need not be unique may be another resource's own
/// in the app; then the app is asked, too.
async fn by_kept(
    context: &Context<'_>,
    app: &mut App<'_>,
    query: &Query,
    filter: &Filter,
    omit: &[String],
    found: &mut Found,
) -> Result<bool, Refusal> {
    for kept in context.kind.mapping.kept_comparisons(filter) {
        let (instance, kind) = (&context.instance.name, &context.kind.scim.name);
        for id in context.instance.store.find_kept(instance, kind, &kept.slot, &kept.value).await? {
            take_by_id(context, app, query, &id, omit, found).await?;
        }
        let slot = context.kind.scim.parse_slot(&kept.slot).ok();
        let attribute = slot.and_then(|slot| Some(context.kind.scim.resolve_slot(&slot)?.attribute));
        // SQLite's lower() knows ASCII alone, so that it may have missed what differs in the case of other letters.
        let is_found = kept.value.as_str().is_none_or(str::is_ascii) || attribute.is_some_and(Attribute::is_case_exact);
        let is_unique = attribute.is_some_and(|attribute| attribute.uniqueness != Uniqueness::None);
        if is_found && !context.kind.mapping.is_in_app(&kept.slot) || found.total > 0 && is_unique {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn take_by_id(
    context: &Context<'_>,
    app: &mut App<'_>,
    query: &Query,
    asked: &str,
    omit: &[String],
    found: &mut Found,
) -> Result<(), Refusal> {
    if !id::is_possible(asked) {
        return Ok(());
    }
    if let Some(inactive) = write::find(context, app, asked).await? {
        let mut current = current(inactive);
        add_groups(context, app, std::slice::from_mut(&mut current)).await?;
        take(context, query, current, found, true)?;
        return Ok(());
    }
    match app.read(context.kind, asked, omit).await {
        Ok(stored) => {
            let mut current = resolve(context, app, stored, omit).await?;
            add_groups(context, app, std::slice::from_mut(&mut current)).await?;
            take(context, query, current, found, true)?;
            Ok(())
        }
        Err(refusal) if refusal.error.status == 404 => Ok(()),
        Err(refusal) => Err(refusal),
    }
}

/// Walks the app's pages, those that match what the app can compare, and evaluates the whole filter.
async fn walk(
    context: &Context<'_>,
    app: &mut App<'_>,
    query: &Query,
    comparisons: Vec<AppComparison>,
    omit: Vec<String>,
    found: &mut Found,
) -> Result<(), Refusal> {
    let mut span = Window { start: 0, count: u64::from(u32::MAX) }.first_page(context.kind.abilities.paging);
    let mut cursor = None;
    // Only where the app removes accounts may one be listed by the app and, removed meanwhile, by the store.
    let may_come_again = context.kind.removes();
    loop {
        let (currents, page) = match looked_at(context, app, comparisons.clone(), span, cursor, &omit).await {
            // What an operation may use, the app's first pages have used up.
            Err(refusal) if span.offset > 0 && refusal.is_exhausted() => {
                return Err(refusal.answered(too_many(context, query, span.offset)));
            }
            looked => looked?,
        };
        span.limit = other_limit(&page, span).unwrap_or(span.limit);
        for current in currents {
            take(context, query, current, found, may_come_again)?;
        }
        if !page.more {
            return Ok(());
        }
        span = span.next();
        cursor = page.next;
        if span.offset >= MAX_SCANNED {
            return Err(too_many(context, query, MAX_SCANNED).into());
        }
    }
}

/// A page of the app, and its resources as SCIM has them.
async fn looked_at(
    context: &Context<'_>,
    app: &mut App<'_>,
    comparisons: Vec<AppComparison>,
    span: PageSpan,
    cursor: Option<String>,
    omit: &[String],
) -> Result<(Vec<Current>, SearchPage), Refusal> {
    let mut page = page(context, app, comparisons, span, cursor, omit).await?;
    let resources = std::mem::take(&mut page.resources);
    Ok((currents(context, app, resources, omit).await?, page))
}

fn too_many(context: &Context<'_>, query: &Query, most: u64) -> Error {
    let names = || context.kind.mapping.match_slots().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let why = match (&query.filter, &query.sort) {
        (_, Some(_)) => "the app cannot sort",
        (Some(_), None) => "the app cannot evaluate this filter",
        (None, None) => "the app does not say how many there are",
    };
    Error::too_many(format!(
        "{why}, and more than {most} resources would have to be looked at; filter by the matching attribute ({}), or \
         leave sortBy and startIndex out and page with `cursor=`",
        names()
    ))
}

/// A page as SCIM resources.
pub(super) async fn currents(
    context: &Context<'_>,
    app: &mut App<'_>,
    page: Vec<Stored>,
    omit: &[String],
) -> Result<Vec<Current>, Refusal> {
    let mut currents = mapped_page(context, app, page, omit).await?;
    inactive::recognise(context, app, &mut currents).await?;
    add_groups(context, app, &mut currents).await?;
    Ok(currents)
}

/// A page of the app.
pub(super) async fn page(
    context: &Context<'_>,
    app: &mut App<'_>,
    comparisons: Vec<AppComparison>,
    span: PageSpan,
    cursor: Option<String>,
    omit: &[String],
) -> Result<SearchPage, Refusal> {
    let query = AppQuery { comparisons, offset: span.offset, limit: span.limit, cursor, omit: omit.to_vec() };
    // No list is ever not found: the client would take it for a wrong tenant URL.
    app.search(context.kind, query).await.map_err(|refusal| {
        if refusal.error.status == 404 {
            let error = Error::bad_gateway(refusal.error.detail.clone());
            refusal.answered(error)
        } else {
            refusal
        }
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
