//! Reading from the store.

use crate::database::Database;
use crate::error::StoreError;
use crate::index::Index;
use crate::statement::{MAX_PLACEHOLDERS, placeholders};
use crate::store_url::StoreUrl;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, AssertSqlSafe, FromRow};
use std::sync::Arc;

/// The connections for reading.
#[derive(Clone)]
pub(crate) struct Reader {
    pub(crate) pool: AnyPool,
    /// None on PostgreSQL, where other gateways write too.
    pub(crate) index: Option<Arc<Index>>,
}

impl Reader {
    /// Reads an existing database from another process than the gateway's, beside which it may run.
    pub(crate) async fn beside(url: &StoreUrl) -> Result<Self, StoreError> {
        Ok(Self { pool: Database::existing(url)?.readers().await?, index: None })
    }

    /// Returns the rows that match any of `values`. `statement` gets the placeholders of some of the values and returns the SQL; the
    /// `fixed` parameters precede them from `$1` on. The SQL contains placeholders and column names only, never a value.
    pub(crate) async fn rows_among<Columns>(
        &self,
        fixed: &[&str],
        values: &[&str],
        statement: impl Fn(&str) -> String,
    ) -> Result<Vec<Columns>, StoreError>
    where
        Columns: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        // A value that is given twice would find its rows twice when it is in two portions.
        let mut values = values.to_vec();
        values.sort_unstable();
        values.dedup();
        let mut found = Vec::new();
        for values in values.chunks(MAX_PLACEHOLDERS) {
            let (places, count) = placeholders(fixed.len() + 1, values.len());
            let mut query = sqlx::query_as::<Any, Columns>(AssertSqlSafe(statement(&places)));
            for &value in fixed.iter().chain(values.iter().cycle().take(count)) {
                query = query.bind(value);
            }
            found.extend(query.fetch_all(&self.pool).await?);
        }
        Ok(found)
    }
}

/// A condition on a column whose index has only the beginnings of its values, for the values of these placeholders.
pub(crate) fn is_among(column: &str, places: &str) -> String {
    let beginnings: Vec<String> = places.split(", ").map(|place| format!("substr({place}, 1, 200)")).collect();
    format!("substr({column}, 1, 200) IN ({}) AND {column} IN ({places})", beginnings.join(", "))
}
