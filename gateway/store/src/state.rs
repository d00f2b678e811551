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
}

impl Store {
    /// The state of the connector of `instance`.
    pub fn state(&self, instance: &str) -> StateSpace {
        StateSpace { store: self.clone(), instance: instance.to_owned() }
    }
}

impl StateSpace {
    /// The value of `name`.
    pub async fn get(&self, name: &str) -> Result<Option<String>, StoreError> {
        let value =
            sqlx::query_scalar::<Any, String>("SELECT value FROM connector_state WHERE instance = $1 AND name = $2")
                .bind(&self.instance)
                .bind(name)
                .fetch_optional(&self.store.pool)
                .await?;
        Ok(value)
    }

    /// Sets the value of `name`, durably. A connector is third-party code and must not fill the disk: once its state contains
    /// [`MAX_NAMES`] names, new names are refused.
    pub async fn set(&self, name: &str, value: &str) -> Result<(), StoreError> {
        if self.get(name).await?.is_none() && self.names().await? >= MAX_NAMES {
            return Err(StoreError::StateFull);
        }
        let write = Write::SetState { instance: self.instance.clone(), name: name.to_owned(), value: value.to_owned() };
        self.store.commit(vec![write]).await
    }

    async fn names(&self) -> Result<i64, StoreError> {
        let count = sqlx::query_scalar::<Any, i64>("SELECT COUNT(*) FROM connector_state WHERE instance = $1")
            .bind(&self.instance)
            .fetch_one(&self.store.pool)
            .await?;
        Ok(count)
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
