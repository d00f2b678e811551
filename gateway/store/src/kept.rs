//! Kept attributes: what the app cannot hold, and values as the client sent them.

use super::statement::{MOST_PLACES, places};
use super::{ResourceKey, Store, StoreError};
use serde_json::Value;
use sqlx::{Any, AssertSqlSafe};
use std::collections::HashMap;

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
    /// What is kept of one resource, by slot.
    pub async fn kept(&self, resource: &ResourceKey) -> Result<Vec<KeptValue>, StoreError> {
        let rows = self.kept_of_many(&resource.instance, &resource.resource_type, &[&resource.id]).await?;
        Ok(rows.into_values().next().unwrap_or_default())
    }

    /// What is kept of several resources of one type, by id and slot; those of which nothing is kept are left out.
    pub async fn kept_of_many(
        &self,
        instance: &str,
        resource_type: &str,
        ids: &[&str],
    ) -> Result<HashMap<String, Vec<KeptValue>>, StoreError> {
        let known = self.shared.known.as_deref();
        let has_kept = |id: &&str| known.is_none_or(|known| known.keeps(instance, resource_type, id));
        let ids: Vec<&str> = ids.iter().copied().filter(has_kept).collect();
        let mut found: HashMap<String, Vec<KeptValue>> = HashMap::new();
        for ids in ids.chunks(MOST_PLACES) {
            let (places, count) = places(3, ids.len());
            // Only placeholders are put into the text, never a value.
            let statement = AssertSqlSafe(format!(
                "SELECT id, slot, value, app FROM kept WHERE instance = $1 AND resource_type = $2 AND id IN ({places})"
            ));
            let mut query = sqlx::query_as::<Any, (String, String, String, Option<String>)>(statement)
                .bind(instance)
                .bind(resource_type);
            for &id in ids.iter().cycle().take(count) {
                query = query.bind(id);
            }
            for (id, slot, value, app) in query.fetch_all(&self.shared.readers).await? {
                let app = app.map(|text| serde_json::from_str(&text)).transpose()?;
                found.entry(id).or_default().push(KeptValue { slot, value: serde_json::from_str(&value)?, app });
            }
        }
        // Not the database's order, which depends on its locale.
        for values in found.values_mut() {
            values.sort_by(|one, other| one.slot.cmp(&other.slot));
        }
        Ok(found)
    }

    /// The ids of the resources whose kept attribute equals `value` but for upper and lower case, in order. Whether case matters is
    /// the schema's: the caller compares again.
    pub async fn find_kept(
        &self,
        instance: &str,
        resource_type: &str,
        slot: &str,
        value: &Value,
    ) -> Result<Vec<String>, StoreError> {
        if self.shared.known.as_ref().is_some_and(|known| !known.keeps_any(instance, resource_type, slot)) {
            return Ok(Vec::new());
        }
        let mut ids = sqlx::query_scalar::<Any, String>(
            "SELECT id FROM kept WHERE instance = $1 AND resource_type = $2 AND slot = $3
             AND lower(substr(value, 1, 200)) = lower(substr($4, 1, 200)) AND lower(value) = lower($4)",
        )
        .bind(instance)
        .bind(resource_type)
        .bind(slot)
        .bind(value.to_string())
        .fetch_all(&self.shared.readers)
        .await?;
        ids.sort_unstable();
        Ok(ids)
    }
}
