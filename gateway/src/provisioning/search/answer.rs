//! The answer to a search: a ListResponse.

use super::super::answer::Answer;
use super::super::instance::Instance;
use super::super::refusal::Refusal;
use super::cursor::{Place, Search};
use super::found::Found;
use super::pages::Window;
use super::stream::CursorPage;
use jiff::Timestamp;
use scim_protocol::Object;
use scim_protocol::list::ListResponse;
use serde_json::Value;

pub(super) fn by_index(window: Window, found: Found) -> Answer {
    let (total, resources) = found.finish();
    list(&ListResponse::page(total, window.start + 1, resources))
}

pub(super) async fn by_cursor(
    instance: &Instance,
    search: &Search,
    page: CursorPage,
    next: Option<Place>,
) -> Result<Answer, Refusal> {
    let next = match next {
        Some(place) if page.count > 0 => {
            Some(search.seal(&place, &instance.store.cursor_key().await?, Timestamp::now()))
        }
        _ => None,
    };
    Ok(list(&ListResponse::by_cursor(page.total, page.resources, next)))
}

/// The place that a client's cursor names; none for the first page.
pub(super) async fn open(instance: &Instance, search: &Search, cursor: &str) -> Result<Option<Place>, Refusal> {
    if cursor.is_empty() {
        return Ok(None);
    }
    let key = instance.store.cursor_key().await?;
    Ok(Some(search.open(cursor, &key, Timestamp::now())?))
}

fn list(list: &ListResponse) -> Answer {
    Answer::found(serde_json::to_value(list).unwrap_or_else(|_| Value::Object(Object::new())))
}
