//! The order in which groups were created.

use crate::error::StoreError;
use crate::key::GroupKey;
use crate::statement::Statement;
use crate::store::Store;
use sqlx::{Any, AnyConnection};
use std::collections::BTreeSet;

impl Store {
    /// The group's place in the order of creation, if it has one.
    pub async fn group_created(&self, instance: &str, group: &str) -> Result<Option<i64>, StoreError> {
        let instance = self.stored(instance);
        let created =
            sqlx::query_scalar::<Any, i64>("SELECT created FROM group_sequence WHERE instance = $1 AND id = $2")
                .bind(instance)
                .bind(group)
                .fetch_optional(&self.reader().pool)
                .await?;
        Ok(created)
    }
}

/// The net effect of writes to the table.
#[derive(Debug, Default)]
pub(crate) struct GroupChanges<'a> {
    ended: BTreeSet<&'a GroupKey>,
    created: BTreeSet<&'a GroupKey>,
}

impl<'a> GroupChanges<'a> {
    pub(crate) fn create(&mut self, group: &'a GroupKey) {
        self.created.insert(group);
    }

    pub(crate) fn end(&mut self, group: &'a GroupKey) {
        self.created.remove(group);
        self.ended.insert(group);
    }

    pub(crate) async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let cells = |groups: &BTreeSet<&'a GroupKey>| groups.iter().map(|group| group.cells()).collect::<Vec<_>>();
        DELETE.run(connection, &cells(&self.ended)).await?;
        INSERT.run(connection, &cells(&self.created)).await
    }
}

const DELETE: Statement = Statement { head: "DELETE FROM group_sequence WHERE (instance, id) IN (VALUES ", tail: ")" };
// Groups that are committed together were created at the same time.
const INSERT: Statement = Statement {
    head: "INSERT INTO group_sequence (instance, id, created) SELECT fresh.column1, fresh.column2,
        (SELECT COALESCE(MAX(created), 0) + 1 FROM group_sequence WHERE instance = fresh.column1) FROM (VALUES ",
    tail: ") AS fresh WHERE true ON CONFLICT (instance, id) DO NOTHING",
};
