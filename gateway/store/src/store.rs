//! The handle on a store.

use crate::counts::{Counters, StoreCounts};
use crate::error::StoreError;
use crate::health::Health;
use crate::log::entry::LogEntry;
use crate::message::{Done, Message};
use crate::reader::Reader;
use crate::write::Write;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::{OnceCell, mpsc, oneshot};

/// A cheap handle; clones share the connections and the writer. It reads as a [`Reader`].
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) reader: Reader,
    pub(crate) writer: mpsc::Sender<Message>,
    pub(crate) log: mpsc::Sender<LogEntry>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) health: Arc<Health>,
    pub(crate) cursor_key: OnceCell<[u8; 32]>,
}

impl Store {
    /// Commits the writes, all or none, and returns when they are durable.
    pub async fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        if writes.is_empty() {
            return Ok(());
        }
        self.send(|done| Message::Commit(writes, done)).await
    }

    /// As [`Self::commit`], without waiting: for what is given back when nobody can wait any more. What is committed after this call
    /// finds it done, unless the queue is full; then it may come later.
    pub fn submit(&self, writes: Vec<Write>) {
        let (done, _) = oneshot::channel();
        if let Err(mpsc::error::TrySendError::Full(message)) =
            self.shared.writer.try_send(Message::Commit(writes, done))
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let store = self.clone();
            runtime.spawn(async move { drop(store.shared.writer.send(message).await) });
        }
    }

    /// Whether other gateways may write to the same database.
    pub fn is_shared(&self) -> bool {
        self.shared.reader.index.is_none()
    }

    /// Why nothing can be written at the moment, if so. A failing database is tried again; a writer that has stopped needs a restart of
    /// the gateway.
    pub fn trouble(&self) -> Option<String> {
        self.shared.health.trouble()
    }

    /// What has been done since the start.
    pub fn counts(&self) -> StoreCounts {
        self.shared.counters.counts()
    }

    /// Commits everything that was accepted so far, log rows too, and closes the database.
    pub async fn close(&self) {
        self.shared.health.close();
        // Where the writer has ended already, it is closed.
        let _ = self.send(Message::Close).await;
        self.shared.reader.pool.close().await;
    }

    /// Sends a message to the writer and waits for the outcome.
    pub(crate) async fn send<T>(&self, message: impl FnOnce(Done<T>) -> Message) -> Result<T, StoreError> {
        let (done, outcome) = oneshot::channel();
        self.shared.writer.send(message(done)).await.map_err(|_| self.stopped())?;
        outcome.await.map_err(|_| self.stopped())?
    }

    pub(crate) fn log_queue(&self) -> &mpsc::Sender<LogEntry> {
        &self.shared.log
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.shared.counters
    }

    pub(crate) fn cursor_key_cell(&self) -> &OnceCell<[u8; 32]> {
        &self.shared.cursor_key
    }

    /// Why the writer does not answer.
    fn stopped(&self) -> StoreError {
        if self.shared.health.is_closed() { StoreError::Closed } else { StoreError::WriterStopped }
    }
}

impl Deref for Store {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.shared.reader
    }
}

impl From<Shared> for Store {
    fn from(shared: Shared) -> Self {
        Self { shared: Arc::new(shared) }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}
