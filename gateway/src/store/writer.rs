//! The one task that writes. What waits when a transaction begins rides in it; everyone is told after its commit.

use super::{ResourceKey, StoreError};
use serde_json::Value;
use sqlx::{Any, AnyPool, Transaction};
use tokio::sync::{mpsc, oneshot};

/// Operations that may wait for the next transaction; beyond it they wait for a place.
const QUEUE: usize = 1024;
/// Operations that share a transaction at the most, which bounds how long the first of them waits.
const GROUP: usize = 256;

/// One thing to remember or to forget.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Keeps an attribute's value.
    Keep {
        /// Whose attribute.
        resource: ResourceKey,
        /// As the mapping writes it.
        slot: String,
        /// As the client sent it.
        value: Value,
        /// What the app's field held at that time, where the app has one.
        app: Option<Value>,
    },
    /// Notes that the app's field beside a kept value has changed by the client's own hand; no effect where nothing is kept.
    Rebase {
        /// Whose attribute.
        resource: ResourceKey,
        /// As the mapping writes it.
        slot: String,
        /// What the app's field holds now.
        app: Option<Value>,
    },
    /// Forgets an attribute's value.
    Drop {
        /// Whose attribute.
        resource: ResourceKey,
        /// As the mapping writes it.
        slot: String,
    },
    /// Remembers a reference to a resource that is not there yet.
    Await {
        /// The resource that refers.
        resource: ResourceKey,
        /// The referring attribute, as the mapping writes it.
        slot: String,
        /// The resource type that is referred to.
        refers_to: String,
        /// The identifier that the client sent.
        value: String,
    },
    /// Forgets a reference that waited: it was written, changed or cleared.
    Resolved {
        /// The resource that refers.
        resource: ResourceKey,
        /// The referring attribute.
        slot: String,
    },
    /// Forgets all about a resource.
    Forget(ResourceKey),
    /// Sets a value of a connector's state.
    SetState {
        /// Whose state.
        instance: String,
        /// The connector's key.
        name: String,
        /// The connector's value.
        value: String,
    },
    /// Deletes a value of a connector's state.
    DeleteState {
        /// Whose state.
        instance: String,
        /// The connector's key.
        name: String,
    },
}

/// A connector is somebody else's code and must not fill the disk. Its state is a cache by contract (`wit/state.wit`): with 4096
/// names it is full, and one more empties it.
const EMPTY_FULL_STATE: &str = "DELETE FROM connector_state WHERE instance = $1
     AND (SELECT COUNT(*) FROM connector_state AS all_names WHERE all_names.instance = $1) >= 4096
     AND NOT EXISTS (SELECT 1 FROM connector_state AS same WHERE same.instance = $1 AND same.name = $2)";

#[derive(Debug)]
pub(super) struct Batch {
    writes: Vec<Write>,
    done: oneshot::Sender<Result<(), StoreError>>,
}

pub(super) fn start(pool: AnyPool) -> mpsc::Sender<Batch> {
    let (sender, mut receiver) = mpsc::channel(QUEUE);
    tokio::spawn(async move {
        let mut waiting = Vec::with_capacity(GROUP);
        while receiver.recv_many(&mut waiting, GROUP).await > 0 {
            commit_group(&pool, std::mem::take(&mut waiting)).await;
        }
    });
    sender
}

pub(super) async fn submit(writer: &mpsc::Sender<Batch>, writes: Vec<Write>) -> Result<(), StoreError> {
    let (done, outcome) = oneshot::channel();
    writer.send(Batch { writes, done }).await.map_err(|_| StoreError::Closed)?;
    outcome.await.map_err(|_| StoreError::Closed)?
}

/// One operation's bad write must not fail the others': when the shared transaction fails, each gets its own.
async fn commit_group(pool: &AnyPool, batches: Vec<Batch>) {
    if transaction(pool, batches.iter().flat_map(|batch| &batch.writes)).await.is_ok() {
        for batch in batches {
            let _ = batch.done.send(Ok(()));
        }
        return;
    }
    for batch in batches {
        let outcome = transaction(pool, batch.writes.iter()).await;
        let _ = batch.done.send(outcome.map_err(|error| StoreError::Commit(error.to_string())));
    }
}

async fn transaction(pool: &AnyPool, writes: impl Iterator<Item = &Write>) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    for write in writes {
        execute(&mut transaction, write).await?;
    }
    transaction.commit().await
}

