//! Inactive resources whose account the app does not have.

use crate::error::StoreError;
use crate::inactive_resource::{Inactive, Phase};
use crate::key::{Key, ResourceKey};
use crate::reader::is_among;
use crate::statement::{Cell, Statement};
use crate::store::Store;
use sqlx::{Any, AnyConnection, AssertSqlSafe};
use std::collections::{BTreeMap, HashSet};

type Columns = (String, String, Option<String>, String, String);

const SELECT: &str =
    "SELECT id, matching, external_id, phase, resource FROM inactive WHERE instance = $1 AND resource_type = $2";

impl Store {
    /// The resource, if it is inactive.
    pub async fn inactive(&self, resource: &ResourceKey) -> Result<Option<Inactive>, StoreError> {
        let row = sqlx::query_as::<Any, Columns>(AssertSqlSafe(format!("{SELECT} AND id = $3")))
            .bind(self.stored(&resource.instance))
            .bind(resource.resource_type.as_str())
            .bind(resource.id.as_str())
            .fetch_optional(&self.reader().pool)
            .await?;
        row.map(inactive).transpose()
    }

    /// All inactive resources with any of these matching values, which are in lower case, by id. Several resources may have the same
    /// value.
    pub async fn inactive_matching(
        &self,
        instance: &str,
        resource_type: &str,
        matching: &[&str],
    ) -> Result<Vec<Inactive>, StoreError> {
        let instance = self.stored(instance);
        self.inactive_by("matching", instance, resource_type, matching).await
    }

    /// All inactive resources with that external id, by id.
    pub async fn inactive_known_as(
        &self,
        instance: &str,
        resource_type: &str,
        external_id: &str,
    ) -> Result<Vec<Inactive>, StoreError> {
        let instance = self.stored(instance);
        self.inactive_by("external_id", instance, resource_type, &[external_id]).await
    }

    async fn inactive_by(
        &self,
        column: &'static str,
        instance: &str,
        resource_type: &str,
        values: &[&str],
    ) -> Result<Vec<Inactive>, StoreError> {
        let instance = self.stored(instance);
        let statement = |places: &str| format!("{SELECT} AND {}", is_among(column, places));
        let rows: Vec<Columns> = self.reader().rows_among(&[instance, resource_type], values, statement).await?;
        let mut found = rows.into_iter().map(inactive).collect::<Result<Vec<_>, _>>()?;
        found.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(found)
    }

    /// Up to `limit` inactive resources after the first `offset`, in a stable order.
    pub async fn inactive_page(
        &self,
        instance: &str,
        resource_type: &str,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<Inactive>, StoreError> {
        let instance = self.stored(instance);
        let statement = format!("{SELECT} ORDER BY id LIMIT {limit} OFFSET {offset}");
        let rows = sqlx::query_as::<Any, Columns>(AssertSqlSafe(statement))
            .bind(instance)
            .bind(resource_type)
            .fetch_all(&self.reader().pool)
            .await?;
        rows.into_iter().map(inactive).collect()
    }

    /// The number of inactive resources.
    pub async fn count_inactive(&self, instance: &str, resource_type: &str) -> Result<u64, StoreError> {
        let instance = self.stored(instance);
        let count =
            sqlx::query_scalar::<Any, i64>("SELECT COUNT(*) FROM inactive WHERE instance = $1 AND resource_type = $2")
                .bind(instance)
                .bind(resource_type)
                .fetch_one(&self.reader().pool)
                .await?;
        Ok(count.unsigned_abs())
    }

    /// The ids of all resources whose account was being removed and may still exist, in order.
    pub async fn half_removed(&self, instance: &str, resource_type: &str) -> Result<Vec<String>, StoreError> {
        let instance = self.stored(instance);
        let mut ids = sqlx::query_scalar::<Any, String>(
            "SELECT id FROM inactive WHERE instance = $1 AND resource_type = $2 AND phase = 'removing'",
        )
        .bind(instance)
        .bind(resource_type)
        .fetch_all(&self.reader().pool)
        .await?;
        ids.sort_unstable();
        Ok(ids)
    }

    /// Those of the ids that are inactive.
    pub async fn inactive_among(
        &self,
        instance: &str,
        resource_type: &str,
        ids: &[&str],
    ) -> Result<HashSet<String>, StoreError> {
        let instance = self.stored(instance);
        let statement = |places: &str| {
            format!("SELECT id FROM inactive WHERE instance = $1 AND resource_type = $2 AND id IN ({places})")
        };
        let rows: Vec<(String,)> = self.reader().rows_among(&[instance, resource_type], ids, statement).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

fn inactive((id, matching, external_id, phase, resource): Columns) -> Result<Inactive, StoreError> {
    let resource = serde_json::from_str(&resource)?;
    Ok(Inactive { id, matching, external_id, phase: Phase::parse(&phase), resource })
}

/// The net effect of writes to the table.
#[derive(Debug, Default)]
pub(crate) struct InactiveChanges<'a>(BTreeMap<Key<'a>, Change<'a>>);

#[derive(Debug)]
enum Change<'a> {
    Inactive(&'a Inactive, Phase),
    /// The row, if there is one, gets another phase.
    Phase(Phase),
    Active,
}

impl<'a> InactiveChanges<'a> {
    pub(crate) fn deactivate(&mut self, instance: &'a str, resource_type: &'a str, inactive: &'a Inactive) {
        let key = Key { instance, resource_type, id: &inactive.id };
        self.0.insert(key, Change::Inactive(inactive, inactive.phase));
    }

    pub(crate) fn set_phase(&mut self, key: Key<'a>, phase: Phase) {
        match self.0.get_mut(&key) {
            Some(Change::Inactive(_, known) | Change::Phase(known)) => *known = phase,
            Some(Change::Active) => {}
            None => drop(self.0.insert(key, Change::Phase(phase))),
        }
    }

    pub(crate) fn activate(&mut self, key: Key<'a>) {
        self.0.insert(key, Change::Active);
    }

    pub(crate) async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let (mut active, mut moved, mut inactive) = (Vec::new(), Vec::new(), Vec::new());
        for (key, change) in &self.0 {
            let mut row = key.cells();
            match change {
                Change::Active => active.push(row),
                Change::Phase(phase) => {
                    row.push(Cell::text(phase.as_str()));
                    moved.push(row);
                }
                Change::Inactive(resource, phase) => {
                    row.push(Cell::text(&resource.matching));
                    row.push(resource.external_id.as_deref().map_or(Cell::Null, Cell::text));
                    row.push(Cell::text(phase.as_str()));
                    row.push(Cell::object(&resource.resource));
                    inactive.push(row);
                }
            }
        }
        DELETE.run(connection, &active).await?;
        SET_PHASE.run(connection, &moved).await?;
        WRITE.run(connection, &inactive).await
    }
}

const DELETE: Statement =
    Statement { head: "DELETE FROM inactive WHERE (instance, resource_type, id) IN (VALUES ", tail: ")" };
// Both databases call the columns of VALUES column1, column2, …
const SET_PHASE: Statement = Statement {
    head: "UPDATE inactive SET phase = fresh.column4 FROM (VALUES ",
    tail: ") AS fresh WHERE instance = fresh.column1 AND resource_type = fresh.column2 AND id = fresh.column3",
};
const WRITE: Statement = Statement {
    head: "INSERT INTO inactive (instance, resource_type, id, matching, external_id, phase, resource) VALUES ",
    tail: " ON CONFLICT (instance, resource_type, id) DO UPDATE SET matching = excluded.matching,
        external_id = excluded.external_id, phase = excluded.phase, resource = excluded.resource",
};
