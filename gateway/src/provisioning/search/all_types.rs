//! A search of all resource types (RFC 7644 §3.4.2.1), in the connector's order.

use super::super::answer::Answer;
use super::super::app::App;
use super::super::context::Context;
use super::super::instance::Instance;
use super::super::kind::Kind;
use super::super::outcome::Outcome;
use super::super::refusal::Refusal;
use super::super::request::{Caller, SearchText};
use super::super::understood::Report;
use super::answer::{by_cursor, by_index, open};
use super::cursor::{Place, Search};
use super::found::Found;
use super::pages::Window;
use super::query::{Asked, Query};
use super::stream::{self, CursorPage};
use super::walk;
use crate::clients::{Leniency, Reading};
use crate::egress::AppCall;
use scim_protocol::Error;

/// Finds resources of all types and answers a ListResponse.
pub(in super::super) async fn search_all(instance: &Instance, text: &SearchText, caller: &Caller) -> Outcome {
    let (queries, leniencies) = match queries(instance, text, caller) {
        Ok(understood) => understood,
        Err(error) => return Outcome::untouched(Err(error.into())),
    };
    let mut sends = Vec::new();
    let result = over_all(instance, text, caller, &queries, &mut sends).await;
    Outcome { sends, ..Outcome::reported(result, Report { ignored: Vec::new(), leniencies }) }
}

type Queries<'a> = Vec<(&'a Kind, Query)>;

/// The search for each type, and what had to be corrected to read it.
fn queries<'a>(
    instance: &'a Instance,
    text: &SearchText,
    caller: &Caller,
) -> Result<(Queries<'a>, Vec<Leniency>), Error> {
    let (mut queries, mut leniencies) = (Vec::new(), Vec::new());
    for kind in instance.kinds() {
        let mut text = text.clone();
        let mut reading = Reading::new(caller.profile, &kind.scim);
        text.filter.as_mut().map_or(Ok(()), |filter| reading.filter(filter))?;
        leniencies.extend(reading.end().0);
        queries.push((kind, Query::among_types(&kind.scim, &text)?));
    }
    leniencies.sort_unstable();
    leniencies.dedup();
    Ok((queries, leniencies))
}

async fn over_all(
    instance: &Instance,
    text: &SearchText,
    caller: &Caller,
    queries: &[(&Kind, Query)],
    sends: &mut Vec<AppCall>,
) -> Result<Answer, Refusal> {
    let is_sorted = queries.iter().any(|(_, query)| query.sort.is_some());
    let search = Search::new(&instance.name, "", text);
    let (place, mut page, window) = match Asked::parse(text)? {
        Asked::Index(window) => (None, None, window),
        Asked::Cursor { cursor, count } => {
            let place = open(instance, &search, &cursor).await?;
            let window = Window { start: place.as_ref().map_or(0, Place::position), count };
            (place, Some(CursorPage::new(count)).filter(|_| !is_sorted), window)
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
        let context = Context::new(instance, &kind.scim.endpoint, caller)?;
        let mut app = App::open(instance, caller).await?;
        app.needs_groups = query.needs_groups();
        let result = match &mut page {
            Some(page) => stream::next(&context, &mut app, query, part.take(), page).await.map(|part| {
                next = part.map(|part| Place { kind: index, part: Some(part) });
            }),
            None => {
                let mut found = all.behind();
                walk::collect(&context, &mut app, query, &mut found).await.map(|()| all.join(found))
            }
        };
        sends.extend_from_slice(app.sends());
        result?;
        if next.is_some() {
            break;
        }
        // The page is full and other types may have more.
        if page.as_ref().is_some_and(CursorPage::is_full) && index + 1 < queries.len() {
            next = Some(Place::beginning_of(index + 1));
            break;
        }
    }
    match (page, text.cursor.is_some()) {
        (Some(mut page), _) => {
            // What is known is the number of one type. RFC 9865 lets it out.
            page.total = None;
            by_cursor(instance, &search, page, next).await
        }
        (None, true) => {
            let page = CursorPage::of(all);
            let next = page.follows(window).map(|part| Place { kind: 0, part: Some(part) });
            by_cursor(instance, &search, page, next).await
        }
        (None, false) => Ok(by_index(window, all)),
    }
}
