//! Reading the provisioning log, newest first.

use super::entry::{LogEntry, SELECT, folded_value};
use crate::error::StoreError;
use crate::reader::Reader;
use crate::statement::Cell;
use crate::store_url::StoreUrl;
use crate::text::{bounded_text, time_text};
use jiff::Timestamp;
use sqlx::{Any, AssertSqlSafe};
use std::borrow::Cow;
use std::ops::RangeInclusive;

/// Which rows; criteria that are `None` are not applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// The instance's name.
    pub instance: Option<String>,
    /// The resource's SCIM id.
    pub id: Option<String>,
    /// The matching attribute's value, such as a user name, in any case.
    pub matching: Option<String>,
    /// HTTP statuses of the answer.
    pub status: Option<RangeInclusive<u16>>,
    /// The earliest time.
    pub since: Option<Timestamp>,
    /// The most rows.
    pub limit: u32,
}

/// Reads the log from another process than the gateway's, beside which it may run. Creates no store.
pub async fn read_log(url: &StoreUrl, filter: &LogFilter) -> Result<Vec<LogEntry>, StoreError> {
    let reader = Reader::beside(url).await?;
    let rows = reader.log(filter).await;
    reader.pool.close().await;
    rows
}

impl LogFilter {
    /// The conditions that a row must meet, each with a question mark in place of the value.
    fn conditions(&self) -> Vec<(&'static str, Cell<'_>)> {
        let text = |text| Cell::Text(bounded_text(text));
        let status = |status: &u16| Cell::Number(i64::from(*status));
        let conditions = [
            ("instance = ?", self.instance.as_deref().map(text)),
            ("id = ?", self.id.as_deref().map(text)),
            (
                // Rows from before have no folded value.
                "(folded = ? OR (folded IS NULL AND lower(value) = ?))",
                self.matching.as_deref().map(|value| Cell::Text(folded_value(value))),
            ),
            ("status >= ?", self.status.as_ref().map(|range| status(range.start()))),
            ("status <= ?", self.status.as_ref().map(|range| status(range.end()))),
            ("time >= ?", self.since.map(|time| Cell::Text(Cow::Owned(time_text(time))))),
        ];
        conditions.into_iter().filter_map(|(condition, value)| Some((condition, value?))).collect()
    }
}

impl Reader {
    /// The rows of the provisioning log that pass the filter, newest first.
    pub(crate) async fn log(&self, filter: &LogFilter) -> Result<Vec<LogEntry>, StoreError> {
        let (conditions, mut values): (Vec<&str>, Vec<Cell<'_>>) = filter.conditions().into_iter().unzip();
        let mut text = SELECT.to_owned();
        for (place, condition) in conditions.iter().enumerate() {
            let word = if place == 0 { "WHERE" } else { "AND" };
            text.push_str(&format!(" {word} {}", condition.replace('?', &format!("${}", place + 1))));
        }
        text.push_str(&format!(" ORDER BY time DESC, correlation DESC LIMIT ${}", conditions.len() + 1));
        // The text contains this file's conditions only, never a value.
        let mut query = sqlx::query::<Any>(AssertSqlSafe(text));
        values.push(Cell::Number(i64::from(filter.limit)));
        for value in &values {
            query = value.bind_to(query);
        }
        let rows = query.fetch_all(&self.pool).await?;
        rows.iter().map(LogEntry::from_row).collect()
    }
}
