//! The connectors' small state: one namespace per instance.

use crate::error::StoreError;
use crate::statement::{Cell, Statement, replace};
use crate::store::Store;
use crate::write::Write;
use sqlx::{Any, AnyConnection};
use std::collections::BTreeMap;

/// The most names in one instance's state.
const MAX_NAMES: i64 = 4096;

/// One instance's state.
#[derive(Debug, Clone)]
pub struct StateSpace {
    store: Store,
    instance: String,
    /// The most bytes of all names and values together.
    bytes: u64,
}

impl Store {
    /// The state of the connector of `instance`, whose names and values may take so many bytes together.
    pub fn state(&self, instance: &str, bytes: u64) -> StateSpace {
        StateSpace { store: self.clone(), instance: instance.to_owned(), bytes }
    }
}

impl StateSpace {
    /// The value of `name`.
    pub async fn get(&self, name: &str) -> Result<Option<String>, StoreError> {
        let value =
            sqlx::query_scalar::<Any, String>("SELECT value FROM connector_state WHERE instance = $1 AND name = $2")
                .bind(self.store.stored(&self.instance))
                .bind(name)
                .fetch_optional(&self.store.reader().pool)
                .await?;
        Ok(value)
    }

    /// Sets the value of `name`, durably. A connector is third-party code and must not fill the disk: once its state contains
    /// [`MAX_NAMES`] names, or would take more bytes than it may, what would make it larger is refused, and counted. Each gateway
    /// looks by itself, so that those that share a store may exceed the limit by one value each.
    pub async fn set(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let turn = self.store.state_turn(&self.instance);
        let _turn = turn.lock().await;
        let (names, bytes, known) = self.size(name).await?;
        let (needed, limit) = (u64::try_from(name.len() + value.len()).unwrap_or(u64::MAX), self.bytes);
        let others = bytes.saturating_sub(known.unwrap_or(0));
        let grows = needed > known.unwrap_or(0);
        if known.is_none() && names >= MAX_NAMES {
            self.store.counters().refused_state(&self.instance);
            return Err(StoreError::StateNames { limit: MAX_NAMES });
        }
        if grows && others.saturating_add(needed) > limit {
            self.store.counters().refused_state(&self.instance);
            return Err(StoreError::StateFull { limit, others, needed });
        }
        let write = Write::SetState { instance: self.instance.clone(), name: name.to_owned(), value: value.to_owned() };
        self.store.commit(vec![write]).await
    }

    /// How many names there are, the bytes of all, and those of `name`, if it is there.
    async fn size(&self, name: &str) -> Result<(i64, u64, Option<u64>), StoreError> {
        let (names, bytes, known) = sqlx::query_as::<Any, (i64, i64, i64)>(
            "SELECT COUNT(*), CAST(COALESCE(SUM(octet_length(name) + octet_length(value)), 0) AS BIGINT),
                CAST(COALESCE(MAX(CASE WHEN name = $2 THEN octet_length(name) + octet_length(value) END), -1) AS BIGINT)
             FROM connector_state WHERE instance = $1",
        )
        .bind(self.store.stored(&self.instance))
        .bind(name)
        .fetch_one(&self.store.reader().pool)
        .await?;
        Ok((names, u64::try_from(bytes).unwrap_or_default(), u64::try_from(known).ok()))
    }

    /// Deletes the value of `name`, durably.
    pub async fn delete(&self, name: &str) -> Result<(), StoreError> {
        self.store.commit(vec![Write::DeleteState { instance: self.instance.clone(), name: name.to_owned() }]).await
    }
}

/// The net effect of writes to the table: the value by instance and name, none where it is deleted.
#[derive(Debug, Default)]
pub(crate) struct StateChanges<'a>(BTreeMap<(&'a str, &'a str), Option<&'a str>>);

impl<'a> StateChanges<'a> {
    pub(crate) fn set(&mut self, instance: &'a str, name: &'a str, value: Option<&'a str>) {
        self.0.insert((instance, name), value);
    }

    pub(crate) async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let rows = self.0.iter().map(|((instance, name), value)| {
            ([*instance, *name].map(Cell::text).to_vec(), value.map(|value| vec![Cell::text(value)]))
        });
        replace(connection, &DELETE, &SET, rows).await
    }
}

const DELETE: Statement =
    Statement { head: "DELETE FROM connector_state WHERE (instance, name) IN (VALUES ", tail: ")" };
const SET: Statement = Statement {
    head: "INSERT INTO connector_state (instance, name, value) VALUES ",
    tail: " ON CONFLICT (instance, name) DO UPDATE SET value = excluded.value",
};
