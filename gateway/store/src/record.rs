//! Adding rows to the provisioning log.

use crate::log::entry::LogEntry;
use crate::log::queue::QUEUE;
use crate::store::Store;

impl Store {
    /// Adds a row to the provisioning log, without waiting. It becomes durable with one of the next transactions, or is lost if the
    /// process dies; a row that must be durable with a write is committed as [`Write::Log`](crate::Write::Log). When the database
    /// cannot keep up, rows of reads are dropped first, and counted.
    pub fn record(&self, entry: LogEntry) {
        let busy = self.log_queue().capacity() < QUEUE / 2;
        if (busy && is_read(&entry.operation)) || self.log_queue().try_send(entry).is_err() {
            self.counters().dropped_log_rows(1);
        }
    }
}

fn is_read(operation: &str) -> bool {
    matches!(operation, "read" | "search" | "discover")
}
