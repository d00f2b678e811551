//! The one task that writes. Operations that are waiting when a transaction begins share it, and are acknowledged after its commit. The
//! task has a connection of its own, so that no reader makes it wait.

use crate::batch::{Batch, Unit};
use crate::counts::{Counters, DropReason};
use crate::database::{Database, Durability};
use crate::error::StoreError;
use crate::health::Health;
use crate::index::Index;
use crate::log::entry::LogEntry;
use crate::log::limits::LogUsage;
use crate::log::queue::LogQueue;
use crate::message::{Done, Message, Trim, Trimmed};
use crate::retention::delete_some;
use crate::row_fault::is_row_fault;
use crate::secret::write_probe;
use crate::write::Write;
use sqlx::{AnyConnection, Connection as _, Executor as _};
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Operations that may wait for the next transaction; more wait for a place in the queue.
const QUEUE: usize = 1024;
/// The most operations that share a transaction, which limits how long the first of them waits.
const GROUP: usize = 256;
/// Log rows that no operation waits for join the next transaction, or get one of their own after this time.
const LOG_DELAY: Duration = Duration::from_millis(250);
/// A transaction that takes longer has lost its database.
const TRANSACTION: Duration = Duration::from_secs(20);
/// How often a transaction is attempted that another gateway or a lost connection interrupted.
const ATTEMPTS: u32 = 4;

/// The writer's connection, and the durability of its next commits.
struct Session {
    connection: AnyConnection,
    durability: Durability,
}

pub(crate) struct Writer {
    pub(crate) database: Database,
    pub(crate) index: Option<Arc<Index>>,
    pub(crate) log: LogQueue,
    pub(crate) counters: Arc<Counters>,
    pub(crate) health: Arc<Health>,
    pub(crate) log_usage: Arc<LogUsage>,
    /// Held for as long as this task may write; the store holds it for as long as anybody may read.
    pub(crate) claim: Option<Arc<File>>,
}