async fn execute(transaction: &mut Transaction<'_, Any>, write: &Write) -> Result<(), sqlx::Error> {
    match write {
        Write::Keep { resource, slot, value, app } => {
            run(
                transaction,
                "INSERT INTO kept (instance, resource_type, id, slot, value, app) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (instance, resource_type, id, slot) DO UPDATE SET value = excluded.value, app = excluded.app",
                &[&resource.instance, &resource.resource_type, &resource.id, slot, &value.to_string()],
                Some(app.as_ref().map(Value::to_string)),
            )
            .await
        }
        Write::Rebase { resource, slot, app } => {
            run(
                transaction,
                "UPDATE kept SET app = $5 WHERE instance = $1 AND resource_type = $2 AND id = $3 AND slot = $4",
                &[&resource.instance, &resource.resource_type, &resource.id, slot],
                Some(app.as_ref().map(Value::to_string)),
            )
            .await
        }
        Write::Drop { resource, slot } => {
            run(
                transaction,
                "DELETE FROM kept WHERE instance = $1 AND resource_type = $2 AND id = $3 AND slot = $4",
                &[&resource.instance, &resource.resource_type, &resource.id, slot],
                None,
            )
            .await
        }
        Write::Await { resource, slot, refers_to, value } => {
            run(
                transaction,
                "INSERT INTO awaited (instance, resource_type, id, slot, refers_to, value) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (instance, resource_type, id, slot) DO UPDATE SET value = excluded.value",
                &[&resource.instance, &resource.resource_type, &resource.id, slot, refers_to, value],
                None,
            )
            .await
        }
        Write::Resolved { resource, slot } => {
            run(
                transaction,
                "DELETE FROM awaited WHERE instance = $1 AND resource_type = $2 AND id = $3 AND slot = $4",
                &[&resource.instance, &resource.resource_type, &resource.id, slot],
                None,
            )
            .await
        }
        Write::Forget(resource) => {
            let key: [&str; 3] = [&resource.instance, &resource.resource_type, &resource.id];
            run(transaction, "DELETE FROM kept WHERE instance = $1 AND resource_type = $2 AND id = $3", &key, None)
                .await?;
            run(transaction, "DELETE FROM awaited WHERE instance = $1 AND resource_type = $2 AND id = $3", &key, None)
                .await
        }
        Write::SetState { instance, name, value } => {
            run(transaction, EMPTY_FULL_STATE, &[instance, name], None).await?;
            run(
                transaction,
                "INSERT INTO connector_state (instance, name, value) VALUES ($1, $2, $3)
                 ON CONFLICT (instance, name) DO UPDATE SET value = excluded.value",
                &[instance, name, value],
                None,
            )
            .await
        }
        Write::DeleteState { instance, name } => {
            run(
                transaction,
                "DELETE FROM connector_state WHERE instance = $1 AND name = $2",
                &[instance, name],
                None,
            )
            .await
        }
    }
}

/// Runs one statement; `last`, where there is one, is bound after `values` and may be NULL.
async fn run(
    transaction: &mut Transaction<'_, Any>,
    statement: &'static str,
    values: &[&str],
    last: Option<Option<String>>,
) -> Result<(), sqlx::Error> {
    let mut query = sqlx::query::<Any>(statement);
    for &value in values {
        query = query.bind(value.to_owned());
    }
    if let Some(last) = last {
        query = query.bind(last);
    }
    query.execute(&mut **transaction).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{temporary, user};
    use super::*;
    use serde_json::json;

    #[tokio::test]
    async fn writes_that_arrive_together_are_all_durable_when_acknowledged() {
        let (store, folder) = temporary().await;
        let keep = |n: usize| {
            let store = store.clone();
            async move {
                let write = Write::Keep {
                    resource: user(&n.to_string()),
                    slot: "externalId".to_owned(),
                    value: json!(format!("e{n}")),
                    app: None,
                };
                store.commit(vec![write]).await
            }
        };
        let outcomes = futures_util::future::join_all((0..300).map(keep)).await;
        assert!(outcomes.iter().all(Result::is_ok));
        let again =
            super::super::Store::open(&format!("sqlite:{}", folder.path().join("store.db").display())).await.unwrap();
        assert_eq!(again.find_kept("acme", "User", "externalId", &json!("e299")).await.unwrap(), ["299"]);
    }

    #[tokio::test]
    async fn forgetting_a_resource_leaves_no_row_of_it() {
        let (store, _folder) = temporary().await;
        let keep =
            Write::Keep { resource: user("1"), slot: "title".to_owned(), value: json!("x"), app: Some(json!("X")) };
        store.commit(vec![keep, Write::Forget(user("1"))]).await.unwrap();
        assert!(store.kept(&user("1")).await.unwrap().is_empty());
    }
}
