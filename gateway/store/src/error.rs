//! Why the store did not do what was asked.

use crate::config::StoreUrl;
use std::path::PathBuf;

/// Why the store did not do what was asked. No text holds a password or a value that was to be stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database could not be opened.
    #[error("the store at `{url}` cannot be opened: {source}")]
    Open {
        /// As configured; shown without its password.
        url: StoreUrl,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The file that tells that an SQLite database is in use could not be written.
    #[error("the store's lock `{}` cannot be had: {source}", file.display())]
    Lock {
        /// Beside the database.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// An SQLite file that is only to be read is not there.
    #[error("there is no store `{}`: `scim-gateway serve` makes it", .0.display())]
    Absent(PathBuf),
    /// Another gateway has the SQLite database.
    #[error("the store `{}` is in use by another gateway; gateways that share a store need PostgreSQL", .0.display())]
    InUse(PathBuf),
    /// The tables could not be brought up to date.
    #[error("the store's tables cannot be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A statement failed.
    #[error("the store failed: {0}")]
    Database(#[from] sqlx::Error),
    /// A transaction that was shared with other operations failed.
    #[error("the store failed to commit: {0}")]
    Commit(String),
    /// A connector's state holds as many names as it may.
    #[error("the connector's state is full: it takes no new names until some are deleted")]
    StateFull,
    /// The process is shutting down.
    #[error("the store is closed")]
    Closed,
    /// A row holds what the gateway never wrote.
    #[error("the store holds a value that is not JSON: {0}")]
    Corrupt(#[from] serde_json::Error),
    /// A row of the provisioning log has a time that the gateway never wrote.
    #[error("the store holds a time that is none: {0}")]
    CorruptTime(#[from] jiff::Error),
}
