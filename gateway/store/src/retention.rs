//! Deleting old rows of the provisioning log.

use crate::error::StoreError;
use crate::message::Message;
use crate::store::Store;
use crate::text::time_text;
use jiff::{SignedDuration, Timestamp};
use sqlx::AnyConnection;

/// Rows that are deleted at once: other writes wait for it.
const AT_ONCE: u64 = 1000;
const DELETE: &str = "DELETE FROM provisioning_log WHERE (time, correlation) IN
    (SELECT time, correlation FROM provisioning_log WHERE time < $1 ORDER BY time, correlation LIMIT 1000)";

impl Store {
    /// Deletes the rows of the provisioning log that are more than `days` old; returns their number.
    pub async fn trim_log(&self, now: Timestamp, days: u32) -> Result<u64, StoreError> {
        let age = SignedDuration::from_hours(24 * i64::from(days));
        let before = time_text(now.checked_sub(age).unwrap_or(Timestamp::MIN));
        let mut total = 0;
        loop {
            let deleted = self.send(|done| Message::TrimLog(before.clone(), done)).await?;
            total += deleted;
            if deleted < AT_ONCE {
                return Ok(total);
            }
        }
    }
}

/// Deletes some rows that are older than `before`; returns their number.
pub(crate) async fn delete_some(connection: &mut AnyConnection, before: &str) -> Result<u64, sqlx::Error> {
    Ok(sqlx::query(DELETE).bind(before).execute(connection).await?.rows_affected())
}
