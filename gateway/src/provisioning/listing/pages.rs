//! The app's pages of one list, one after the other.

use super::super::app::App;
use super::super::checked_page::CheckedPage;
use super::super::kind::Kind;
use super::super::refusal::Refusal;
use super::span::PageSpan;
use super::trail::Trail;
use crate::connectors::{AppComparison, Query};
use scim_protocol::Error;

/// A list of the app that is read page by page and checked as a whole.
#[derive(Debug)]
pub(in super::super) struct AppPages {
    comparisons: Vec<AppComparison>,
    omit: Vec<String>,
    span: PageSpan,
    cursor: Option<String>,
    trail: Trail,
    has_ended: bool,
}

impl AppPages {
    /// All that match what the app compares, in pages as large as they can be.
    pub(in super::super) fn all(kind: &Kind, comparisons: Vec<AppComparison>, omit: Vec<String>) -> Self {
        let limit = kind.abilities.paging.max_page_size.max(1);
        Self::from(PageSpan { offset: 0, limit }, comparisons, omit)
    }

    /// The list from that page on.
    pub(in super::super) fn from(span: PageSpan, comparisons: Vec<AppComparison>, omit: Vec<String>) -> Self {
        Self { comparisons, omit, span, cursor: None, trail: Trail::new(Some(span.offset)), has_ended: false }
    }

    /// How many resources precede the next page.
    pub(in super::super) const fn offset(&self) -> u64 {
        self.span.offset
    }

    /// Whether there is no next page.
    pub(in super::super) const fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// The next page; none after the last one.
    pub(in super::super) async fn next(
        &mut self,
        app: &mut App<'_>,
        kind: &Kind,
    ) -> Result<Option<CheckedPage>, Refusal> {
        if self.has_ended {
            return Ok(None);
        }
        let page = page(app, kind, &self.comparisons, self.span, self.cursor.clone(), &self.omit).await?;
        let taken = self.trail.take(self.cursor.as_deref(), &page);
        taken.map_err(|contradiction| app.contradicted(contradiction))?;
        self.has_ended = !page.more;
        self.span = self.span.behind(&page, kind.abilities.paging.kind);
        self.cursor.clone_from(&page.next);
        Ok(Some(page))
    }
}

/// A page of the app.
pub(in super::super) async fn page(
    app: &mut App<'_>,
    kind: &Kind,
    comparisons: &[AppComparison],
    span: PageSpan,
    cursor: Option<String>,
    omit: &[String],
) -> Result<CheckedPage, Refusal> {
    let comparisons = comparisons.to_vec();
    let query = Query { comparisons, offset: span.offset, limit: span.limit, cursor, omit: omit.to_vec() };
    // No list is ever not found: the client would take it for a wrong tenant URL.
    app.search(kind, query).await.map_err(|refusal| {
        if refusal.is_not_found() {
            let error = Error::bad_gateway(refusal.error.detail.clone());
            refusal.answered(error)
        } else {
            refusal
        }
    })
}
