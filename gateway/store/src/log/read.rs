//! Reading the provisioning log, newest first.

use super::log::{bounded_text, time_text};
use super::open::Database;
use super::statement::Cell;
use super::{LogEntry, LoggedCall, Matching, Store, StoreError};
use crate::config::StoreUrl;
use crate::observe::PathTemplate;
use jiff::Timestamp;
use serde::Deserialize;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, AssertSqlSafe, Row as _};
use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Which rows; what is `None` is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// The instance's name.
    pub instance: Option<String>,
    /// The resource's SCIM id.
    pub id: Option<String>,
    /// The matching attribute's value, such as a user name, in any case.
    pub matching: Option<String>,
    /// Statuses of the answer.
    pub status: Option<RangeInclusive<u16>>,
    /// Rows of this time and later.
    pub since: Option<Timestamp>,
    /// Rows at the most.
    pub limit: u32,
}

impl Store {
    /// The rows of the provisioning log that the filter lets through, newest first.
    pub async fn log(&self, filter: &LogFilter) -> Result<Vec<LogEntry>, StoreError> {
        select(&self.shared.readers, filter).await
    }
}

/// The same from another process than the gateway's, beside which it may run. Makes no store.
pub async fn read_log(url: &StoreUrl, filter: &LogFilter) -> Result<Vec<LogEntry>, StoreError> {
    let readers = Database::at(url)?.readers().await?;
    let rows = select(&readers, filter).await;
    readers.close().await;
    rows
}

impl LogFilter {
    /// What a row must meet, a question mark standing for the value.
    fn conditions(&self) -> Vec<(&'static str, Cell<'_>)> {
        let text = |text| Cell::Text(bounded_text(text));
        let status = |status: &u16| Cell::Number(i64::from(*status));
        let conditions = [
            ("instance = ?", self.instance.as_deref().map(text)),
            ("id = ?", self.id.as_deref().map(text)),
            ("lower(value) = lower(?)", self.matching.as_deref().map(text)),
            ("status >= ?", self.status.as_ref().map(|range| status(range.start()))),
            ("status <= ?", self.status.as_ref().map(|range| status(range.end()))),
            ("time >= ?", self.since.map(|time| Cell::Text(Cow::Owned(time_text(time))))),
        ];
        conditions.into_iter().filter_map(|(condition, value)| Some((condition, value?))).collect()
    }
}

async fn select(readers: &AnyPool, filter: &LogFilter) -> Result<Vec<LogEntry>, StoreError> {
    let (conditions, mut values): (Vec<&str>, Vec<Cell<'_>>) = filter.conditions().into_iter().unzip();
    let mut text =
        "SELECT time, correlation, instance, client, operation, resource_type, id, slot, value, status, scim_type,
        app_calls, duration_us FROM provisioning_log"
            .to_owned();
    for (place, condition) in conditions.iter().enumerate() {
        let word = if place == 0 { "WHERE" } else { "AND" };
        text.push_str(&format!(" {word} {}", condition.replace('?', &format!("${}", place + 1))));
    }
    text.push_str(&format!(" ORDER BY time DESC, correlation DESC LIMIT ${}", conditions.len() + 1));
    // Only conditions of this file are put into the text, never a value.
    let mut query = sqlx::query::<Any>(AssertSqlSafe(text));
    values.push(Cell::Number(i64::from(filter.limit)));
    for value in &values {
        query = value.bind_to(query);
    }
    let rows = query.fetch_all(readers).await?;
    rows.iter().map(entry).collect()
}

fn entry(row: &AnyRow) -> Result<LogEntry, StoreError> {
    #[derive(Deserialize)]
    struct Call {
        method: String,
        path: String,
        status: Option<u16>,
        duration_ms: f64,
    }
    let calls: Vec<Call> = serde_json::from_str(row.try_get("app_calls")?)?;
    let slot: Option<String> = row.try_get("slot")?;
    let value: Option<String> = row.try_get("value")?;
    Ok(LogEntry {
        time: row.try_get::<&str, _>("time")?.parse()?,
        correlation: row.try_get("correlation")?,
        instance: row.try_get("instance")?,
        client: row.try_get("client")?,
        operation: row.try_get("operation")?,
        resource_type: row.try_get("resource_type")?,
        id: row.try_get("id")?,
        matching: slot.zip(value).map(|(slot, value)| Matching { slot, value }),
        status: u16::try_from(row.try_get::<i64, _>("status")?).unwrap_or(0),
        scim_type: row.try_get("scim_type")?,
        app_calls: calls
            .into_iter()
            .map(|call| LoggedCall {
                method: call.method,
                path: PathTemplate::of(&call.path),
                status: call.status,
                duration: Duration::try_from_secs_f64(call.duration_ms / 1000.0).unwrap_or_default(),
            })
            .collect(),
        duration: Duration::from_micros(u64::try_from(row.try_get::<i64, _>("duration_us")?).unwrap_or(0)),
    })
}
