//! Whether the store can write, for readiness.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};

/// Why nothing can be written at the moment, if so, and whether the store was closed.
#[derive(Debug, Default)]
pub(crate) struct Health {
    trouble: Mutex<Option<String>>,
    closed: AtomicBool,
}

impl Health {
    /// Notes the outcome of a transaction; a failure must not be the fault of its own rows.
    pub(crate) fn note(&self, outcome: Result<(), String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = outcome.err();
    }

    pub(crate) fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes that the store is being closed.
    pub(crate) fn close(&self) {
        self.closed.store(true, SeqCst);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{temporary, user};
    use crate::write::Write;

    #[tokio::test]
    async fn a_database_that_takes_nothing_is_trouble_until_it_does_again() {
        let (store, folder) = temporary().await;
        let keep = || vec![Write::Keep { resource: user("1"), slot: "title".to_owned(), value: "x".into(), app: None }];
        let url = format!("sqlite:{}", folder.path().join("store.db").display());
        let mut other = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
        sqlx::query("ALTER TABLE kept RENAME TO away").execute(&mut other).await.unwrap();
        store.commit(keep()).await.unwrap_err();
        assert!(store.trouble().is_some_and(|why| why.contains("no such table")), "{:?}", store.trouble());
        sqlx::query("ALTER TABLE away RENAME TO kept").execute(&mut other).await.unwrap();
        store.commit(keep()).await.unwrap();
        assert_eq!(store.trouble(), None);
    }
}
