//! Whether a list by cursor goes round in circles, when nothing is remembered between its pages.
//!
//! A client's cursor carries what two of the pages before looked like: the first one, and one that is replaced at distances that double
//! (R. P. Brent, *An improved Monte Carlo factorization algorithm*, 1980). An app that returns to a page is found out when it comes to one of
//! these, so that no such list is endless.

use super::super::checked_page::CheckedPage;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What is known of the pages before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Milestone {
    #[serde(rename = "f")]
    first: u64,
    #[serde(rename = "m")]
    mark: u64,
    /// Pages since the mark, and at how many it is moved.
    #[serde(rename = "d")]
    passed: u32,
    #[serde(rename = "w")]
    width: u32,
}

impl Milestone {
    /// Whether the page is one of those that are remembered.
    pub(super) fn is_at(&self, page: &CheckedPage) -> bool {
        digest(page).is_some_and(|page| page == self.first || page == self.mark)
    }

    /// Goes on behind the page.
    pub(super) fn pass(self, page: Option<u64>) -> Self {
        let Some(page) = page else { return self };
        if self.width == 0 {
            return Self { first: page, mark: page, passed: 0, width: 1 };
        }
        let passed = self.passed.saturating_add(1);
        if passed < self.width {
            return Self { passed, ..self };
        }
        Self { mark: page, passed: 0, width: self.width.saturating_mul(2), ..self }
    }
}

/// What tells a page from others, for gateways on other machines, too; nothing of a page without resources and cursor.
pub(super) fn digest(page: &CheckedPage) -> Option<u64> {
    let mut digest = Sha256::new();
    for stored in &page.resources {
        digest.update((stored.id.len() as u64).to_be_bytes());
        digest.update(&stored.id);
    }
    match (&page.next, page.resources.is_empty()) {
        (Some(next), true) => digest.update(next),
        (None, true) => return None,
        (_, false) => {}
    }
    let digest: [u8; 32] = digest.finalize().into();
    let (first, _) = digest.split_first_chunk()?;
    // Zero is the milestone of a list that has just begun.
    Some(u64::from_be_bytes(*first).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many pages of a list that goes back from `last` to `back` that is found out.
    fn found_out(back: u64, last: u64) -> u64 {
        let mut milestone = Milestone::default();
        let mut page = 1;
        for number in 1.. {
            if page == milestone.first || page == milestone.mark {
                return number;
            }
            milestone = milestone.pass(Some(page));
            page = if page == last { back } else { page + 1 };
        }
        0
    }

    #[test]
    fn every_circle_is_found_out_and_one_to_the_first_page_at_once() {
        for last in 1..40 {
            assert_eq!(found_out(1, last), last + 1, "back to the first of {last}");
            for back in 1..=last {
                assert!(found_out(back, last) <= 4 * last + 4, "from {last} to {back}");
            }
        }
    }

    #[test]
    fn a_list_without_circles_goes_on() {
        let mut milestone = Milestone::default();
        for page in 1..1000 {
            assert!(page != milestone.first && page != milestone.mark);
            milestone = milestone.pass(Some(page));
        }
    }
}
