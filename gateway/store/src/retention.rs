//! Deleting old rows of the provisioning log.

use crate::counts::DropReason;
use crate::error::StoreError;
use crate::message::{Message, Trim, Trimmed};
use crate::store::Store;
use crate::text::time_text;
use jiff::{SignedDuration, Timestamp};
use sqlx::{Any, AnyConnection, AssertSqlSafe, Row as _};

/// Rows that are deleted at once: other writes wait for it.
const AT_ONCE: u64 = 1000;

impl Store {
    /// Deletes the rows of the provisioning log that are more than `days` old; returns their number.
    pub async fn trim_log(&self, now: Timestamp, days: u32) -> Result<u64, StoreError> {
        let age = SignedDuration::from_hours(24 * i64::from(days));
        let before = time_text(now.checked_sub(age).unwrap_or(Timestamp::MIN));
        let mut total = 0;
        loop {
            let trim = Trim::Before(before.clone());
            let Trimmed { rows, .. } = self.send(|done| Message::Trim(trim, done)).await?;
            total += rows;
            if rows < AT_ONCE {
                return Ok(total);
            }
        }
    }

    /// Deletes the oldest rows of instances whose rows take more bytes than they may; returns and counts their number. Only instances
    /// that have written much since the last time are looked at, so that it may be called often.
    pub async fn shrink_log(&self) -> Result<u64, StoreError> {
        let mut total = 0;
        for instance in self.log_usage().due(self.log_limits()) {
            match self.shrink_log_of(&instance).await {
                Ok(rows) => total += rows,
                Err(error) => {
                    self.log_usage().still_due(&instance);
                    return Err(error);
                }
            }
        }
        Ok(total)
    }

    async fn shrink_log_of(&self, instance: &str) -> Result<u64, StoreError> {
        let limits = self.log_limits();
        let bytes = sqlx::query_scalar::<Any, i64>(
            "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM provisioning_log WHERE instance = $1",
        )
        .bind(instance)
        .fetch_one(&self.reader().pool)
        .await?;
        let mut bytes = u64::try_from(bytes).unwrap_or_default();
        let mut total = 0;
        // What has come since counts towards the next time.
        while bytes > limits.bytes - limits.slack() && (total > 0 || bytes > limits.bytes) {
            let excess = bytes - (limits.bytes - limits.slack());
            let trim = Trim::Oldest { instance: instance.to_owned(), bytes: excess };
            let trimmed = self.send(|done| Message::Trim(trim, done)).await?;
            self.counters().dropped_log_rows(instance, DropReason::Size, trimmed.rows);
            total += trimmed.rows;
            bytes = bytes.saturating_sub(trimmed.bytes);
            if trimmed.rows == 0 {
                break;
            }
        }
        Ok(total)
    }
}

/// Deletes some rows, the oldest first.
pub(crate) async fn delete_some(connection: &mut AnyConnection, trim: &Trim) -> Result<Trimmed, sqlx::Error> {
    const BEFORE: &str = "WHERE time < $1";
    const OLDEST: &str = "WHERE instance = $1";
    let (condition, value, most) = match trim {
        Trim::Before(time) => (BEFORE, time, u64::MAX),
        Trim::Oldest { instance, bytes } => (OLDEST, instance, *bytes),
    };
    let select = format!(
        "SELECT time, correlation, bytes FROM provisioning_log {condition} ORDER BY time, correlation LIMIT {AT_ONCE}"
    );
    let rows = sqlx::query::<Any>(AssertSqlSafe(select)).bind(value).fetch_all(&mut *connection).await?;
    let mut trimmed = Trimmed::default();
    let mut last = None;
    for row in &rows {
        if trimmed.bytes >= most {
            break;
        }
        trimmed.rows += 1;
        trimmed.bytes += u64::try_from(row.try_get::<i64, _>("bytes")?).unwrap_or_default();
        last = Some((row.try_get::<String, _>("time")?, row.try_get::<String, _>("correlation")?));
    }
    if let Some((time, correlation)) = last {
        let delete = format!("DELETE FROM provisioning_log {condition} AND (time, correlation) <= ($2, $3)");
        let deleted = sqlx::query::<Any>(AssertSqlSafe(delete)).bind(value).bind(time).bind(correlation);
        trimmed.rows = deleted.execute(connection).await?.rows_affected();
    }
    Ok(trimmed)
}
