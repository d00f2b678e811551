//! Opening the database and bringing its tables up to date.

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyPool, Executor, SqlStr};
use std::borrow::Cow;

const MIGRATIONS: &[(i64, &str, &str)] = &[(1, "what is remembered", include_str!("migrations/0001_remembered.sql"))];

/// Readers that may run side by side; the writer holds one connection more.
const CONNECTIONS: u32 = 8;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL names a database that the gateway does not speak.
    #[error("the store's url `{0}` is not understood: write `sqlite:PATH`, for example `sqlite:scim-gateway.db`")]
    Url(String),
    /// The database could not be opened.
    #[error("the store at `{url}` cannot be opened: {source}")]
    Open {
        /// As configured.
        url: String,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The tables could not be brought up to date.
    #[error("the store's tables cannot be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A statement failed.
    #[error("the store failed: {0}")]
    Database(#[from] sqlx::Error),
    /// A transaction that was shared with other operations failed.
    #[error("the store failed to commit: {0}")]
    Commit(String),
    /// The process is shutting down.
    #[error("the store is closed")]
    Closed,
    /// A row holds what the gateway never wrote.
    #[error("the store holds a value that is not JSON: {0}")]
    Corrupt(#[from] serde_json::Error),
}

pub(super) async fn pool(url: &str) -> Result<AnyPool, StoreError> {
    install_default_drivers();
    let Some(path) = url.strip_prefix("sqlite:") else { return Err(StoreError::Url(url.to_owned())) };
    let separator = if path.contains('?') { '&' } else { '?' };
    let pool = AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        .after_connect(|connection, _| {
            Box::pin(async move {
                // WAL lets readers go on while the writer commits; FULL makes each commit survive a power cut.
                connection.execute("PRAGMA journal_mode = WAL").await?;
                connection.execute("PRAGMA synchronous = FULL").await?;
                connection.execute("PRAGMA busy_timeout = 5000").await?;
                Ok(())
            })
        })
        .connect(&format!("sqlite:{path}{separator}mode=rwc"))
        .await
        .map_err(|source| StoreError::Open { url: url.to_owned(), source })?;
    let migrations = MIGRATIONS.iter().map(|&(version, description, sql)| {
        Migration::new(version, Cow::Borrowed(description), MigrationType::Simple, SqlStr::from_static(sql), false)
    });
    Migrator::with_migrations(migrations.collect()).run(&pool).await?;
    Ok(pool)
}

#[cfg(test)]
mod tests {
    use super::super::{Store, testing};

    #[tokio::test]
    async fn a_store_opened_twice_migrates_once() {
        let (store, folder) = testing::temporary().await;
        store.close().await;
        Store::open(&format!("sqlite:{}", folder.path().join("store.db").display())).await.unwrap();
    }

    #[tokio::test]
    async fn an_unknown_database_is_refused_with_the_right_form() {
        let error = Store::open("mysql://localhost").await.unwrap_err().to_string();
        assert!(error.contains("sqlite:PATH"), "{error}");
    }
}
