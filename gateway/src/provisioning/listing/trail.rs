//! The pages of one list, against each other: no resource comes twice, no page is repeated, and all are there in the end.

use super::super::checked_page::CheckedPage;
use crate::connectors::Contradiction;
use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

/// What a list has shown so far. Of ids and cursors only hashes are held, with a key that nobody else knows: eight bytes each, and
/// no more of them than resources that may be looked at for one request.
#[derive(Debug)]
pub(in super::super) struct Trail {
    key: RandomState,
    ids: HashSet<u64>,
    cursors: HashSet<u64>,
    /// How many resources are at or before the end of the last page, if that is known.
    reached: Option<u64>,
}

impl Trail {
    /// A list from behind the first so many resources on; none where that is not known.
    pub(in super::super) fn new(reached: Option<u64>) -> Self {
        Self { key: RandomState::new(), ids: HashSet::new(), cursors: HashSet::new(), reached }
    }

    /// Takes the next page, which was asked for by this cursor, if by any.
    pub(in super::super) fn take(&mut self, cursor: Option<&str>, page: &CheckedPage) -> Result<(), Contradiction> {
        self.cursors.extend(cursor.map(|cursor| self.key.hash_one(cursor)));
        if page.next.as_ref().is_some_and(|next| self.cursors.contains(&self.key.hash_one(next.as_str()))) {
            return Err(Contradiction::Circle);
        }
        for stored in &page.resources {
            if !self.ids.insert(self.key.hash_one(stored.id.as_str())) {
                return Err(Contradiction::Again { id: stored.id.clone() });
            }
        }
        self.reached = self.reached.map(|reached| reached.saturating_add(page.resources.len() as u64));
        match (page.total, self.reached) {
            (Some(total), Some(reached)) if !page.more && reached < total => {
                Err(Contradiction::EndsEarly { total, reached })
            }
            _ => Ok(()),
        }
    }
}
