//! References to resources that the app does not have yet: a manager who is provisioned after the employee.

use super::{Store, StoreError};
use sqlx::Any;

/// A reference that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// The type of the resource that refers.
    pub resource_type: String,
    /// The id of the resource that refers.
    pub id: String,
    /// The referring attribute, as the mapping writes it.
    pub slot: String,
}

impl Store {
    /// The references that wait for a resource of type `refers_to` under any of these identifiers.
    pub async fn awaiting(
        &self,
        instance: &str,
        refers_to: &str,
        identifiers: &[&str],
    ) -> Result<Vec<Awaited>, StoreError> {
        let mut found = Vec::new();
        for &identifier in identifiers {
            let rows = sqlx::query_as::<Any, (String, String, String)>(
                "SELECT resource_type, id, slot FROM awaited WHERE instance = $1 AND refers_to = $2 AND value = $3
                 ORDER BY resource_type, id, slot",
            )
            .bind(instance.to_owned())
            .bind(refers_to.to_owned())
            .bind(identifier.to_owned())
            .fetch_all(&self.pool)
            .await?;
            found.extend(rows.into_iter().map(|(resource_type, id, slot)| Awaited { resource_type, id, slot }));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Write;
    use super::super::testing::{temporary, user};
    use super::*;

    #[tokio::test]
    async fn a_reference_waits_until_it_is_resolved() {
        let (store, _folder) = temporary().await;
        let wait = Write::Await {
            resource: user("1"),
            slot: "manager.value".to_owned(),
            refers_to: "User".to_owned(),
            value: "boss".to_owned(),
        };
        store.commit(vec![wait]).await.unwrap();
        let waiting =
            Awaited { resource_type: "User".to_owned(), id: "1".to_owned(), slot: "manager.value".to_owned() };
        assert_eq!(store.awaiting("acme", "User", &["9", "boss"]).await.unwrap(), [waiting]);

        store.commit(vec![Write::Resolved { resource: user("1"), slot: "manager.value".to_owned() }]).await.unwrap();
        assert!(store.awaiting("acme", "User", &["boss"]).await.unwrap().is_empty());
    }
}
