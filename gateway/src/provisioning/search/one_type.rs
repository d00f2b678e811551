//! A search of one resource type.

use super::super::answer::Answer;
use super::super::app::App;
use super::super::context::Context;
use super::super::refusal::Refusal;
use super::super::request::SearchText;
use super::answer::{by_cursor, by_index, open};
use super::cursor::{Place, Search};
use super::found::Found;
use super::query::{Asked, Query};
use super::stream::{self, CursorPage};
use super::walk;

/// Finds resources of the context's type and answers a ListResponse, an empty one where nothing matches.
pub(in super::super) async fn search(
    context: &Context<'_>,
    app: &mut App<'_>,
    text: &SearchText,
) -> Result<Answer, Refusal> {
    let query = Query::of_type(&context.kind.scim, text)?;
    app.needs_groups = query.needs_groups();
    match Asked::parse(text)? {
        Asked::Index(window) => {
            let mut found = Found::new(window, query.sort.is_some());
            walk::collect(context, app, &query, &mut found).await?;
            Ok(by_index(window, found))
        }
        Asked::Cursor { cursor, count } => {
            let search = Search::new(&context.instance.name, &context.kind.scim.endpoint, text);
            let place = open(context.instance, &search, &cursor).await?;
            let mut page = CursorPage::new(count);
            let next = stream::next(context, app, &query, place.and_then(|place| place.part), &mut page).await?;
            let next = next.map(|part| Place { kind: 0, part: Some(part) });
            by_cursor(context.instance, &search, page, next).await
        }
    }
}
