//! Changes to tables that have one row per resource and attribute.

use crate::key::{Key, ResourceKey};
use crate::statement::{Cell, Row, Statement, replace};
use sqlx::AnyConnection;
use std::collections::BTreeMap;

/// The net effect of writes to such a table; `V` are a row's values.
#[derive(Debug)]
pub(crate) struct SlotChanges<'a, V>(BTreeMap<Key<'a>, Slots<'a, V>>);

#[derive(Debug)]
struct Slots<'a, V> {
    /// Whether all rows of the resource are deleted before others are written.
    cleared: bool,
    /// The values by slot; none where the row is deleted.
    values: BTreeMap<&'a str, Option<V>>,
}

/// The statements of such a table.
pub(crate) struct SlotStatements {
    /// Deletes all rows of resources.
    pub(crate) clear: Statement,
    /// Deletes rows.
    pub(crate) delete: Statement,
    /// Inserts or updates rows.
    pub(crate) write: Statement,
}

impl<V> Default for SlotChanges<'_, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<V> Default for Slots<'_, V> {
    fn default() -> Self {
        Self { cleared: false, values: BTreeMap::new() }
    }
}

impl<'a, V> SlotChanges<'a, V> {
    /// Writes a row, or deletes it where there are no values.
    pub(crate) fn set(&mut self, resource: &'a ResourceKey, slot: &'a str, values: Option<V>) {
        self.0.entry(Key::from(resource)).or_default().values.insert(slot, values);
    }

    /// Deletes all rows of the resource, also those of earlier writes.
    pub(crate) fn clear(&mut self, resource: &'a ResourceKey) {
        self.0.insert(Key::from(resource), Slots { cleared: true, values: BTreeMap::new() });
    }

    /// The rows that are written.
    pub(crate) fn written(&self) -> impl Iterator<Item = (&Key<'a>, &'a str, &V)> {
        self.0.iter().flat_map(|(key, slots)| {
            slots.values.iter().filter_map(move |(slot, values)| Some((key, *slot, values.as_ref()?)))
        })
    }

    /// The resources that have no rows afterwards.
    pub(crate) fn emptied(&self) -> impl Iterator<Item = &Key<'a>> {
        let emptied = |slots: &Slots<'a, V>| slots.cleared && slots.values.values().all(Option::is_none);
        self.0.iter().filter(move |(_, slots)| emptied(slots)).map(|(key, _)| key)
    }

    pub(crate) async fn run<'v>(
        &'v self,
        connection: &mut AnyConnection,
        statements: &SlotStatements,
        cells: fn(&'v V) -> Row<'v>,
    ) -> Result<(), sqlx::Error> {
        let cleared: Vec<Row<'_>> =
            self.0.iter().filter(|(_, slots)| slots.cleared).map(|(key, _)| key.cells()).collect();
        statements.clear.run(connection, &cleared).await?;
        let rows = self.0.iter().flat_map(|(key, slots)| {
            slots.values.iter().map(move |(slot, values)| {
                let mut row: Row<'v> = key.cells();
                row.push(Cell::text(slot));
                (row, values.as_ref().map(cells))
            })
        });
        let rows: Vec<_> = rows.collect();
        replace(connection, &statements.delete, &statements.write, rows.into_iter()).await
    }
}
