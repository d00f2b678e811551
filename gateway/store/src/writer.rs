//! The one task that writes. What waits when a transaction begins rides in it; everyone is told after its commit. It has a
//! connection of its own, so that no reader makes it wait.

use super::counts::Counters;
use super::effects::Effects;
use super::known::Known;
use super::log::LogQueue;
use super::open::{Database, Durability};
use super::trouble::Trouble;
use super::{LogEntry, StoreError, Write};
use sqlx::{AnyConnection, Connection as _, Executor as _};
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// Operations that may wait for the next transaction; beyond it they wait for a place.
const QUEUE: usize = 1024;
/// Operations that share a transaction at the most, which bounds how long the first of them waits.
const GROUP: usize = 256;
/// Rows of the log that no write waits for ride with the next transaction, or in one of their own after this long.
const LOG_DELAY: Duration = Duration::from_millis(250);
/// A transaction that takes longer has lost its database.
const TRANSACTION: Duration = Duration::from_secs(20);
/// How often a transaction is tried that another gateway or a lost connection broke.
const ATTEMPTS: u32 = 4;
/// Rows of the log that are deleted at once: others wait for it.
const TRIMMED_AT_ONCE: u64 = 1000;
const TRIM: &str = "DELETE FROM provisioning_log WHERE (time, correlation) IN
    (SELECT time, correlation FROM provisioning_log WHERE time < $1 ORDER BY time, correlation LIMIT 1000)";

pub(super) type Done<T> = oneshot::Sender<Result<T, StoreError>>;

#[derive(Debug)]
pub(super) enum Message {
    /// Commit these, all or none.
    Commit(Vec<Write>, Done<()>),
    /// Delete rows of the log that are older; answers whether there may be more, and how many went.
    Trim(String, Done<(bool, u64)>),
    /// Commit what was accepted and let go of the database.
    Close(oneshot::Sender<()>),
}

/// The writer's connection, and what its commits survive at the moment.
struct Session {
    connection: AnyConnection,
    durability: Durability,
}

pub(super) struct Writer {
    pub(super) database: Database,
    pub(super) known: Option<Arc<Known>>,
    pub(super) log: LogQueue,
    pub(super) counters: Arc<Counters>,
    pub(super) trouble: Arc<Trouble>,
    /// Held for as long as this task may write.
    pub(super) claim: Option<File>,
}

