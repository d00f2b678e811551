//! The connectors' small state: one space of names per instance.

use super::{Store, StoreError, Write};
use sqlx::Any;

/// Names that one instance's state holds at the most.
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
    /// The value under `name`.
    pub async fn get(&self, name: &str) -> Result<Option<String>, StoreError> {
        let value =
            sqlx::query_scalar::<Any, String>("SELECT value FROM connector_state WHERE instance = $1 AND name = $2")
                .bind(&self.instance)
                .bind(name)
                .fetch_optional(&self.store.shared.readers)
                .await?;
        Ok(value)
    }

    /// Sets the value under `name`, durably. A connector is somebody else's code and must not fill the disk: with
    /// [`MAX_NAMES`] names its state takes no new one.
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
            .fetch_one(&self.store.shared.readers)
            .await?;
        Ok(count)
    }

    /// Deletes the value under `name`, durably.
    pub async fn delete(&self, name: &str) -> Result<(), StoreError> {
        self.store.commit(vec![Write::DeleteState { instance: self.instance.clone(), name: name.to_owned() }]).await
    }
}
