//! What the store has done since the start, for the operator's metrics.

use super::Store;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Numbers since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreCounts {
    /// Transactions that waited for the disk, each once, however many commits ride in it. Rows of the log alone do not wait.
    pub transactions: u64,
    /// Commits that were acknowledged: what [`Store::commit`] was asked for.
    pub commits: u64,
    /// Rows of the provisioning log that were dropped because the database could not follow.
    pub dropped_log_rows: u64,
}

/// The same while they grow.
#[derive(Debug, Default)]
pub(super) struct Counters {
    transactions: AtomicU64,
    commits: AtomicU64,
    dropped_log_rows: AtomicU64,
}

impl Counters {
    pub(super) fn transaction(&self) {
        self.transactions.fetch_add(1, Relaxed);
    }

    pub(super) fn acknowledged(&self) {
        self.commits.fetch_add(1, Relaxed);
    }

    pub(super) fn dropped_log_rows(&self, rows: usize) {
        self.dropped_log_rows.fetch_add(u64::try_from(rows).unwrap_or(u64::MAX), Relaxed);
    }
}

impl Store {
    /// What was done since the start.
    pub fn counts(&self) -> StoreCounts {
        let Counters { transactions, commits, dropped_log_rows } = &*self.shared.counters;
        StoreCounts {
            transactions: transactions.load(Relaxed),
            commits: commits.load(Relaxed),
            dropped_log_rows: dropped_log_rows.load(Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{temporary, user};
    use super::super::{StoreError, Write};

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