impl Writer {
    /// Starts the task; it ends when nobody can send to it any more.
    pub(super) fn start(self) -> mpsc::Sender<Message> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(self.run(receiver));
        sender
    }

    async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        let mut session = None;
        let (mut waiting, mut closers) = (Vec::with_capacity(GROUP), Vec::new());
        loop {
            let received = timeout(LOG_DELAY, messages.recv_many(&mut waiting, GROUP)).await;
            // Who is about to commit gets the chance to ride along.
            tokio::task::yield_now().await;
            while waiting.len() < GROUP
                && let Ok(message) = messages.try_recv()
            {
                waiting.push(message);
            }
            let (mut batches, mut trims) = (Vec::with_capacity(waiting.len()), Vec::new());
            for message in waiting.drain(..) {
                match message {
                    Message::Commit(writes, done) => batches.push((writes, done)),
                    Message::Trim(before, done) => trims.push((before, done)),
                    Message::Close(done) => {
                        messages.close();
                        closers.push(done);
                    }
                }
            }
            if received.is_err() && self.trouble.why().is_some() {
                self.look_again(&mut session).await;
            }
            self.commit_group(&mut session, batches).await;
            for (before, done) in trims {
                let _ = done.send(self.trim(&mut session, &before).await);
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
            let _ = done.send(());
        }
    }

    /// One operation's bad write must not fail the others': when the shared transaction fails for it, each gets its own.
    async fn commit_group(&mut self, session: &mut Option<Session>, batches: Vec<(Vec<Write>, Done<()>)>) {
        let log = self.log.take();
        if batches.is_empty() && log.is_empty() {
            return;
        }
        let outcome = self.commit(session, batches.iter().flat_map(|(writes, _)| writes), &log).await;
        let is_of_a_row = outcome.as_ref().is_err_and(is_a_rows_fault);
        let each_alone = is_of_a_row && batches.len() + log.len() > 1;
        if outcome.is_err() && (!each_alone || self.commit(session, std::iter::empty(), &log).await.is_err()) {
            self.counters.dropped_log_rows(log.len());
        }
        if !is_of_a_row {
            self.trouble.note(&outcome);
        }
        for (writes, done) in batches {
            let outcome = match &outcome {
                Err(_) if each_alone => {
                    self.commit(session, writes.iter(), &[]).await.map_err(|error| error.to_string())
                }
                outcome => outcome.as_ref().map(|&()| ()).map_err(sqlx::Error::to_string),
            };
            if outcome.is_ok() {
                self.counters.acknowledged();
            }
            let _ = done.send(outcome.map_err(StoreError::Commit));
        }
    }

    async fn commit<'a>(
        &self,
        session: &mut Option<Session>,
        writes: impl Iterator<Item = &'a Write>,
        log: &'a [LogEntry],
    ) -> Result<(), sqlx::Error> {
        let effects = Effects::of(writes, log);
        if let Some(known) = &self.known {
            known.foresee(&effects);
        }
        let mut attempt = 1;
        loop {
            match in_time(self.transaction(session, &effects)).await {
                Ok(()) => break,
                Err(error) => {
                    // Whatever state it is in, the database undoes what was not committed.
                    *session = None;
                    if attempt == ATTEMPTS || !may_pass(&error) {
                        return Err(error);
                    }
                    attempt += 1;
                }
            }
        }
        if effects.durability() == Durability::Disk {
            self.counters.transaction();
        }
        if let Some(known) = &self.known {
            known.follow(&effects);
        }
        Ok(())
    }

    async fn transaction(&self, session: &mut Option<Session>, effects: &Effects<'_>) -> Result<(), sqlx::Error> {
        let session = self.connected(session).await?;
        if session.durability != effects.durability() {
            session.connection.execute(self.database.making(effects.durability())).await?;
            session.durability = effects.durability();
        }
        if effects.is_one_statement() {
            return effects.run(&mut session.connection).await;
        }
        let mut transaction = session.connection.begin().await?;
        effects.run(&mut transaction).await?;
        transaction.commit().await
    }

    /// Where nobody asks for a commit any more because the last one failed, nobody else would find out that the next one does not.
    async fn look_again(&self, session: &mut Option<Session>) {
        let outcome = in_time(async { self.connected(session).await?.connection.ping().await }).await;
        if outcome.is_err() {
            *session = None;
        }
        self.trouble.note(&outcome);
    }

    async fn trim(&self, session: &mut Option<Session>, before: &str) -> Result<(bool, u64), StoreError> {
        let delete =
            async { sqlx::query(TRIM).bind(before).execute(&mut self.connected(session).await?.connection).await };
        let outcome = in_time(delete).await;
        if outcome.is_err() {
            *session = None;
        }
        let deleted = outcome?.rows_affected();
        Ok((deleted == TRIMMED_AT_ONCE, deleted))
    }

    async fn connected<'a>(&self, session: &'a mut Option<Session>) -> Result<&'a mut Session, sqlx::Error> {
        if session.is_none() {
            *session = Some(Session { connection: self.database.connect().await?, durability: Durability::Disk });
        }
        session.as_mut().ok_or(sqlx::Error::PoolClosed)
    }
}

/// Work on the database that takes no longer than [`TRANSACTION`].
async fn in_time<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    timeout(TRANSACTION, work).await.unwrap_or_else(|late| Err(sqlx::Error::Io(late.into())))
}

/// PostgreSQL's classes "data exception", "integrity constraint violation" and "program limit exceeded".
fn is_a_rows_fault(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code.len() == 5 && ["22", "23", "54"].iter().any(|class| code.starts_with(class)))
}

/// A deadlock with another gateway, a server that restarts, a connection that was cut. Repeating is safe even where the commit
/// came through: every statement says what is to be, not what is to change.
fn may_pass(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() != std::io::ErrorKind::TimedOut,
        error => code(error).is_some_and(|code| matches!(code.as_str(), "40001" | "40P01" | "57P01" | "57P02")),
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}
