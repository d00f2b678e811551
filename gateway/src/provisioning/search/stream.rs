//! A list by cursor (RFC 9865): the app's pages, from where the page before ended.
//!
//! A page ends when it is full, and when so many resources were looked at in vain, or comparing has cost so much, that the client is
//! better told to ask again: a page may hold less than was asked for, even nothing, and still name a next one. So a filter that the app
//! cannot evaluate gets through any number of resources, where a list by index has to give up.

use super::super::app::App;
use super::super::context::Context;
use super::super::listing::{PageSpan, Trail, page as page_of_app};
use super::super::refusal::Refusal;
use super::super::resource::{Current, whole};
use super::cursor::{AppPlace, Part};
use super::found::Found;
use super::milestone::{Milestone, digest};
use super::pages::Window;
use super::query::Query;
use super::sole::FirstTwo;
use super::{inactive, sole, walk};
use crate::connectors::Contradiction;
use scim_protocol::{Error, Object};

/// Resources that are looked at for one page.
const MAX_LOOKED_AT: u64 = 5_000;
/// Inactive resources that are held at once.
const INACTIVE_AT_ONCE: u64 = 100;

/// What a page holds so far.
#[derive(Debug)]
pub(super) struct CursorPage {
    pub(super) count: u64,
    pub(super) resources: Vec<Object>,
    /// How many match in all, where that is known.
    pub(super) total: Option<u64>,
    /// The first two that match: a value that must be unique has one holder.
    first_two: FirstTwo,
    looked_at: u64,
    /// Whether comparing has cost so much that the client is better told to ask again.
    is_spent: bool,
}

impl CursorPage {
    pub(super) fn new(count: u64) -> Self {
        Self {
            count,
            resources: Vec::new(),
            total: None,
            first_two: FirstTwo::default(),
            looked_at: 0,
            is_spent: false,
        }
    }

    /// What was found for a window.
    pub(super) fn of(found: Found) -> Self {
        let count = found.window.count;
        let (total, resources) = found.finish();
        Self { count, resources, total: Some(total), first_two: FirstTwo::default(), looked_at: 0, is_spent: false }
    }

    /// Where the page behind a window begins, if there is one.
    pub(super) fn follows(&self, window: Window) -> Option<Part> {
        let index = window.end();
        self.total.is_some_and(|total| index < total).then_some(Part::Position { index })
    }

    pub(super) fn is_full(&self) -> bool {
        self.resources.len() as u64 >= self.count
    }

    fn room(&self) -> u64 {
        self.count.saturating_sub(self.resources.len() as u64)
    }

    fn ends(&self) -> bool {
        self.is_full() || self.is_spent || self.looked_at >= MAX_LOOKED_AT
    }

    fn take(&mut self, context: &Context<'_>, query: &Query, current: Current) -> Result<(), Error> {
        self.looked_at += 1;
        let whole = whole(context, current);
        if query.matches(context, &whole)? {
            self.first_two.note(&whole);
            self.resources.push(context.projection.apply(&context.kind.scim, whole));
        }
        self.is_spent = context.comparisons().is_low();
        Ok(())
    }
}

/// Fills the page from one resource type, from `part` on, and says where to go on; nothing where there is no more.
pub(super) async fn next(
    context: &Context<'_>,
    app: &mut App<'_>,
    query: &Query,
    part: Option<Part>,
    page: &mut CursorPage,
) -> Result<Option<Part>, Refusal> {
    if query.is_never() {
        return Ok(None);
    }
    if matches!(part, Some(Part::Position { .. })) || (part.is_none() && !walk::is_streamable(context, query).await?) {
        return by_position(context, app, query, part.as_ref().map_or(0, Part::position), page).await;
    }
    inactive::finish_all(context, app).await?;
    let mut part = part.unwrap_or_else(|| first(context, query, page));
    let mut trail = Trail::new(part.reached());
    page.first_two = FirstTwo::default();
    while !page.ends() {
        let next = match part {
            Part::App { ref place, skip } => {
                match from_app(context, app, query, (place.clone(), skip), &mut trail, page).await {
                    // The next request goes on with what an operation may use.
                    Err(refusal) if refusal.is_exhausted() && page.looked_at > 0 => return Ok(Some(part)),
                    next => next?,
                }
            }
            Part::Inactive { offset } => from_store(context, app, query, offset, page).await?,
            Part::Position { .. } => None,
        };
        sole::judge(context, app, query, &page.first_two).await?;
        match next {
            Some(next) => part = next,
            None => return Ok(None),
        }
    }
    Ok(Some(part))
}

