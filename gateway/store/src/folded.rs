//! Values as they are compared without regard to case.

use crate::statement::{Cell, MAX_PLACEHOLDERS, Row, Statement};
use scim_protocol::fold_case;
use sqlx::{Any, AnyConnection, AssertSqlSafe};

/// A kept value, which is JSON, as it is compared: where the gateway takes two values for the same, these are the same.
pub(crate) fn folded(json: &str) -> String {
    fold_case(json).into_owned()
}

/// Folds the values of rows from before there was the column.
pub(crate) async fn fold_old(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    type Columns = (String, String, String, String, String);
    let select = format!(
        "SELECT instance, resource_type, id, slot, value FROM kept WHERE folded IS NULL
         ORDER BY instance, resource_type, id, slot LIMIT {MAX_PLACEHOLDERS}"
    );
    loop {
        let rows = sqlx::query_as::<Any, Columns>(AssertSqlSafe(select.clone())).fetch_all(&mut *connection).await?;
        let fold = |(instance, resource_type, id, slot, value): &Columns| -> Row<'static> {
            let key = [instance, resource_type, id, slot].into_iter().cloned();
            key.chain([folded(value)]).map(|text| Cell::Text(text.into())).collect()
        };
        FOLD.run(connection, &rows.iter().map(fold).collect::<Vec<_>>()).await?;
        if rows.len() < MAX_PLACEHOLDERS {
            return Ok(());
        }
    }
}

// Both databases call the columns of VALUES column1, column2, …
const FOLD: Statement = Statement {
    head: "UPDATE kept SET folded = fresh.column5 FROM (VALUES ",
    tail: ") AS fresh WHERE instance = fresh.column1 AND resource_type = fresh.column2 AND id = fresh.column3
        AND slot = fresh.column4 AND folded IS NULL",
};