impl Writer {
    /// Starts the task, which runs until the store is closed or its last handle is dropped. If it ends for any other reason, that is
    /// logged and remains the store's trouble: nobody can know what the task would have done next.
    pub(crate) fn start(self) -> mpsc::Sender<Message> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let health = self.health.clone();
        let task = tokio::spawn(self.run(receiver));
        tokio::spawn(async move {
            if let Err(error) = task.await {
                tracing::error!(%error, "the store's writer has stopped: nothing can be written until the gateway is restarted");
                health.note(Err(StoreError::WriterStopped.to_string()));
            }
        });
        sender
    }

    async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        let mut session = None;
        let (mut waiting, mut closers) = (Vec::with_capacity(GROUP), Vec::new());
        loop {
            let received = timeout(LOG_DELAY, messages.recv_many(&mut waiting, GROUP)).await;
            // Operations that are about to commit get the chance to join.
            tokio::task::yield_now().await;
            while waiting.len() < GROUP
                && let Ok(message) = messages.try_recv()
            {
                waiting.push(message);
            }
            let (mut operations, mut trims) = (Vec::with_capacity(waiting.len()), Vec::new());
            for message in waiting.drain(..) {
                match message {
                    Message::Commit(writes, done) => operations.push((writes, done)),
                    Message::Trim(trim, done) => trims.push((trim, done)),
                    Message::Close(done) => {
                        messages.close();
                        closers.push(done);
                    }
                    #[cfg(test)]
                    Message::Panic => panic!("a mistake in the writer"),
                }
            }
            if received.is_err() && self.health.trouble().is_some() {
                self.probe(&mut session).await;
            }
            self.commit_group(&mut session, operations).await;
            for (trim, done) in trims {
                let _ = done.send(self.trim_log(&mut session, &trim).await);
            }
            if received == Ok(0) {
                break;
            }
        }
        while !self.log.is_empty() {
            self.commit_group(&mut session, Vec::new()).await;
        }
        if let Some(Session { connection, .. }) = session {
            let _ = connection.close().await;
        }
        drop(self.claim);
        for done in closers {
            let _ = done.send(Ok(()));
        }
    }

    /// Commits operations and waiting log rows, and acknowledges the operations.
    async fn commit_group(&mut self, session: &mut Option<Session>, operations: Vec<(Vec<Write>, Done<()>)>) {
        let rows = self.log.take();
        let units = rows.iter().map(Unit::LogRow);
        let units: Vec<Unit<'_>> =
            units.chain(operations.iter().map(|(writes, _)| Unit::Operation(writes.as_slice()))).collect();
        let mut outcomes = self.commit_units(session, &units).await.into_iter();
        for (row, outcome) in rows.iter().zip(outcomes.by_ref().take(rows.len())) {
            match outcome {
                Ok(()) => self.has_logged(row),
                Err(_) => self.counters.dropped_log_rows(&row.instance, DropReason::Refused, 1),
            }
        }
        for ((writes, done), outcome) in operations.into_iter().zip(outcomes) {
            if outcome.is_ok() {
                self.counters.acknowledged();
                writes.iter().filter_map(Write::logged).for_each(|row| self.has_logged(row));
            }
            let _ = done.send(outcome.map_err(StoreError::Commit));
        }
    }

    fn has_logged(&self, row: &LogEntry) {
        self.log_usage.add(&row.instance, row.bytes());
    }

    /// Commits all units in one transaction if possible; the outcomes are in their order. One unit's bad row must not fail the others:
    /// where a row makes the transaction fail, each half gets its own, and so on until the bad row's unit is alone.
    async fn commit_units(&self, session: &mut Option<Session>, units: &[Unit<'_>]) -> Vec<Result<(), String>> {
        let mut outcomes = Vec::with_capacity(units.len());
        let mut parts = vec![units];
        while let Some(part) = parts.pop() {
            if part.is_empty() {
                continue;
            }
            let outcome = self.commit(session, part).await;
            let is_row_fault = outcome.as_ref().is_err_and(is_row_fault);
            if is_row_fault && part.len() > 1 {
                let (one, other) = part.split_at(part.len() / 2);
                parts.extend([other, one]);
                continue;
            }
            let outcome = outcome.map_err(|error| error.to_string());
            if !is_row_fault {
                self.health.note(outcome.clone());
            }
            let has_lost_database = outcome.is_err() && !is_row_fault;
            outcomes.extend(part.iter().map(|_| outcome.clone()));
            if has_lost_database {
                // Each remaining part would wait for the database in its turn.
                outcomes.resize(units.len(), outcome);
                break;
            }
        }
        outcomes
    }

    async fn commit(&self, session: &mut Option<Session>, units: &[Unit<'_>]) -> Result<(), sqlx::Error> {
        let batch = Batch::of(units);
        if let Some(index) = &self.index {
            batch.add_to(index);
        }
        let mut attempt = 1;
        loop {
            match in_time(self.transaction(session, &batch)).await {
                Ok(()) => break,
                Err(error) => {
                    // Whatever its state, the database undoes what was not committed. Only a row's fault leaves the session as it was:
                    // whoever sends bad rows must not make everybody wait for a new one.
                    if !is_row_fault(&error) {
                        *session = None;
                    }
                    if attempt == ATTEMPTS || !is_transient(&error) {
                        return Err(error);
                    }
                    attempt += 1;
                }
            }
        }
        if batch.durability() == Durability::Disk {
            self.counters.transaction();
        }
        if let Some(index) = &self.index {
            batch.remove_from(index);
        }
        Ok(())
    }

    async fn transaction(&self, session: &mut Option<Session>, batch: &Batch<'_>) -> Result<(), sqlx::Error> {
        let session = self.connected(session).await?;
        if session.durability != batch.durability() {
            session.connection.execute(self.database.making(batch.durability())).await?;
            session.durability = batch.durability();
        }
        if batch.is_one_statement() {
            return batch.run(&mut session.connection).await;
        }
        let mut transaction = session.connection.begin().await?;
        match batch.run(&mut transaction).await {
            Ok(()) => transaction.commit().await,
            Err(error) if is_row_fault(&error) => transaction.rollback().await.and(Err(error)),
            Err(error) => Err(error),
        }
    }

    /// Probes the database while idle after a failure: without commits, nothing else would notice its recovery. It writes, because a
    /// database whose disk is full answers questions.
    async fn probe(&self, session: &mut Option<Session>) {
        let outcome = in_time(async { write_probe(&mut self.connected(session).await?.connection).await }).await;
        if outcome.is_err() {
            *session = None;
        }
        self.health.note(outcome.map_err(|error| error.to_string()));
    }

    async fn trim_log(&self, session: &mut Option<Session>, trim: &Trim) -> Result<Trimmed, StoreError> {
        let outcome = in_time(async { delete_some(&mut self.connected(session).await?.connection, trim).await }).await;
        if outcome.is_err() {
            *session = None;
        }
        Ok(outcome?)
    }

    async fn connected<'a>(&self, session: &'a mut Option<Session>) -> Result<&'a mut Session, sqlx::Error> {
        if session.is_none() {
            *session = Some(Session { connection: self.database.connect().await?, durability: Durability::Disk });
        }
        session.as_mut().ok_or(sqlx::Error::PoolClosed)
    }
}

