//! Opening a store.

use crate::claim::claim;
use crate::counts::Counters;
use crate::database::Database;
use crate::error::StoreError;
use crate::health::Health;
use crate::index::Index;
use crate::log::limits::{LogLimits, LogUsage};
use crate::log::queue::queue;
use crate::reader::Reader;
use crate::store::{Shared, Store};
use crate::store_url::StoreUrl;
use crate::writer::Writer;
use crate::{awaited, kept};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;
use tokio::sync::OnceCell;

/// How long a starting gateway waits for the previous one to release an SQLite database.
const TAKE_OVER: Duration = Duration::from_secs(10);

impl Store {
    /// Opens the database, migrates its tables and starts the writer. An SQLite file is created when missing, and belongs to this store
    /// until [`Self::close`] or until the last handle is dropped; a file that another gateway uses is waited for, then refused
    /// ([`StoreError::InUse`]).
    pub async fn open(url: &StoreUrl) -> Result<Self, StoreError> {
        let claim = match url {
            StoreUrl::SqliteFile(path) => Some(Arc::new(claim(path, TAKE_OVER).await?)),
            StoreUrl::Postgres(_) => None,
        };
        let database = Database::create(url)?;
        database.migrate().await?;
        let pool = database.readers().await?;
        let index = match url {
            StoreUrl::SqliteFile(_) => {
                let index = Index::default();
                kept::load(&index, &pool).await?;
                awaited::load(&index, &pool).await?;
                Some(Arc::new(index))
            }
            StoreUrl::Postgres(_) => None,
        };
        let counters = Arc::new(Counters::default());
        let health = Arc::new(Health::default());
        let (log, rows) = queue();
        let log_usage = Arc::new(LogUsage::default());
        let writer = Writer {
            database,
            index: index.clone(),
            log: rows,
            counters: counters.clone(),
            health: health.clone(),
            log_usage: log_usage.clone(),
            claim: claim.clone(),
        };
        Ok(Shared {
            reader: Reader { pool, index },
            writer: writer.start(),
            log,
            counters,
            health,
            cursor_key: OnceCell::new(),
            log_limits: RwLock::new(LogLimits::default()),
            log_usage,
            state_turns: Mutex::new(HashMap::new()),
            claim: Mutex::new(claim),
        }
        .into())
    }
}
