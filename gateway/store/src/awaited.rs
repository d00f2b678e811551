//! References to resources that the app does not have yet: a manager who is provisioned after the employee.

use crate::error::StoreError;
use crate::index::Index;
use crate::key::ResourceKey;
use crate::reader::is_among;
use crate::slots::{SlotChanges, SlotStatements};
use crate::statement::{Cell, Statement};
use crate::store::Store;
use sqlx::{AnyConnection, AnyPool};

/// A pending reference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Awaited {
    /// The type of the referring resource.
    pub resource_type: String,
    /// The id of the referring resource.
    pub id: String,
    /// The referring attribute, as the mapping writes it.
    pub slot: String,
}

impl Store {
    /// All pending references to a resource of type `refers_to` by any of these identifiers, in order.
    pub async fn awaiting(
        &self,
        instance: &str,
        refers_to: &str,
        identifiers: &[&str],
    ) -> Result<Vec<Awaited>, StoreError> {
        let instance = self.stored(instance);
        if self.reader().index.as_ref().is_some_and(|index| !index.awaited.contains(instance, refers_to, "")) {
            return Ok(Vec::new());
        }
        let statement = |places: &str| {
            format!(
                "SELECT resource_type, id, slot FROM awaited WHERE instance = $1 AND refers_to = $2 AND {}",
                is_among("value", places)
            )
        };
        let rows: Vec<(String, String, String)> =
            self.reader().rows_among(&[instance, refers_to], identifiers, statement).await?;
        let mut found: Vec<Awaited> =
            rows.into_iter().map(|(resource_type, id, slot)| Awaited { resource_type, id, slot }).collect();
        found.sort_unstable();
        Ok(found)
    }
}

/// Fills the index from the table.
pub(crate) async fn load(index: &Index, pool: &AnyPool) -> Result<(), StoreError> {
    index.awaited.load(pool, "SELECT DISTINCT instance, refers_to, '' FROM awaited").await
}

/// The net effect of writes to the table: per row the type that is referred to, and the identifier.
#[derive(Debug, Default)]
pub(crate) struct AwaitedChanges<'a>(SlotChanges<'a, (&'a str, &'a str)>);

impl<'a> AwaitedChanges<'a> {
    pub(crate) fn wait(&mut self, resource: &'a ResourceKey, slot: &'a str, refers_to: &'a str, value: &'a str) {
        self.0.set(resource, slot, Some((refers_to, value)));
    }

    pub(crate) fn resolve(&mut self, resource: &'a ResourceKey, slot: &'a str) {
        self.0.set(resource, slot, None);
    }

    pub(crate) fn forget(&mut self, resource: &'a ResourceKey) {
        self.0.clear(resource);
    }

    /// Adds to the index what is about to be written.
    pub(crate) fn add_to(&self, index: &Index) {
        for (key, _, (refers_to, _)) in self.0.written() {
            index.awaited.add(key.instance, refers_to, "");
        }
    }

    pub(crate) async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        self.0.run(connection, &STATEMENTS, |(refers_to, value)| [*refers_to, *value].map(Cell::text).to_vec()).await
    }
}

const STATEMENTS: SlotStatements = SlotStatements {
    clear: Statement { head: "DELETE FROM awaited WHERE (instance, resource_type, id) IN (VALUES ", tail: ")" },
    delete: Statement { head: "DELETE FROM awaited WHERE (instance, resource_type, id, slot) IN (VALUES ", tail: ")" },
    write: Statement {
        head: "INSERT INTO awaited (instance, resource_type, id, slot, refers_to, value) VALUES ",
        tail: " ON CONFLICT (instance, resource_type, id, slot)
            DO UPDATE SET refers_to = excluded.refers_to, value = excluded.value",
    },
};
