//! What the gateway must remember, in SQLite: attributes that an app cannot hold, references that wait for
//! their resource, and the connectors' small state.
//!
//! Every write goes through one task ([`writer`]) that puts what arrives together into one transaction, and is
//! acknowledged after its commit: durability does not cost one fsync per request.

mod awaited;
mod kept;
mod open;
mod state;
mod writer;

pub use awaited::Awaited;
pub use kept::KeptValue;
pub use open::StoreError;
pub use state::StateSpace;
pub use writer::Write;

use sqlx::AnyPool;
use tokio::sync::mpsc;

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

/// A cheap handle; clones share the pool and the writer.
#[derive(Debug, Clone)]
pub struct Store {
    pool: AnyPool,
    writer: mpsc::Sender<writer::Batch>,
}

impl Store {
    /// Opens the database at `url` (`sqlite:path`), creates it when absent, and brings its tables up to date.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let pool = open::pool(url).await?;
        let writer = writer::start(pool.clone());
        Ok(Self { pool, writer })
    }

    /// Makes the writes durable, all or none, and returns when they are.
    pub async fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        if writes.is_empty() {
            return Ok(());
        }
        writer::submit(&self.writer, writes).await
    }

    /// Waits until every write accepted so far is durable and closes the database.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::{ResourceKey, Store};

    pub(crate) async fn temporary() -> (Store, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite:{}", folder.path().join("store.db").display())).await.unwrap();
        (store, folder)
    }

    pub(crate) fn user(id: &str) -> ResourceKey {
        ResourceKey { instance: "acme".to_owned(), resource_type: "User".to_owned(), id: id.to_owned() }
    }
}
