//! What the gateway must remember, in SQLite or PostgreSQL: attributes that an app cannot hold, references that wait for their
//! resource, what an app destroys (inactive accounts, their ids, who is wanted in which group), the connectors' small state, what
//! guard rails count, and the provisioning log.
//!
//! Every write goes through one task ([`writer`]) that puts what arrives together into one transaction, and is
//! acknowledged after its commit: durability does not cost one fsync per request.

mod awaited;
mod claim;
mod counts;
mod effects;
mod error;
mod kept;
mod known;
mod log;
mod log_query;
mod memberships;
mod open;
mod rails;
mod secret;
mod snapshot;
mod standing;
mod standing_effects;
mod state;
mod statement;
mod trouble;
mod write;
mod writer;

pub use awaited::Awaited;
pub use counts::StoreCounts;
pub use error::StoreError;
pub use kept::KeptValue;
pub use log::{LogEntry, LoggedCall, Matching};
pub use log_query::{LogFilter, read_log};
pub use memberships::Wanted;
pub use rails::{Deactivated, RailRow, RailState, RailWrite, lift_rail, read_rails};
pub use snapshot::snapshot;
pub use standing::{Inactive, Phase};
pub use standing_effects::{GroupKey, StandingWrite};
pub use state::StateSpace;
pub use write::Write;

use crate::config::StoreUrl;
use counts::Counters;
use known::Known;
use open::Database;
use sqlx::AnyPool;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OnceCell, mpsc, oneshot};
use trouble::Trouble;
use writer::{Message, Writer};

/// How long a gateway waits at its start for the one before it to let go of an SQLite database.
const TAKE_OVER: Duration = Duration::from_secs(10);

/// Names one resource of one instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourceKey {
    /// The instance's name.
    pub instance: String,
    /// The resource type's name, such as `User`.
    pub resource_type: String,
    /// The id that the client knows.
    pub id: String,
}

/// A cheap handle; clones share the connections and the writer.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    readers: AnyPool,
    writer: mpsc::Sender<Message>,
    log: mpsc::Sender<LogEntry>,
    counters: Arc<Counters>,
    trouble: Arc<Trouble>,
    /// None on PostgreSQL, where other gateways write.
    known: Option<Arc<Known>>,
    cursor_key: OnceCell<[u8; 32]>,
}

impl Store {
    /// Opens the database, brings its tables up to date and starts the writer. An SQLite file is created when absent, and
    /// belongs to this store until [`Self::close`] or the end of the last handle; another gateway's is waited for a while, then
    /// refused ([`StoreError::InUse`]).
    pub async fn open(url: &StoreUrl) -> Result<Self, StoreError> {
        let claim = match url {
            StoreUrl::SqliteFile(path) => Some(claim::claim(path, TAKE_OVER).await?),
            StoreUrl::Postgres(_) => None,
        };
        let database = Database::create(url)?;
        database.migrate().await?;
        let readers = database.readers().await?;
        let known = match url {
            StoreUrl::SqliteFile(_) => Some(Arc::new(Known::load(&readers).await?)),
            StoreUrl::Postgres(_) => None,
        };
        let counters = Arc::new(Counters::default());
        let (log, rows) = log::queue();
        let trouble = Arc::new(Trouble::default());
        let writer = Writer {
            database,
            known: known.clone(),
            log: rows,
            counters: counters.clone(),
            trouble: trouble.clone(),
            claim,
        };
        let (writer, cursor_key) = (writer.start(), OnceCell::new());
        Ok(Self { shared: Arc::new(Shared { readers, writer, log, counters, trouble, known, cursor_key }) })
    }

    /// Makes the writes durable, all or none, and returns when they are.
    pub async fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        if writes.is_empty() {
            return Ok(());
        }
        let (done, outcome) = oneshot::channel();
        self.send(Message::Commit(writes, done)).await?;
        outcome.await.map_err(|_| StoreError::Closed)?
    }

    /// Whether other gateways may write to the same database.
    pub fn is_shared(&self) -> bool {
        self.shared.known.is_none()
    }

    /// Makes durable what was accepted so far, log rows too, and closes the database.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        // Either end may be gone already: then it is closed.
        if self.send(Message::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
        self.shared.readers.close().await;
    }

    async fn send(&self, message: Message) -> Result<(), StoreError> {
        self.shared.writer.send(message).await.map_err(|_| StoreError::Closed)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::{ResourceKey, Store};
    use crate::config::StoreUrl;

    pub(crate) async fn temporary() -> (Store, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreUrl::SqliteFile(folder.path().join("store.db"))).await.unwrap();
        (store, folder)
    }

    pub(crate) fn user(id: &str) -> ResourceKey {
        ResourceKey { instance: "acme".to_owned(), resource_type: "User".to_owned(), id: id.to_owned() }
    }
}
