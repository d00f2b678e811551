//! The connectors' small state: one space of names per instance.

use super::{Store, StoreError, Write};
use sqlx::Any;

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
                .bind(self.instance.clone())
                .bind(name.to_owned())
                .fetch_optional(&self.store.pool)
                .await?;
        Ok(value)
    }

    /// Sets the value under `name`, durably.
    pub async fn set(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let write = Write::SetState { instance: self.instance.clone(), name: name.to_owned(), value: value.to_owned() };
        self.store.commit(vec![write]).await
    }

    /// Deletes the value under `name`, durably.
    pub async fn delete(&self, name: &str) -> Result<(), StoreError> {
        self.store.commit(vec![Write::DeleteState { instance: self.instance.clone(), name: name.to_owned() }]).await
    }
}

#[cfg(test)]
mod tests {
    use super::super::Write;
    use super::super::testing::temporary;

    #[tokio::test]
    async fn a_value_is_seen_by_its_own_instance_until_it_is_deleted() {
        let (store, _folder) = temporary().await;
        let (acme, other) = (store.state("acme"), store.state("other"));
        acme.set("department:Sales", "1").await.unwrap();
        assert_eq!(acme.get("department:Sales").await.unwrap().as_deref(), Some("1"));
        assert_eq!(other.get("department:Sales").await.unwrap(), None);
        acme.delete("department:Sales").await.unwrap();
        assert_eq!(acme.get("department:Sales").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_state_that_is_full_is_emptied_and_no_other_instance_notices() {
        let (store, _folder) = temporary().await;
        let (acme, other) = (store.state("acme"), store.state("other"));
        other.set("0", "theirs").await.unwrap();
        let set = |name: usize| Write::SetState { instance: "acme".into(), name: name.to_string(), value: "x".into() };
        store.commit((0..4096).map(set).collect()).await.unwrap();
        acme.set("4095", "changed").await.unwrap();
        assert_eq!(acme.get("0").await.unwrap().as_deref(), Some("x"), "a known name makes it no fuller");
        acme.set("4096", "y").await.unwrap();
        assert_eq!((acme.get("0").await.unwrap(), acme.get("4096").await.unwrap().as_deref()), (None, Some("y")));
        assert_eq!(other.get("0").await.unwrap().as_deref(), Some("theirs"));
    }
}
