//! Kept attributes: values that the app cannot store, and values as the client sent them.

use crate::error::StoreError;
use crate::folded::folded;
use crate::index::Index;
use crate::key::ResourceKey;
use crate::slots::{SlotChanges, SlotStatements};
use crate::statement::{Cell, Statement};
use crate::store::Store;
use serde_json::Value;
use sqlx::{Any, AnyConnection, AnyPool};
use std::collections::HashMap;

/// One attribute's value.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptValue {
    /// The attribute, as the mapping writes it.
    pub slot: String,
    /// The value, as the client sent it.
    pub value: Value,
    /// What the app's field contained at that time, if the app has one.
    pub app: Option<Value>,
}

impl Store {
    /// The kept attributes of one resource, by slot.
    pub async fn kept(&self, resource: &ResourceKey) -> Result<Vec<KeptValue>, StoreError> {
        let rows = self.kept_of_many(&resource.instance, &resource.resource_type, &[&resource.id]).await?;
        Ok(rows.into_values().next().unwrap_or_default())
    }

    /// The kept attributes of several resources of one type, by id and slot; resources without any are left out.
    pub async fn kept_of_many(
        &self,
        instance: &str,
        resource_type: &str,
        ids: &[&str],
    ) -> Result<HashMap<String, Vec<KeptValue>>, StoreError> {
        let instance = self.stored(instance);
        let index = self.reader().index.as_deref();
        let may_have = |id: &&str| index.is_none_or(|index| index.kept.contains(instance, resource_type, id));
        let ids: Vec<&str> = ids.iter().copied().filter(may_have).collect();
        let statement = |places: &str| {
            format!(
                "SELECT id, slot, value, app FROM kept WHERE instance = $1 AND resource_type = $2 AND id IN ({places})"
            )
        };
        let rows: Vec<(String, String, String, Option<String>)> =
            self.reader().rows_among(&[instance, resource_type], &ids, statement).await?;
        let mut found: HashMap<String, Vec<KeptValue>> = HashMap::new();
        for (id, slot, value, app) in rows {
            let app = app.map(|text| serde_json::from_str(&text)).transpose()?;
            found.entry(id).or_default().push(KeptValue { slot, value: serde_json::from_str(&value)?, app });
        }
        // The database's order would depend on its locale.
        for values in found.values_mut() {
            values.sort_by(|one, other| one.slot.cmp(&other.slot));
        }
        Ok(found)
    }

    /// The ids of all resources whose kept attribute equals `value` apart from upper and lower case of any script, in order. Whether case
    /// matters is up to the schema: the caller compares again.
    pub async fn find_kept(
        &self,
        instance: &str,
        resource_type: &str,
        slot: &str,
        value: &Value,
    ) -> Result<Vec<String>, StoreError> {
        let instance = self.stored(instance);
        if self.reader().index.as_ref().is_some_and(|index| !index.kept_slots.contains(instance, resource_type, slot)) {
            return Ok(Vec::new());
        }
        let mut ids = sqlx::query_scalar::<Any, String>(
            "SELECT id FROM kept WHERE instance = $1 AND resource_type = $2 AND slot = $3
             AND substr(folded, 1, 200) = substr($4, 1, 200) AND folded = $4",
        )
        .bind(instance)
        .bind(resource_type)
        .bind(slot)
        .bind(folded(&value.to_string()))
        .fetch_all(&self.reader().pool)
        .await?;
        ids.sort_unstable();
        Ok(ids)
    }
}

/// Fills the index from the table.
pub(crate) async fn load(index: &Index, pool: &AnyPool) -> Result<(), StoreError> {
    index.kept.load(pool, "SELECT DISTINCT instance, resource_type, id FROM kept").await?;
    index.kept_slots.load(pool, "SELECT DISTINCT instance, resource_type, slot FROM kept").await
}

/// The net effect of writes to the table.
#[derive(Debug, Default)]
pub(crate) struct KeptChanges<'a>(SlotChanges<'a, (&'a Value, Option<&'a Value>)>);

impl<'a> KeptChanges<'a> {
    pub(crate) fn keep(&mut self, resource: &'a ResourceKey, slot: &'a str, value: &'a Value, app: Option<&'a Value>) {
        self.0.set(resource, slot, Some((value, app)));
    }

    pub(crate) fn discard(&mut self, resource: &'a ResourceKey, slot: &'a str) {
        self.0.set(resource, slot, None);
    }

    pub(crate) fn forget(&mut self, resource: &'a ResourceKey) {
        self.0.clear(resource);
    }

    /// Adds to the index what is about to be written.
    pub(crate) fn add_to(&self, index: &Index) {
        for (key, slot, _) in self.0.written() {
            index.kept.add(key.instance, key.resource_type, key.id);
            index.kept_slots.add(key.instance, key.resource_type, slot);
        }
    }

    /// Removes from the index what has been deleted.
    pub(crate) fn remove_from(&self, index: &Index) {
        for key in self.0.emptied() {
            index.kept.remove(key.instance, key.resource_type, key.id);
        }
    }

    pub(crate) async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        self.0
            .run(connection, &STATEMENTS, |(value, app)| {
                let json = value.to_string();
                let folded = folded(&json);
                vec![Cell::Text(json.into()), Cell::optional_json(*app), Cell::Text(folded.into())]
            })
            .await
    }
}

const STATEMENTS: SlotStatements = SlotStatements {
    clear: Statement { head: "DELETE FROM kept WHERE (instance, resource_type, id) IN (VALUES ", tail: ")" },
    delete: Statement { head: "DELETE FROM kept WHERE (instance, resource_type, id, slot) IN (VALUES ", tail: ")" },
    write: Statement {
        head: "INSERT INTO kept (instance, resource_type, id, slot, value, app, folded) VALUES ",
        tail: " ON CONFLICT (instance, resource_type, id, slot)
            DO UPDATE SET value = excluded.value, app = excluded.app, folded = excluded.folded",
    },
};
