//! `GET /Users`, `GET /` and `POST …/.search` (RFC 7644 §3.4.2, §3.4.3; RFC 9865).
//!
//! A list is asked for by index (the default) or by cursor. By index, [`walk`] counts all that match and holds the client's
//! window; by cursor, [`stream`] goes on where the page before ended, in the app's own pages, and counts nothing. Either
//! way pages are taken from the app one at a time, what does not match is dropped at once, and no more than
//! [`MAX_SCANNED`] resources are looked at for one request.

mod found;
mod query;
mod selection;
mod stream;
mod walk;

pub(super) use found::{Found, take};
pub(super) use query::Query;

use super::Outcome;
use super::answer::{Answer, Failure};
use super::cursor::{Asked, Place};
use super::instance::Instance;
use super::pages::Window;
use super::request::{Caller, SearchText};
use super::work::Work;
use crate::clients::{Leniency, Reading};
use crate::egress::AppCall;
use jiff::Timestamp;
use query::Page;
use scim_protocol::Object;
use scim_protocol::list::ListResponse;
use serde_json::Value;

/// Resources in an answer when the client does not say how many.
pub(super) const DEFAULT_COUNT: u64 = 100;
/// The most resources in one answer.
pub(super) const MAX_COUNT: u64 = 200;
/// Resources that are looked at for one request, where the app cannot compare or sort.
const MAX_SCANNED: u64 = 20_000;

/// Finds resources of one type and answers a ListResponse, an empty one where nothing matches.
pub(super) async fn search(work: &mut Work<'_>, text: &SearchText) -> Result<Answer, Failure> {
    let query = Query::of_type(&work.kind.scim, text)?;
    match Page::parse(text)? {
        Page::Index(window) => {
            let mut found = Found::new(window, query.sort.is_some());
            walk::collect(work, &query, &mut found).await?;
            Ok(by_index(window, found))
        }
        Page::Cursor { cursor, count } => {
            let asked = Asked::new(&work.instance.name, &work.kind.scim.endpoint, text);
            let place = open(work.instance, &asked, &cursor).await?;
            let mut page = stream::Page::new(count);
            let next = stream::next(work, &query, place.and_then(|place| place.part), &mut page).await?;
            let next = next.map(|part| Place { kind: 0, part: Some(part) });
            by_cursor(work.instance, &asked, page, next).await
        }
    }
}

/// As [`search`], over all resource types (RFC 7644 §3.4.2.1), in the connector's order.
pub(super) async fn search_all(instance: &Instance, text: &SearchText, caller: &Caller) -> Outcome {
    let (mut sends, mut leniencies) = (Vec::new(), Vec::new());
    let result = over_all(instance, text, caller, (&mut sends, &mut leniencies)).await;
    Outcome { sends, leniencies, ..Outcome::untouched(result) }
}

async fn over_all(
    instance: &Instance,
    text: &SearchText,
    caller: &Caller,
    (sends, leniencies): (&mut Vec<AppCall>, &mut Vec<Leniency>),
) -> Result<Answer, Failure> {
    let mut queries = Vec::new();
    for kind in instance.kinds() {
        let mut text = text.clone();
        let mut reading = Reading::new(caller.profile, &kind.scim);
        text.filter.as_mut().map_or(Ok(()), |filter| reading.filter(filter))?;
        leniencies.extend(reading.end().0.into_iter().filter(|used| !leniencies.contains(used)).collect::<Vec<_>>());
        queries.push((kind, Query::among_types(&kind.scim, &text)?));
    }
    let is_sorted = queries.iter().any(|(_, query)| query.sort.is_some());
    let asked = Asked::new(&instance.name, "", text);
    let (place, mut page, window) = match Page::parse(text)? {
        Page::Index(window) => (None, None, window),
        Page::Cursor { cursor, count } => {
            let place = open(instance, &asked, &cursor).await?;
            let window = Window { start: place.as_ref().map_or(0, Place::position), count };
            (place, Some(stream::Page::new(count)).filter(|_| !is_sorted), window)
        }
    };
    let mut all = Found::new(window, is_sorted);
    let first = place.as_ref().filter(|_| page.is_some()).map_or(0, |place| place.kind);
    let mut part = place.and_then(|place| place.part);
    let mut next = None;
    for (index, (kind, query)) in queries.iter().enumerate().skip(first) {
        if query.is_never() {
            part = None;
            continue;
        }
        let mut work = Work::begin(instance, &kind.scim.endpoint, None, caller).await?;
        let result = match &mut page {
            Some(page) => stream::next(&mut work, query, part.take(), page).await.map(|part| {
                next = part.map(|part| Place { kind: index, part: Some(part) });
            }),
            None => {
                let mut found = all.behind();
                walk::collect(&mut work, query, &mut found).await.map(|()| all.join(found))
            }
        };
        sends.extend_from_slice(work.app.call.sends());
        result?;
        if next.is_some() {
            break;
        }
        // The page is full and other types may have more.
        if page.as_ref().is_some_and(stream::Page::is_full) && index + 1 < queries.len() {
            next = Some(Place::beginning_of(index + 1));
            break;
        }
    }
    match (page, text.cursor.is_some()) {
        (Some(mut page), _) => {
            // What is known is the number of one type. RFC 9865 lets it out.
            page.total = None;
            by_cursor(instance, &asked, page, next).await
        }
        (None, true) => {
            let page = stream::Page::of(all);
            let next = page.follows(window).map(|part| Place { kind: 0, part: Some(part) });
            by_cursor(instance, &asked, page, next).await
        }
        (None, false) => Ok(by_index(window, all)),
    }
}

fn by_index(window: Window, found: Found) -> Answer {
    let (total, resources) = found.finish();
    list(&ListResponse::page(total, window.start + 1, resources))
}

async fn by_cursor(
    instance: &Instance,
    asked: &Asked,
    page: stream::Page,
    next: Option<Place>,
) -> Result<Answer, Failure> {
    let next = match next {
        Some(place) if page.count > 0 => {
            Some(asked.seal(&place, &instance.store.cursor_key().await?, Timestamp::now()))
        }
        _ => None,
    };
    Ok(list(&ListResponse::by_cursor(page.total, page.resources, next)))
}

/// The place that a client's cursor names; none for the first page.
async fn open(instance: &Instance, asked: &Asked, cursor: &str) -> Result<Option<Place>, Failure> {
    if cursor.is_empty() {
        return Ok(None);
    }
    let key = instance.store.cursor_key().await?;
    Ok(Some(asked.open(cursor, &key, Timestamp::now())?))
}

fn list(list: &ListResponse) -> Answer {
    Answer::ok(serde_json::to_value(list).unwrap_or_else(|_| Value::Object(Object::new())))
}
