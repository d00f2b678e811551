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
    /// Delete some rows of the log that are older; returns their number.
    TrimLog(String, Done<u64>),
    /// Commit everything that was accepted and release the database.
    Close(Done<()>),
    /// Panic, as a mistake in the writer would.
    #[cfg(test)]
    Panic,
}
