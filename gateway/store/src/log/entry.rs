//! One row of the provisioning log, and how it is stored.

use crate::error::StoreError;
use crate::statement::{Cell, Row, Statement};
use crate::text::{MAX_CHARACTERS, bounded_text, time_text};
use jiff::Timestamp;
use scim_protocol::fold_case;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use std::borrow::Cow;
use std::time::Duration;

/// The most names of what was ignored.
const MOST_IGNORED: usize = 21;

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEntry {
    /// When it ended.
    pub time: Timestamp,
    /// Links the row to the client's answer and to the lines of the log.
    pub correlation: String,
    /// The instance's name.
    pub instance: String,
    /// The instance's generation; the store writes it. None where a request was refused before it reached the instance.
    pub generation: Option<u32>,
    /// The client's profile, such as `entra`.
    pub client: String,
    /// `create`, `read`, `search`, `replace`, `patch`, `delete`, `discover` or `bulk`; the HTTP method of a refused request that is none
    /// of them.
    pub operation: String,
    /// The resource type's name, such as `User`.
    pub resource_type: Option<String>,
    /// The resource's SCIM id.
    pub id: Option<String>,
    /// The attribute by which client and app recognise the resource.
    pub matching: Option<Matching>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The error's `scimType` (RFC 7644 §3.12).
    pub scim_type: Option<String>,
    /// The requests to the app, in their order; of many, the first ones.
    pub app_calls: Vec<LoggedCall>,
    /// How many more there were.
    pub unlisted_calls: u64,
    /// The names of what the client sent and the instance did not use: attributes that it does not know or that no rule of its mapping
    /// takes.
    pub ignored: Vec<String>,
    /// From the request's head to the answer.
    pub duration: Duration,
}

/// One request to the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedCall {
    /// The HTTP method.
    pub method: String,
    /// The endpoint: a path without ids, query or anything else that is personal, such as `/users/{id}.json`.
    pub path: String,
    /// The app's HTTP status; none when no answer came.
    pub status: Option<u16>,
    /// From sending to the end of the answer.
    pub duration: Duration,
}

/// A matching attribute and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// The attribute, as the mapping writes it.
    pub slot: String,
    /// The value, such as a user name or an e-mail address.
    pub value: String,
}

/// An element of the column `app_calls`.
#[derive(Serialize, Deserialize)]
struct StoredCall<'a> {
    method: Cow<'a, str>,
    path: Cow<'a, str>,
    status: Option<u16>,
    duration_ms: f64,
}

/// The most calls in a row.
const MAX_CALLS: usize = 100;
/// What a row takes besides its texts: numbers, and its places in three indexes.
const ROW_BYTES: u64 = 200;
/// What a call takes besides its method and path: the names and numbers of [`StoredCall`].
const CALL_BYTES: usize = 60;

pub(super) const SELECT: &str =
    "SELECT time, correlation, instance, generation, client, operation, resource_type, id, slot, value, status,
    scim_type, app_calls, unlisted_calls, duration_us, ignored FROM provisioning_log";

// A transaction whose outcome was lost is repeated.
const INSERT: Statement = Statement {
    head: "INSERT INTO provisioning_log (time, correlation, instance, generation, client, operation, resource_type, id, slot, value, status,
        scim_type, app_calls, unlisted_calls, duration_us, ignored, folded, bytes) VALUES ",
    tail: " ON CONFLICT (time, correlation) DO NOTHING",
};

/// Inserts rows.
pub(crate) async fn insert(connection: &mut AnyConnection, rows: &[&LogEntry]) -> Result<(), sqlx::Error> {
    let rows: Vec<Row<'_>> = rows.iter().map(|entry| entry.cells()).collect();
    INSERT.run(connection, &rows).await
}

impl LogEntry {
    /// About the bytes that the row takes, without writing it.
    pub(crate) fn bytes(&self) -> u64 {
        let matching = self.matching.as_ref();
        let known = [&self.correlation, &self.instance, &self.client, &self.operation].map(|text| text.as_str());
        let optional = [self.resource_type.as_deref(), self.id.as_deref(), self.scim_type.as_deref()];
        let matching = matching.map(|matching| [matching.slot.as_str(), &matching.value, &matching.value]);
        let texts = known.into_iter().chain(optional.into_iter().flatten()).chain(matching.into_iter().flatten());
        let calls = self.app_calls.iter().take(MAX_CALLS);
        let calls: usize = calls.map(|call| CALL_BYTES + bounded_len(&call.method) + bounded_len(&call.path)).sum();
        ROW_BYTES + (texts.map(bounded_len).sum::<usize>() + calls) as u64
    }

