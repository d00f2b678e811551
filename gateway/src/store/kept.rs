//! Kept attributes: what the app cannot hold, and values as the client sent them.

use super::{ResourceKey, Store, StoreError};
use serde_json::Value;
use sqlx::{Any, AssertSqlSafe};
use std::collections::HashMap;

/// Resources asked for in one statement; SQLite takes thousands of parameters, PostgreSQL 65,535.
const IDS_PER_STATEMENT: usize = 500;

/// One attribute's value.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptValue {
    /// As the mapping writes it.
    pub slot: String,
    /// As the client sent it.
    pub value: Value,
    /// What the app's field held at that time, where the app has one.
    pub app: Option<Value>,
}

impl Store {
    /// What is kept of one resource.
    pub async fn kept(&self, resource: &ResourceKey) -> Result<Vec<KeptValue>, StoreError> {
        let rows = self.kept_of_many(&resource.instance, &resource.resource_type, &[&resource.id]).await?;
        Ok(rows.into_values().next().unwrap_or_default())
    }

    /// What is kept of several resources of one type, by id; those of which nothing is kept are left out.
    pub async fn kept_of_many(
        &self,
        instance: &str,
        resource_type: &str,
        ids: &[&str],
    ) -> Result<HashMap<String, Vec<KeptValue>>, StoreError> {
        let mut found: HashMap<String, Vec<KeptValue>> = HashMap::new();
        for ids in ids.chunks(IDS_PER_STATEMENT) {
            let places: Vec<String> = (0..ids.len()).map(|place| format!("${}", place + 3)).collect();
            // Only placeholders are put into the text, never a value.
            let statement = AssertSqlSafe(format!(
                "SELECT id, slot, value, app FROM kept WHERE instance = $1 AND resource_type = $2 AND id IN ({}) ORDER BY slot",
                places.join(", ")
            ));
            let mut query = sqlx::query_as::<Any, (String, String, String, Option<String>)>(statement)
                .bind(instance.to_owned())
                .bind(resource_type.to_owned());
            for &id in ids {
                query = query.bind(id.to_owned());
            }
            for (id, slot, value, app) in query.fetch_all(&self.pool).await? {
                let app = app.map(|text| serde_json::from_str(&text)).transpose()?;
                found.entry(id).or_default().push(KeptValue { slot, value: serde_json::from_str(&value)?, app });
            }
        }
        Ok(found)
    }

    /// The ids of the resources whose kept attribute equals `value`, in order.
    pub async fn find_kept(
        &self,
        instance: &str,
        resource_type: &str,
        slot: &str,
        value: &Value,
    ) -> Result<Vec<String>, StoreError> {
        let ids = sqlx::query_scalar::<Any, String>(
            "SELECT id FROM kept WHERE instance = $1 AND resource_type = $2 AND slot = $3 AND value = $4 ORDER BY id",
        )
        .bind(instance.to_owned())
        .bind(resource_type.to_owned())
        .bind(slot.to_owned())
        .bind(value.to_string())
        .fetch_all(&self.pool)
        .await?;
        Ok(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Write;
    use super::super::testing::{temporary, user};
    use super::*;
    use serde_json::json;

    #[tokio::test]
    async fn the_last_value_kept_is_the_one_found() {
        let (store, _folder) = temporary().await;
        for (value, app) in [("Old", None), ("New", Some(json!("new")))] {
            let slot = "name.givenName".to_owned();
            store.commit(vec![Write::Keep { resource: user("7"), slot, value: json!(value), app }]).await.unwrap();
        }
        let expected = KeptValue { slot: "name.givenName".to_owned(), value: json!("New"), app: Some(json!("new")) };
        assert_eq!(store.kept(&user("7")).await.unwrap(), [expected]);
        assert!(store.find_kept("acme", "User", "name.givenName", &json!("Old")).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn instances_do_not_see_each_others_values() {
        let (store, _folder) = temporary().await;
        let write = Write::Keep { resource: user("7"), slot: "externalId".to_owned(), value: json!("e"), app: None };
        store.commit(vec![write]).await.unwrap();
        assert!(store.find_kept("other", "User", "externalId", &json!("e")).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn many_resources_are_read_at_once() {
        let (store, _folder) = temporary().await;
        let ids: Vec<String> = (0..1200).map(|n| n.to_string()).collect();
        let writes = ids.iter().map(|id| Write::Keep {
            resource: user(id),
            slot: "externalId".to_owned(),
            value: json!(id),
            app: None,
        });
        store.commit(writes.collect()).await.unwrap();
        let asked: Vec<&str> = ids.iter().map(String::as_str).collect();
        assert_eq!(store.kept_of_many("acme", "User", &asked).await.unwrap().len(), 1200);
    }
}
