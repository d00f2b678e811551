//! Rows of the provisioning log that wait for a transaction.

use super::entry::LogEntry;
use tokio::sync::mpsc;

/// Rows that may wait; rows of reads are no longer added from half of it.
pub(crate) const QUEUE: usize = 8192;
/// The most rows in one transaction.
const GROUP: usize = 1024;

/// The writer's end.
#[derive(Debug)]
pub(crate) struct LogQueue(mpsc::Receiver<LogEntry>);

/// Creates a queue: the end that adds rows, and the writer's.
pub(crate) fn queue() -> (mpsc::Sender<LogEntry>, LogQueue) {
    let (sender, rows) = mpsc::channel(QUEUE);
    (sender, LogQueue(rows))
}

impl LogQueue {
    /// Takes waiting rows, up to as many as one transaction may have.
    pub(crate) fn take(&mut self) -> Vec<LogEntry> {
        std::iter::from_fn(|| self.0.try_recv().ok()).take(GROUP).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