    /// The row, in the order of the columns of [`INSERT`]. No text of it is longer than [`bounded_text`] says, whoever chose it.
    fn cells(&self) -> Row<'_> {
        let matching = self.matching.as_ref();
        vec![
            Cell::Text(Cow::Owned(time_text(self.time))),
            bounded(&self.correlation),
            bounded(&self.instance),
            self.generation.map_or(Cell::NoNumber, |generation| Cell::Number(i64::from(generation))),
            bounded(&self.client),
            bounded(&self.operation),
            optional(self.resource_type.as_deref()),
            optional(self.id.as_deref()),
            optional(matching.map(|matching| matching.slot.as_str())),
            optional(matching.map(|matching| matching.value.as_str())),
            Cell::Number(i64::from(self.status)),
            optional(self.scim_type.as_deref()),
            Cell::Text(Cow::Owned(calls_text(&self.app_calls))),
            Cell::Number(i64::try_from(self.unlisted_calls()).unwrap_or(i64::MAX)),
            Cell::Number(i64::try_from(self.duration.as_micros()).unwrap_or(i64::MAX)),
            match self.ignored.as_slice() {
                [] => Cell::Null,
                names => {
                    let names: Vec<_> = names.iter().take(MOST_IGNORED).map(|name| bounded_text(name)).collect();
                    Cell::Text(Cow::Owned(serde_json::to_string(&names).unwrap_or_default()))
                }
            },
            matching.map_or(Cell::Null, |matching| Cell::Text(folded_value(&matching.value))),
            Cell::Number(i64::try_from(self.bytes()).unwrap_or(i64::MAX)),
        ]
    }

    fn unlisted_calls(&self) -> u64 {
        self.unlisted_calls + self.app_calls.len().saturating_sub(MAX_CALLS) as u64
    }

    /// Reads a row of [`SELECT`].
    pub(super) fn from_row(row: &AnyRow) -> Result<Self, StoreError> {
        let calls: Vec<StoredCall<'_>> = serde_json::from_str(row.try_get("app_calls")?)?;
        let slot: Option<String> = row.try_get("slot")?;
        let value: Option<String> = row.try_get("value")?;
        let ignored: Option<String> = row.try_get("ignored")?;
        Ok(Self {
            time: row.try_get::<&str, _>("time")?.parse()?,
            correlation: row.try_get("correlation")?,
            instance: row.try_get("instance")?,
            generation: row.try_get::<Option<i64>, _>("generation")?.and_then(|number| u32::try_from(number).ok()),
            client: row.try_get("client")?,
            operation: row.try_get("operation")?,
            resource_type: row.try_get("resource_type")?,
            id: row.try_get("id")?,
            matching: slot.zip(value).map(|(slot, value)| Matching { slot, value }),
            status: u16::try_from(row.try_get::<i64, _>("status")?).unwrap_or(0),
            scim_type: row.try_get("scim_type")?,
            ignored: ignored.map(|names| serde_json::from_str(&names)).transpose()?.unwrap_or_default(),
            app_calls: calls.into_iter().map(LoggedCall::from).collect(),
            unlisted_calls: u64::try_from(row.try_get::<i64, _>("unlisted_calls")?).unwrap_or(0),
            duration: Duration::from_micros(u64::try_from(row.try_get::<i64, _>("duration_us")?).unwrap_or(0)),
        })
    }
}

/// The value of a matching attribute, as it is looked for.
pub(super) fn folded_value(value: &str) -> Cow<'_, str> {
    Cow::Owned(fold_case(&bounded_text(value)).into_owned())
}

/// About the bytes of [`bounded_text`], and not fewer.
fn bounded_len(text: &str) -> usize {
    text.len().min(4 * MAX_CHARACTERS)
}

fn bounded(text: &str) -> Cell<'_> {
    Cell::Text(bounded_text(text))
}

fn optional(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Null, bounded)
}

impl From<StoredCall<'_>> for LoggedCall {
    fn from(call: StoredCall<'_>) -> Self {
        Self {
            method: call.method.into_owned(),
            path: call.path.into_owned(),
            status: call.status,
            duration: Duration::try_from_secs_f64(call.duration_ms / 1000.0).unwrap_or_default(),
        }
    }
}

fn calls_text(calls: &[LoggedCall]) -> String {
    let stored = calls.iter().take(MAX_CALLS).map(|call| StoredCall {
        method: bounded_text(&call.method),
        path: bounded_text(&call.path),
        status: call.status,
        duration_ms: (call.duration.as_secs_f64() * 10_000.0).round() / 10.0,
    });
    serde_json::to_string(&stored.collect::<Vec<_>>()).unwrap_or_default()
}
