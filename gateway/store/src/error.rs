//! Errors of the store.

use crate::store_url::StoreUrl;
use std::path::PathBuf;

/// Why the store could not do what was asked. No text contains a password or a value that was to be stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database could not be opened.
    #[error("the store at `{url}` cannot be opened: {source}")]
    Open {
        /// As configured; shown without its password.
        url: StoreUrl,
        /// The database's error.
        source: sqlx::Error,
    },
    /// The file that marks an SQLite database as in use could not be opened or locked.
    #[error("cannot acquire lock `{}`: {source}", file.display())]
    Lock {
        /// The lock file, beside the database.
        file: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// An SQLite file that was to be read does not exist.
    #[error("there is no store `{}`: correct `url` in [store], or run `scim-gateway serve`, which creates its first one", .0.display())]
    Absent(PathBuf),
    /// No file can be made where the SQLite file is to be.
    #[error("no store can be made in the directory `{}`: {source}", directory.display())]
    Directory {
        /// The directory.
        directory: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The tables were made by a newer version of the gateway.
    #[error("the store at `{0}` was made by a newer version of the gateway")]
    Newer(StoreUrl),
    /// Another gateway uses the SQLite database.
    #[error("the store `{}` is in use by another gateway; gateways that share a store need PostgreSQL", .0.display())]
    InUse(PathBuf),
    /// The tables could not be migrated to this version.
    #[error("the store's tables cannot be migrated: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A statement failed.
    #[error("the store failed: {0}")]
    Database(#[from] sqlx::Error),
    /// A transaction failed, which other operations may have shared.
    #[error("the store failed to commit: {0}")]
    Commit(String),
    /// A connector's state contains as many names as it may.
    #[error("the connector's state is full: it has {limit} names; delete some before adding others")]
    StateNames {
        /// The most names.
        limit: i64,
    },
    /// A connector's state would take more bytes than it may.
    #[error(
        "the connector's state is full: its other names and values take {others} bytes, this one {needed}, and the limit is {limit}; \
         delete some, or raise `state-kib` in the instance's limits"
    )]
    StateFull {
        /// The most bytes.
        limit: u64,
        /// The bytes of the other names and values.
        others: u64,
        /// The bytes of the one that was refused.
        needed: u64,
    },
    /// The store was closed: the process is shutting down.
    #[error("the store is closed")]
    Closed,
    /// The task that writes has ended although nobody closed the store; the log has the reason.
    #[error("the store's writer has stopped unexpectedly; restart the gateway")]
    WriterStopped,
    /// A row contains text that is not JSON, which the gateway never wrote.
    #[error("the store contains a value that is not JSON: {0}")]
    Corrupt(#[from] serde_json::Error),
    /// A row contains an invalid timestamp, which the gateway never wrote.
    #[error("the store contains an invalid timestamp: {0}")]
    CorruptTime(#[from] jiff::Error),
}
