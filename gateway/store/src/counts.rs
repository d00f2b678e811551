//! Counters of the store's work since the start, for the operator's metrics.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Numbers since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreCounts {
    /// Transactions that waited for the disk, each once, however many commits share it. Log rows alone do not wait.
    pub transactions: u64,
    /// Acknowledged calls of [`Store::commit`](crate::Store::commit).
    pub commits: u64,
    /// Rows of the provisioning log that were dropped because the database could not keep up.
    pub dropped_log_rows: u64,
}

/// The same, as they grow.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    transactions: AtomicU64,
    commits: AtomicU64,
    dropped_log_rows: AtomicU64,
}

impl Counters {
    pub(crate) fn transaction(&self) {
        self.transactions.fetch_add(1, Relaxed);
    }

    pub(crate) fn acknowledged(&self) {
        self.commits.fetch_add(1, Relaxed);
    }

    pub(crate) fn dropped_log_rows(&self, rows: usize) {
        self.dropped_log_rows.fetch_add(u64::try_from(rows).unwrap_or(u64::MAX), Relaxed);
    }

    pub(crate) fn counts(&self) -> StoreCounts {
        StoreCounts {
            transactions: self.transactions.load(Relaxed),
            commits: self.commits.load(Relaxed),
            dropped_log_rows: self.dropped_log_rows.load(Relaxed),
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
