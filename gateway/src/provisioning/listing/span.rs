//! A page to ask the app for.

use super::super::checked_page::CheckedPage;
use crate::connectors::PagingKind;

/// A page to ask the app for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct PageSpan {
    pub(in super::super) offset: u64,
    pub(in super::super) limit: u32,
}

impl PageSpan {
    /// The page behind the one that was answered for this. Where the app's own pages are smaller, the next one is of their size.
    pub(in super::super) fn behind(self, answered: &CheckedPage, kind: PagingKind) -> Self {
        let limit = answered.limit.unwrap_or(self.limit);
        let inside = match kind {
            PagingKind::Page => self.offset % u64::from(limit.max(1)),
            PagingKind::Index | PagingKind::Cursor => 0,
        };
        Self { offset: (self.offset - inside).saturating_add(u64::from(limit)), limit }
    }
}