/// Limits work on the database to [`TRANSACTION`].
async fn in_time<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    timeout(TRANSACTION, work).await.unwrap_or_else(|late| Err(sqlx::Error::Io(late.into())))
}

/// Whether another attempt may succeed: after a deadlock with another gateway, a restart of the server, a lost connection. Repeating is
/// safe even if the commit succeeded: every statement says what a row becomes, not how it changes.
fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() != std::io::ErrorKind::TimedOut,
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| matches!(&*code, "40001" | "40P01" | "57P01" | "57P02"))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::claim::claim;
    use crate::error::StoreError;
    use crate::message::Message;
    use crate::store::Store;
    use crate::store_url::StoreUrl;
    use crate::testing::{temporary, user};
    use crate::write::Write;
    use std::io;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;
    use tracing_subscriber::fmt::MakeWriter;

    /// Lines of the log, collected.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Lines {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    fn keep() -> Vec<Write> {
        vec![Write::Keep { resource: user("1"), slot: "title".to_owned(), value: "x".into(), app: None }]
    }

    #[tokio::test]
    async fn a_writer_that_stops_is_logged_fails_commits_and_is_trouble() {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt().with_writer(lines.clone()).finish();
        let _logged = tracing::subscriber::set_default(subscriber);
        let (store, _folder) = temporary().await;
        store.commit(keep()).await.unwrap();
        assert_eq!(store.trouble(), None);
        // One commit waits while the writer panics, another comes later.
        let stop = async { store.send(|_: crate::message::Done<()>| Message::Panic).await };
        let (stopped, waiting) = tokio::join!(stop, store.commit(keep()));
        for outcome in [stopped, waiting, store.commit(keep()).await] {
            assert!(matches!(outcome, Err(StoreError::WriterStopped)), "{outcome:?}");
        }
        while store.trouble().is_none() {
            tokio::task::yield_now().await;
        }
        assert!(store.trouble().is_some_and(|why| why.contains("stopped")), "{:?}", store.trouble());
        let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(logged.contains("ERROR") && logged.contains("the store's writer has stopped"), "{logged}");
        // Reading goes on.
        assert_eq!(store.kept(&user("1")).await.unwrap().len(), 1);
        store.close().await;
    }

    #[tokio::test]
    async fn no_other_gateway_gets_the_database_while_one_whose_writer_has_stopped_still_reads() {
        let (store, folder) = temporary().await;
        let database = folder.path().join("store.db");
        let stopped = store.send(|_: crate::message::Done<()>| Message::Panic).await;
        assert!(matches!(stopped, Err(StoreError::WriterStopped)), "{stopped:?}");
        assert!(matches!(claim(&database, Duration::ZERO).await, Err(StoreError::InUse(_))));
        store.close().await;
        claim(&database, Duration::ZERO).await.unwrap();
        // Nor is it held by a store that nobody closed and nobody has any more.
        let store = Store::open(&StoreUrl::SqliteFile(database.clone())).await.unwrap();
        store.commit(keep()).await.unwrap();
        drop(store);
        claim(&database, Duration::from_secs(10)).await.unwrap();
    }

    #[tokio::test]
    async fn a_store_that_is_closed_is_not_trouble() {
        let (store, _folder) = temporary().await;
        store.close().await;
        assert!(matches!(store.commit(keep()).await, Err(StoreError::Closed)));
        assert_eq!(store.trouble(), None);
    }
}
