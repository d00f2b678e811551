//! `[store]`: the gateway's database.

use super::table::Table;
use scim_store::{LogLimits, StoreUrl};
use std::path::{Path, PathBuf};

/// Days that rows of the provisioning log are kept unless the operator configures it.
const LOG_RETENTION_DAYS: u32 = 90;

/// The `[store]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// The database; a relative file is beside the configuration.
    pub url: StoreUrl,
    /// Days that rows of the provisioning log are kept (`log-retention-days`).
    pub log_retention_days: u32,
    /// How much each instance may write into the provisioning log (`log-max-mib`, `log-rows-per-minute`).
    pub log_limits: LogLimits,
}

impl Store {
    pub(super) fn read(table: Option<Table<'_>>, directory: &Path) -> Self {
        let mut log_limits = LogLimits::default();
        let (url, days) = table.map_or((None, None), |table| {
            let read = (table.text("url"), table.integer("log-retention-days", 1..=3650));
            if let Some(mebibytes) = table.integer("log-max-mib", 1..=1 << 20) {
                log_limits.bytes = mebibytes << 20;
            }
            if let Some(rows) = table.integer("log-rows-per-minute", 1..=1_000_000) {
                log_limits.rows_per_minute = u32::try_from(rows).unwrap_or(u32::MAX);
            }
            table.finish();
            read
        });
        let url = match url.unwrap_or_else(|| StoreUrl::SqliteFile(PathBuf::from("scim-gateway.db"))) {
            StoreUrl::SqliteFile(path) => StoreUrl::SqliteFile(directory.join(path)),
            postgres @ StoreUrl::Postgres(_) => postgres,
        };
        let log_retention_days = days.and_then(|days| u32::try_from(days).ok()).unwrap_or(LOG_RETENTION_DAYS);
        Self { url, log_retention_days, log_limits }
    }
}
