//! What the store asks of its writer.

use crate::error::StoreError;
use crate::write::Write;
use tokio::sync::oneshot;

/// Where the writer sends an outcome.
pub(crate) type Done<T> = oneshot::Sender<Result<T, StoreError>>;

#[derive(Debug)]
pub(crate) enum Message {
    /// Commit these, all or none.
    Commit(Vec<Write>, Done<()>),
    /// Delete some rows of the log.
    Trim(Trim, Done<Trimmed>),
    /// Commit everything that was accepted and release the database.
    Close(Done<()>),
    /// Panic, as a mistake in the writer would.
    #[cfg(test)]
    Panic,
}

/// Which rows of the log to delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trim {
    /// Those that are older.
    Before(String),
    /// The oldest of an instance that take so many bytes together.
    Oldest { instance: String, bytes: u64 },
}

/// Rows that were deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Trimmed {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}
