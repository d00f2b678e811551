//! Whether the database takes what it is given, for readiness.

use super::Store;
use std::sync::{Mutex, PoisonError};

/// Why the last transaction failed, if it did.
#[derive(Debug, Default)]
pub(super) struct Trouble(Mutex<Option<String>>);

impl Trouble {
    /// Notes how a transaction ended that had no fault of its own.
    pub(super) fn note(&self, outcome: &Result<(), sqlx::Error>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = outcome.as_ref().err().map(ToString::to_string);
    }

    pub(super) fn why(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Store {
    /// Why nothing can be remembered at the moment, if so; the gateway goes on trying.
    pub fn trouble(&self) -> Option<String> {
        self.shared.trouble.why()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Write;
    use super::super::testing::{temporary, user};

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
