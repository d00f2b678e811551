//! How much comparing one request may cause.
//!
//! Threat: a filter of 16 KiB has about 900 comparisons, a PATCH may have 1,000 operations and an attribute may have as many
//! elements as a body has room for. A request of half a megabyte would keep a processor busy for many seconds.

use crate::error::Error;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Comparisons of one request. A group of 100,000 members may be looked through ten times, and the longest filter be evaluated for
/// 1,000 resources. All of it takes about a tenth of a second of one processor.
pub const MAX_COMPARISONS: u64 = 1_000_000;

/// Bytes that cost as much as one comparison, in a text of ASCII and in any other, whose letters are folded one by one.
const BYTES_A_COMPARISON: (usize, usize) = (32, 4);

/// How many comparisons are left for one request, whose parts (the operations of a bulk request) share it.
#[derive(Debug)]
pub struct ComparisonBudget {
    left: AtomicU64,
    most: u64,
    is_exceeded: AtomicBool,
}

impl Default for ComparisonBudget {
    fn default() -> Self {
        Self::new(MAX_COMPARISONS)
    }
}

impl ComparisonBudget {
    /// This many comparisons of short values; long values count as several.
    #[must_use]
    pub const fn new(most: u64) -> Self {
        Self { left: AtomicU64::new(most), most, is_exceeded: AtomicBool::new(false) }
    }

    /// For what is bounded elsewhere: a connector's own rules, or one resource.
    pub(crate) const fn unlimited() -> Self {
        Self::new(u64::MAX)
    }

    /// Takes comparisons; `false` if fewer are left. Then nothing is left.
    pub(crate) fn take(&self, comparisons: u64) -> bool {
        // One request is worked on by one thread at a time, so that reading and writing need not be one step.
        let left = self.left.load(Ordering::Relaxed).checked_sub(comparisons);
        self.left.store(left.unwrap_or_default(), Ordering::Relaxed);
        if left.is_none() {
            self.is_exceeded.store(true, Ordering::Relaxed);
        }
        left.is_some()
    }

    /// Takes one comparison of a text.
    pub(crate) fn take_text(&self, text: &str) -> bool {
        let (ascii, other) = BYTES_A_COMPARISON;
        self.take(1 + (text.len() / if text.is_ascii() { ascii } else { other }) as u64)
    }

    pub(crate) fn is_exceeded(&self) -> bool {
        self.is_exceeded.load(Ordering::Relaxed)
    }

    /// Whether less than half is left: whoever can go on in another request should.
    #[must_use]
    pub fn is_low(&self) -> bool {
        self.left.load(Ordering::Relaxed) < self.most / 2
    }

    /// # Errors
    /// 400 `tooMany` if more was taken than there was.
    pub fn check(&self) -> Result<(), Error> {
        if !self.is_exceeded() {
            return Ok(());
        }
        Err(Error::too_many(format!(
            "the request needs more than {} comparisons of values; use shorter filters, fewer operations, or fewer values \
             per request",
            self.most
        )))
    }
}
