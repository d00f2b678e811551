//! Bindings: the SCIM id that the client knows and the app's own id, where an app destroyed an account and created another.

use crate::error::StoreError;
use crate::key::Key;
use crate::statement::{Cell, Row, Statement};
use crate::store::Store;
use sqlx::AnyConnection;
use std::collections::{BTreeMap, HashMap};

impl Store {
    /// The app's ids by SCIM id, of those that differ.
    pub async fn app_ids(
        &self,
        instance: &str,
        resource_type: &str,
        ids: &[&str],
    ) -> Result<HashMap<String, String>, StoreError> {
        let instance = self.stored(instance);
        let statement = |places: &str| {
            format!("SELECT id, app_id FROM bindings WHERE instance = $1 AND resource_type = $2 AND id IN ({places})")
        };
        let rows: Vec<(String, String)> = self.reader().rows_among(&[instance, resource_type], ids, statement).await?;
        Ok(rows.into_iter().collect())
    }

    /// The SCIM ids by the app's id, of those that differ.
    pub async fn scim_ids(
        &self,
        instance: &str,
        resource_type: &str,
        app_ids: &[&str],
    ) -> Result<HashMap<String, String>, StoreError> {
        let instance = self.stored(instance);
        let statement = |places: &str| {
            format!(
                "SELECT app_id, id FROM bindings WHERE instance = $1 AND resource_type = $2 AND app_id IN ({places})"
            )
        };
        let rows: Vec<(String, String)> =
            self.reader().rows_among(&[instance, resource_type], app_ids, statement).await?;
        Ok(rows.into_iter().collect())
    }
}

/// The net effect of writes to the table: the app's id, none where it is the SCIM id.
#[derive(Debug, Default)]
pub(crate) struct BindingChanges<'a>(BTreeMap<Key<'a>, Option<&'a str>>);

impl<'a> BindingChanges<'a> {
    pub(crate) fn set(&mut self, key: Key<'a>, app_id: Option<&'a str>) {
        self.0.insert(key, app_id);
    }

    /// An app's id may pass from one resource to another within a transaction: so all old bindings are deleted before new ones are
    /// written.
    pub(crate) async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let changed: Vec<Row<'_>> = self.0.keys().map(Key::cells).collect();
        let bound = |(key, app_id): (&Key<'a>, &Option<&'a str>)| {
            let mut row = key.cells();
            row.push(Cell::text((*app_id)?));
            Some(row)
        };
        let bound: Vec<Row<'_>> = self.0.iter().filter_map(bound).collect();
        UNBIND.run(connection, &changed).await?;
        BIND.run(connection, &bound).await
    }
}

const UNBIND: Statement =
    Statement { head: "DELETE FROM bindings WHERE (instance, resource_type, id) IN (VALUES ", tail: ")" };
// Another gateway may bind the same resource between the two statements.
const BIND: Statement = Statement {
    head: "INSERT INTO bindings (instance, resource_type, id, app_id) VALUES ",
    tail: " ON CONFLICT (instance, resource_type, id) DO UPDATE SET app_id = excluded.app_id",
};
