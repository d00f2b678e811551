//! Adding rows to the provisioning log, and reading them.

use crate::counts::DropReason;
use crate::error::StoreError;
use crate::log::entry::LogEntry;
use crate::log::queue::QUEUE;
use crate::log::read::LogFilter;
use crate::store::Store;

impl Store {
    /// Adds the row of an operation that changed nothing, without waiting. It becomes durable with one of the next transactions, or is
    /// lost if the process dies; a row that must be durable with a write is committed as [`Write::Log`](crate::Write::Log). When the
    /// instance writes more rows than it may, or the database cannot keep up, rows are dropped, those of reads first, and counted.
    pub fn record(&self, mut entry: LogEntry) {
        entry.generation = self.generation();
        if !self.has_room_for(&entry) {
            return;
        }
        let busy = self.log_queue().capacity() < QUEUE / 2;
        let refused = if busy && is_read(&entry.operation) {
            Some(entry)
        } else {
            self.log_queue().try_send(entry).err().map(|error| error.into_inner())
        };
        if let Some(entry) = refused {
            self.counters().dropped_log_rows(&entry.instance, DropReason::Slow, 1);
        }
    }

    /// The rows of the provisioning log that pass the filter, newest first.
    pub async fn log(&self, filter: &LogFilter) -> Result<Vec<LogEntry>, StoreError> {
        self.reader().log(filter).await
    }

    /// Whether the instance may write the row of an operation that changed nothing; if not, the row is counted as dropped.
    pub fn has_room_for(&self, entry: &LogEntry) -> bool {
        let admitted = self.log_usage().admits(&entry.instance, entry.time, self.log_limits());
        if !admitted {
            self.counters().dropped_log_rows(&entry.instance, DropReason::Rate, 1);
        }
        admitted
    }
}

fn is_read(operation: &str) -> bool {
    matches!(operation, "read" | "search" | "discover")
}
