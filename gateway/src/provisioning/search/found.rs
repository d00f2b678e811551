//! What has been found for a window of a list, so far.

use super::super::context::Context;
use super::super::resource::{Current, whole};
use super::pages::Window;
use super::query::Query;
use super::selection::Selection;
use super::sole::FirstTwo;
use scim_protocol::{Error, Object};
use std::collections::HashSet;

/// What the client gets.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) window: Window,
    /// How many match, so far.
    pub(super) total: u64,
    /// Those in the window, where they come in their order.
    pub(super) resources: Vec<Object>,
    /// Those that may be in the window, where they are sorted.
    selection: Option<Selection>,
    /// The first two that match: a value that must be unique has one holder.
    pub(super) first_two: FirstTwo,
    /// Ids that the store knew, which may come again from the app, or the other way round.
    seen: HashSet<String>,
}

impl Found {
    pub(super) fn new(window: Window, is_sorted: bool) -> Self {
        let selection = is_sorted.then(|| Selection::new(window.end()));
        Self {
            window,
            total: 0,
            resources: Vec::new(),
            selection,
            first_two: FirstTwo::default(),
            seen: HashSet::new(),
        }
    }

    /// Whether they are sorted here, so that each must be looked at.
    pub(super) const fn is_sorted(&self) -> bool {
        self.selection.is_some()
    }

    /// What is to be found behind this, among resources of another type.
    pub(super) fn behind(&mut self) -> Self {
        let window = self.window.behind(self.total);
        let selection = self.selection.take();
        Self {
            window,
            total: 0,
            resources: Vec::new(),
            selection,
            first_two: FirstTwo::default(),
            seen: HashSet::new(),
        }
    }

    /// Takes up what was found [`Self::behind`] it.
    pub(super) fn join(&mut self, behind: Self) {
        self.total += behind.total;
        self.resources.extend(behind.resources);
        self.selection = behind.selection;
    }

    /// How many match, and those in the window.
    pub(super) fn finish(self) -> (u64, Vec<Object>) {
        let sorted = self.selection.map(|selection| selection.from(self.window.start));
        (self.total, sorted.unwrap_or(self.resources))
    }

    /// Counts a match and says whether it is in the client's window.
    fn takes_next(&mut self) -> bool {
        let index = self.total;
        self.total += 1;
        (self.window.start..self.window.end()).contains(&index)
    }
}

/// Counts a resource that matches, and shows it where it is in the client's window.
///
/// # Errors
/// 400 `tooMany` where comparing costs more than one request may.
pub(super) fn take(
    context: &Context<'_>,
    query: &Query,
    current: Current,
    found: &mut Found,
    may_come_again: bool,
) -> Result<(), Error> {
    if found.seen.contains(&current.id) {
        return Ok(());
    }
    if may_come_again {
        found.seen.insert(current.id.clone());
    }
    let whole = whole(context, current);
    if !query.matches(context, &whole)? {
        return Ok(());
    }
    found.first_two.note(&whole);
    let project = |whole| context.projection.apply(&context.kind.scim, whole);
    if let (Some(selection), Some(sort)) = (&mut found.selection, &query.sort) {
        found.total += 1;
        selection.offer(sort.key_within(&whole, context.comparisons())?, || project(whole));
    } else if found.takes_next() {
        found.resources.push(project(whole));
    }
    Ok(())
}
