//! The handle on a store.

use crate::counts::{Counters, StoreCounts};
use crate::error::StoreError;
use crate::health::Health;
use crate::log::entry::LogEntry;
use crate::log::limits::{LogLimits, LogUsage};
use crate::message::{Done, Message};
use crate::reader::Reader;
use crate::space::Space;
use crate::write::Write;
use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::{OnceCell, mpsc, oneshot};

/// A cheap handle; clones share the connections and the writer.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
    /// The generation of an instance that the handle is for.
    space: Option<Arc<Space>>,
}

pub(crate) struct Shared {
    pub(crate) reader: Reader,
    pub(crate) writer: mpsc::Sender<Message>,
    pub(crate) log: mpsc::Sender<LogEntry>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) health: Arc<Health>,
    pub(crate) cursor_key: OnceCell<[u8; 32]>,
    pub(crate) log_limits: RwLock<LogLimits>,
    pub(crate) log_usage: Arc<LogUsage>,
    /// By instance: whoever adds to a connector's state looks first whether it is full.
    pub(crate) state_turns: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    /// Held for as long as this process may read or write: a gateway whose writer has stopped still answers from what it knows, and no
    /// other one may change that.
    pub(crate) claim: Mutex<Option<Arc<File>>>,
}

impl Store {
    /// Commits the writes, all or none, and returns when they are durable.
    pub async fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        if writes.is_empty() {
            return Ok(());
        }
        let writes = self.entered(writes);
        self.send(|done| Message::Commit(writes, done)).await
    }

    /// As [`Self::commit`], without waiting: for what is given back when nobody can wait any more. What is committed after this call
    /// finds it done, unless the queue is full; then it may come later.
    pub fn submit(&self, writes: Vec<Write>) {
        let (done, _) = oneshot::channel();
        let writes = self.entered(writes);
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
        self.shared.claim.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Limits the rows of each instance in the provisioning log.
    pub fn limit_log(&self, limits: LogLimits) {
        *self.shared.log_limits.write().unwrap_or_else(PoisonError::into_inner) = limits;
    }

    /// The same store for one generation of an instance.
    pub(crate) fn within(&self, space: Space) -> Self {
        Self { shared: Arc::clone(&self.shared), space: Some(Arc::new(space)) }
    }

    /// The name under which this handle finds the rows of an instance.
    pub(crate) fn stored<'a>(&'a self, instance: &'a str) -> &'a str {
        self.space.as_ref().map_or(instance, |space| space.name(instance))
    }

    /// The generation that the handle is for.
    pub(crate) fn generation(&self) -> Option<u32> {
        self.space.as_ref().map(|space| space.generation)
    }

    fn entered(&self, mut writes: Vec<Write>) -> Vec<Write> {
        if let Some(space) = &self.space {
            writes.iter_mut().for_each(|write| space.enter(write));
        }
        writes
    }

    pub(crate) fn reader(&self) -> &Reader {
        &self.shared.reader
    }

    pub(crate) fn log_limits(&self) -> LogLimits {
        *self.shared.log_limits.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn log_usage(&self) -> &LogUsage {
        &self.shared.log_usage
    }

    /// The turn to add to the state of an instance's connector.
    pub(crate) fn state_turn(&self, instance: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.shared.state_turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(instance.to_owned()).or_default())
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

impl From<Shared> for Store {
    fn from(shared: Shared) -> Self {
        Self { shared: Arc::new(shared), space: None }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}
