//! Counters of the store's work since the start, for the operator's metrics.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// Numbers since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreCounts {
    /// Transactions that waited for the disk, each once, however many commits share it. Log rows alone do not wait.
    pub transactions: u64,
    /// Acknowledged calls of [`Store::commit`](crate::Store::commit).
    pub commits: u64,
    /// Rows dropped from the provisioning log, by instance and reason.
    pub dropped_log_rows: BTreeMap<(String, DropReason), u64>,
    /// Values that a connector's state did not take because it is full, by instance.
    pub refused_state: BTreeMap<String, u64>,
}

/// Why a row of the provisioning log does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DropReason {
    /// The database could not keep up.
    Slow,
    /// The instance wrote more rows a minute than it may.
    Rate,
    /// The instance's rows take more bytes than they may, and this one was the oldest.
    Size,
    /// The database refused it.
    Refused,
}

impl DropReason {
    /// The word for metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Slow => "slow-store",
            Self::Rate => "rate",
            Self::Size => "size",
            Self::Refused => "refused",
        }
    }
}

/// The same, as they grow.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    transactions: AtomicU64,
    commits: AtomicU64,
    dropped_log_rows: Mutex<BTreeMap<(String, DropReason), u64>>,
    refused_state: Mutex<BTreeMap<String, u64>>,
}

impl Counters {
    pub(crate) fn transaction(&self) {
        self.transactions.fetch_add(1, Relaxed);
    }

    pub(crate) fn acknowledged(&self) {
        self.commits.fetch_add(1, Relaxed);
    }

    pub(crate) fn dropped_log_rows(&self, instance: &str, reason: DropReason, rows: u64) {
        let mut dropped = self.dropped_log_rows.lock().unwrap_or_else(PoisonError::into_inner);
        *dropped.entry((instance.to_owned(), reason)).or_default() += rows;
    }

    pub(crate) fn refused_state(&self, instance: &str) {
        let mut refused = self.refused_state.lock().unwrap_or_else(PoisonError::into_inner);
        *refused.entry(instance.to_owned()).or_default() += 1;
    }

    pub(crate) fn counts(&self) -> StoreCounts {
        StoreCounts {
            transactions: self.transactions.load(Relaxed),
            commits: self.commits.load(Relaxed),
            dropped_log_rows: self.dropped_log_rows.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            refused_state: self.refused_state.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::error::StoreError;
    use crate::testing::{temporary, user};
    use crate::write::Write;

    #[tokio::test]
    async fn commits_that_wait_together_share_a_transaction() {
        let (store, _folder) = temporary().await;
        let before = store.counts();
        let commits = (0..100).map(|number| {
            let keep = Write::Keep {
                resource: user(&number.to_string()),
                slot: "title".to_owned(),
                value: "x".into(),
                app: None,
            };
            store.commit(vec![keep])
        });
        let outcomes: Result<Vec<()>, StoreError> = futures_util::future::join_all(commits).await.into_iter().collect();
        outcomes.unwrap();
        let counts = store.counts();
        assert_eq!(counts.commits - before.commits, 100);
        // All wait before the writer runs: the test has one thread.
        assert_eq!(counts.transactions - before.transactions, 1);
    }
}
