//! A list by index: all that match are counted, those in the window held.
//!
//! What the app can compare, it compares; the whole filter is evaluated here again on what it answers, so that an app whose
//! search is approximate still gives exact results. Pages are taken one at a time and only the client's window is held.

use super::super::app::App;
use super::super::context::Context;
use super::super::inactive::current;
use super::super::listing::AppPages;
use super::super::refusal::Refusal;
use super::super::resource::{Current, add_groups, mapped_page, present, resolve, times};
use super::super::{id, membership, write};
use super::found::{Found, take};
use super::limits::MAX_SCANNED;
use super::query::Query;
use super::{inactive, sole};
use crate::connectors::{AppComparison, Paging, Stored};
use scim_protocol::filter::{CompareOp, Filter};
use scim_protocol::path::AttributePath;
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
    inactive::take_matching(context, app, query, found).await?;
    sole::judge(context, app, query, &found.first_two).await
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
    // The app's times are not the ones that are shown where the gateway holds a part of the resource.
    let (meta, is_held) = (AttributePath::core("meta"), times::may_be_held(context));
    let parts: Vec<&Filter> = match filter {
        Filter::And(parts) => parts.iter().collect(),
        filter => vec![filter],
    };
    let comparable = parts.into_iter().filter(|part| !is_held || !part.mentions(&meta));
    let pushed = comparable.flat_map(|part| context.kind.mapping.push_down(part, &context.kind.abilities.filters));
    pushed.filter(|comparison| !membership::decides(context, &comparison.field)).collect()
}

/// Without a filter, the window is mapped onto the app's pages; where the app does not say how many there are, all
/// pages are walked to count them.
async fn all(context: &Context<'_>, app: &mut App<'_>, query: &Query, found: &mut Found) -> Result<(), Refusal> {
    let omit = context.omitted();
    let (window, kind) = (found.window, context.kind);
    let span = window.first_page(kind.abilities.paging);
    let mut index = span.offset;
    let mut pages = AppPages::from(span, Vec::new(), omit.clone());
    let mut page = pages.next(app, kind).await?;
    if let Some(limit) = page.as_ref().and_then(|page| page.limit) {
        // The app pages in a size of its own: the window falls differently onto its pages.
        let span = window.first_page(Paging { max_page_size: limit, ..kind.abilities.paging });
        index = span.offset;
        pages = AppPages::from(span, Vec::new(), omit.clone());
        page = pages.next(app, kind).await?;
    }
    let Some(total) = page.as_ref().filter(|page| page.limit.is_none()).and_then(|page| page.total) else {
        return walk(context, app, query, Vec::new(), omit, found).await;
    };
    found.total = total;
    while let Some(answered) = page {
        let behind = index.saturating_add(answered.resources.len() as u64);
        let indexed = (index..).zip(answered.resources);
        let wanted = indexed.filter(|(index, _)| (window.start..window.end()).contains(index));
        for current in currents(context, app, wanted.map(|(_, stored)| stored).collect(), &omit).await? {
            found.resources.push(present(context, current));
        }
        // Pages by cursor may be short: what counts is what was on them.
        index = behind;
        page = if index < window.end() { pages.next(app, kind).await? } else { None };
    }
    Ok(())
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
        let is_unique = attribute.is_some_and(|attribute| attribute.uniqueness != Uniqueness::None);
        if !context.kind.mapping.is_in_app(&kept.slot) || found.total > 0 && is_unique {
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
    let mut current = match write::find(context, app, asked).await? {
        Some(inactive) => current(inactive),
        None => match app.read(context.kind, asked, omit).await {
            Ok(stored) => resolve(context, app, stored, omit).await?,
            Err(refusal) if refusal.is_not_found() => return Ok(()),
            Err(refusal) => return Err(refusal),
        },
    };
    add_groups(context, app, std::slice::from_mut(&mut current)).await?;
    Ok(take(context, query, current, found, true)?)
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
    let mut pages = AppPages::all(context.kind, comparisons, omit.clone());
    // Only where the app removes accounts may one be listed by the app and, removed meanwhile, by the store.
    let may_come_again = context.kind.removes();
    loop {
        let offset = pages.offset();
        let currents = match looked_at(context, app, &mut pages, &omit).await {
            // What an operation may use, the app's first pages have used up.
            Err(refusal) if offset > 0 && refusal.is_exhausted() => {
                return Err(refusal.answered(too_many(context, query, offset)));
            }
            looked => looked?,
        };
        let Some(currents) = currents else { return Ok(()) };
        for current in currents {
            take(context, query, current, found, may_come_again)?;
        }
        if pages.offset() >= MAX_SCANNED && !pages.has_ended() {
            return Err(too_many(context, query, MAX_SCANNED).into());
        }
    }
}

/// The resources on the next page of the app, as SCIM has them.
async fn looked_at(
    context: &Context<'_>,
    app: &mut App<'_>,
    pages: &mut AppPages,
    omit: &[String],
) -> Result<Option<Vec<Current>>, Refusal> {
    match pages.next(app, context.kind).await? {
        Some(page) => currents(context, app, page.resources, omit).await.map(Some),
        None => Ok(None),
    }
}

fn too_many(context: &Context<'_>, query: &Query, most: u64) -> Error {
    let names = || context.kind.names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(", ");
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