/// A result that is found by the store or sorted: its place is a number.
async fn by_position(
    context: &Context<'_>,
    app: &mut App<'_>,
    query: &Query,
    start: u64,
    page: &mut CursorPage,
) -> Result<Option<Part>, Refusal> {
    let window = Window { start, count: page.room() };
    let mut found = Found::new(window, query.sort.is_some());
    walk::collect(context, app, query, &mut found).await?;
    let found = CursorPage::of(found);
    let next = found.follows(window);
    page.resources.extend(found.resources);
    page.total = found.total;
    Ok(next)
}

/// Without a filter the app's pages are the client's.
fn first(context: &Context<'_>, query: &Query, page: &CursorPage) -> Part {
    let most = context.kind.abilities.paging.max_page_size.max(1);
    let wanted = u32::try_from(page.room().max(1)).unwrap_or(u32::MAX);
    let limit = if query.filter.is_none() { wanted.min(most) } else { most };
    let place = AppPlace { token: None, offset: 0, limit, reached: 0, milestone: Milestone::default() };
    Part::App { place, skip: 0 }
}

async fn from_app(
    context: &Context<'_>,
    app: &mut App<'_>,
    query: &Query,
    (place, skip): (AppPlace, u32),
    trail: &mut Trail,
    page: &mut CursorPage,
) -> Result<Option<Part>, Refusal> {
    let omit = walk::omitted(context, query);
    let comparisons = walk::comparisons(context, query);
    let AppPlace { token, offset, limit, reached, milestone } = place.clone();
    let span = PageSpan { offset, limit };
    let asked = page_of_app(app, context.kind, &comparisons, span, token.clone(), &omit).await;
    let mut answered = asked.map_err(|refusal| {
        // What the app says of a token is about the client's cursor.
        if token.is_some() && matches!(u16::from(refusal.error.status), 400 | 410) {
            refusal
                .answered(Error::expired_cursor("the app's page token has expired; start again with an empty cursor"))
        } else {
            refusal
        }
    })?;
    let mut checked = trail.take(token.as_deref(), &answered);
    // A page that is looked at once more is where the client is, not where it has been.
    if skip == 0 && milestone.is_at(&answered) {
        checked = checked.and(Err(Contradiction::Circle));
    }
    checked.map_err(|contradiction| app.contradicted(contradiction))?;
    page.looked_at += 1;
    let (digest, reached) = (digest(&answered), reached.saturating_add(answered.resources.len() as u64));
    let next = span.behind(&answered, context.kind.abilities.paging.kind);
    let is_all = query.filter.is_none() && !context.kind.removes();
    page.total = page.total.or(answered.total.filter(|_| is_all));
    // What does not fit any more is not looked at: nothing is read for it.
    let fits = if query.filter.is_none() { usize::try_from(page.room()).unwrap_or(usize::MAX) } else { usize::MAX };
    let skipped = usize::try_from(skip).unwrap_or(usize::MAX);
    let taken: Vec<_> = answered.resources.drain(..).skip(skipped).collect();
    let of_page = taken.len();
    let mut done = 0;
    for current in walk::currents(context, app, taken.into_iter().take(fits).collect(), &omit).await? {
        if page.is_full() || page.is_spent {
            break;
        }
        page.take(context, query, current)?;
        done += 1;
    }
    if done < of_page {
        let skip = skip.saturating_add(u32::try_from(done).unwrap_or(u32::MAX));
        let limit = answered.limit.unwrap_or(limit);
        return Ok(Some(Part::App { place: AppPlace { limit, ..place }, skip }));
    }
    if answered.more {
        let PageSpan { offset, limit } = next;
        let place = AppPlace { token: answered.next, offset, limit, reached, milestone: milestone.pass(digest) };
        return Ok(Some(Part::App { place, skip: 0 }));
    }
    Ok(context.kind.removes().then_some(Part::Inactive { offset: 0 }))
}

async fn from_store(
    context: &Context<'_>,
    app: &mut App<'_>,
    query: &Query,
    offset: u64,
    page: &mut CursorPage,
) -> Result<Option<Part>, Refusal> {
    let (store, instance, kind) = (&context.instance.store, &*context.instance.name, context.kind.scim.name.as_str());
    let rows = store.inactive_page(instance, kind, offset, INACTIVE_AT_ONCE).await?;
    let is_last = (rows.len() as u64) < INACTIVE_AT_ONCE;
    let mut next = offset;
    let total = offset + rows.len() as u64;
    for current in inactive::currents(context, app, rows).await? {
        if page.is_full() || page.is_spent {
            break;
        }
        page.take(context, query, current)?;
        next += 1;
    }
    Ok((!is_last || next < total).then_some(Part::Inactive { offset: next }))
}
