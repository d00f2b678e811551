//! The provisioning log: one row an operation, for the operator who must say what happened to whom and when.
//!
//! Threat: a log outlives the people in it and is read by more than the apps are. A row has identifiers (the SCIM id and the
//! matching attribute), endpoints without ids or queries, and the outcome: no secret, no document, no other value.

use super::statement::Cell;
use super::{Store, StoreError};
use crate::egress::AppCall;
use crate::observe::PathTemplate;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::borrow::Cow;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Rows that may wait for a transaction; reads stop adding to them at half of it.
const QUEUE: usize = 8192;
/// Rows that ride in one transaction at the most.
const GROUP: usize = 1024;
/// Characters of what clients choose; what is longer is no identifier, and an index entry has its limits.
const LONGEST: usize = 256;

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEntry {
    /// When it ended.
    pub time: Timestamp,
    /// What links the row to the client's answer and to the log's lines.
    pub correlation: String,
    /// The instance's name.
    pub instance: String,
    /// The client's profile, such as `entra`.
    pub client: String,
    /// `create`, `read`, `search`, `replace`, `patch`, `delete`, `discover` or `bulk`; the method of what was refused and is none of them.
    pub operation: String,
    /// The resource type's name, such as `User`.
    pub resource_type: Option<String>,
    /// The resource's SCIM id.
    pub id: Option<String>,
    /// The attribute by which client and app recognise the resource.
    pub matching: Option<Matching>,
    /// The status of the answer.
    pub status: u16,
    /// SCIM's word for the error.
    pub scim_type: Option<String>,
    /// The requests to the app, in their order.
    pub app_calls: Vec<LoggedCall>,
    /// From the request's head to the answer.
    pub duration: Duration,
}

/// One request to the app, without what is particular or personal in its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedCall {
    /// The method.
    pub method: String,
    /// The endpoint.
    pub path: PathTemplate,
    /// The app's status; none when no answer came.
    pub status: Option<u16>,
    /// From sending to the end of the answer.
    pub duration: Duration,
}

impl From<&AppCall> for LoggedCall {
    fn from(call: &AppCall) -> Self {
        Self {
            method: call.method.clone(),
            path: PathTemplate::of(&call.path),
            status: call.outcome.ok(),
            duration: call.duration,
        }
    }
}

/// A matching attribute and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// As the mapping writes it.
    pub slot: String,
    /// Such as a user name or an e-mail address.
    pub value: String,
}

impl Store {
    /// Adds a row to the provisioning log, without waiting. It is durable with one of the next transactions, or lost
    /// with the process; what must be remembered with a row commits it as [`super::Write::Log`]. When the database cannot follow,
    /// rows of reads are dropped first, and counted.
    pub fn record(&self, entry: LogEntry) {
        let busy = self.shared.log.capacity() < QUEUE / 2;
        if (busy && is_read(&entry.operation)) || self.shared.log.try_send(entry).is_err() {
            self.shared.counters.dropped_log_rows(1);
        }
    }

    /// Deletes the rows of the provisioning log that are more than `days` old; answers how many there were.
    pub async fn trim_log(&self, now: Timestamp, days: u32) -> Result<u64, StoreError> {
        let age = SignedDuration::from_hours(24 * i64::from(days));
        let before = time_text(now.checked_sub(age).unwrap_or(Timestamp::MIN));
        let mut total = 0;
        loop {
            let (done, outcome) = oneshot::channel();
            self.send(super::writer::Message::Trim(before.clone(), done)).await?;
            let (more, deleted) = outcome.await.map_err(|_| StoreError::Closed)??;
            total += deleted;
            if !more {
                return Ok(total);
            }
        }
    }
}

/// The writer's end of the rows that wait.
#[derive(Debug)]
pub(super) struct LogQueue(mpsc::Receiver<LogEntry>);

/// A queue: where rows are put, and where the writer takes them.
pub(super) fn queue() -> (mpsc::Sender<LogEntry>, LogQueue) {
    let (sender, rows) = mpsc::channel(QUEUE);
    (sender, LogQueue(rows))
}

impl LogQueue {
    /// What waits, up to what one transaction takes.
    pub(super) fn take(&mut self) -> Vec<LogEntry> {
        std::iter::from_fn(|| self.0.try_recv().ok()).take(GROUP).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl LogEntry {
    /// The row, in the order of the statement that inserts it.
    pub(super) fn cells(&self) -> Vec<Cell<'_>> {
        let matching = self.matching.as_ref();
        vec![
            Cell::Text(Cow::Owned(time_text(self.time))),
            bounded(&self.correlation),
            bounded(&self.instance),
            bounded(&self.client),
            bounded(&self.operation),
            optional(self.resource_type.as_deref()),
            optional(self.id.as_deref()),
            optional(matching.map(|matching| matching.slot.as_str())),
            optional(matching.map(|matching| matching.value.as_str())),
            Cell::Number(i64::from(self.status)),
            optional(self.scim_type.as_deref()),
            Cell::Text(Cow::Owned(calls_text(&self.app_calls))),
            Cell::Number(i64::try_from(self.duration.as_micros()).unwrap_or(i64::MAX)),
        ]
    }
}

/// RFC 3339, of equal length for every time, so that texts sort as times do.
pub(super) fn time_text(time: Timestamp) -> String {
    format!("{time:.6}")
}

/// What is stored of a text that a client may have chosen.
pub(super) fn bounded_text(text: &str) -> Cow<'_, str> {
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(end, _)| end);
    let text = text.get(..end).unwrap_or_default();
    // PostgreSQL stores no NUL.
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

fn bounded(text: &str) -> Cell<'_> {
    Cell::Text(bounded_text(text))
}

fn optional(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Null, bounded)
}

fn is_read(operation: &str) -> bool {
    matches!(operation, "read" | "search" | "discover")
}

fn calls_text(calls: &[LoggedCall]) -> String {
    #[derive(Serialize)]
    struct Call<'a> {
        method: &'a str,
        path: &'a str,
        status: Option<u16>,
        duration_ms: f64,
    }
    let calls: Vec<Call<'_>> = calls
        .iter()
        .map(|call| Call {
            method: &call.method,
            path: call.path.as_str(),
            status: call.status,
            duration_ms: (call.duration.as_secs_f64() * 10_000.0).round() / 10.0,
        })
        .collect();
    serde_json::to_string(&calls).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sort_as_texts() {
        let texts = ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000001Z", "2026-01-02T03:04:05.5Z"]
            .map(|time| time_text(time.parse().unwrap()));
        assert_eq!(texts[0], "2026-01-02T03:04:05.000000Z");
        assert!(texts.is_sorted());
    }

    #[test]
    fn what_a_client_chose_is_stored_without_nul_and_not_longer_than_an_identifier() {
        assert_eq!(bounded_text("a\0b"), "a\u{fffd}b");
        assert_eq!(bounded_text(&"é".repeat(300)).chars().count(), LONGEST);
    }
}
